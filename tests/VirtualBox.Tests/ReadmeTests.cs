using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace VirtualBox.Tests;

public sealed partial class ReadmeTests
{
    /// <summary>What is promised is shown by tests that exist: on both VirtualBoxes, or on the simulator.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("../../src/VirtualBox/README.md")]
    public void TheTestsThatItNamesExist(string readme)
    {
        var classes = typeof(ReadmeTests).Assembly.GetTypes();
        var named = Named().Matches(File.ReadAllText(Path.Combine(Here(), readme)));
        Assert.NotEmpty(named);
        foreach (Match name in named)
        {
            var ground = name.Groups["ground"].Value;
            var where = classes.Where(c => c.GetMethods(BindingFlags.Public | BindingFlags.Instance).Any(m => m.Name == name.Groups["test"].Value)).ToArray();
            Assert.True(where.Length > 0, $"{readme} names {name.Groups["test"].Value}, which is no test.");
            if (ground == "R") Assert.Contains(where, c => c.Name.StartsWith("Real", StringComparison.Ordinal));
            if (ground == "S" || ground == "R" && where.Any(c => c.IsAbstract)) Assert.Contains(where, c => c.Name.StartsWith("Simulated", StringComparison.Ordinal));
        }
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"\b(?<ground>[RS]) `(?<test>[A-Za-z0-9]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
