using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Libvirt.Generated;

namespace Libvirt.Tests;

/// <summary>
/// Sizes and offsets of the structs and values of the constants, against what a C compiler says: measured here where gcc and libvirt's headers are, and always
/// against layout.golden, which is such a measurement (64-bit Linux, headers 9.0.0). <c>ACCEPT=1</c> rewrites it.
/// </summary>
public partial class LayoutTests
{
    private static readonly string Golden = Path.Combine(Source.Tests, "layout.golden");

    [Fact]
    public void StructsAndConstantsAreAsInC()
    {
        var ours = Ours();
        Assert.True(ours.Count > 1100, $"{ours.Count} lines");
        if (File.Exists("/usr/bin/gcc") && File.Exists("/usr/include/libvirt/libvirt-qemu.h"))
        {
            var measured = Measure(ours.Keys);
            if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
                File.WriteAllLines(Golden, measured.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key} {m.Value}"));
            Same(measured, ours);
        }
        Same(File.ReadLines(Golden).Select(l => l.Split(' ')).ToDictionary(l => l[0], l => long.Parse(l[1], null)), ours);
    }

    private static void Same(Dictionary<string, long> expected, Dictionary<string, long> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(expected.Where(e => actual[e.Key] != e.Value).Select(e => $"{e.Key} is {e.Value} in C and {actual[e.Key]} here"));
    }

    /// <summary>C expressions and their values here.</summary>
    private static Dictionary<string, long> Ours()
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var type in typeof(Native).Assembly.GetTypes().Where(t => t.Namespace == typeof(Native).Namespace && t.IsValueType && !t.IsNested))
        {
            var fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance);
            if (fields.Length == 0)
                continue;
            values[$"sizeof({type.Name})"] = Marshal.SizeOf(type);
            foreach (var field in fields)
                values[$"offsetof({type.Name},{field.Name})"] = (long)Marshal.OffsetOf(type, field.Name);
        }
        // The comment of a generated member begins with its name in C. The number of members grows with the version: it isn't compared.
        foreach (var file in Directory.GetFiles(Path.Combine(Source.Folder, "Generated"), "Enums.*.cs"))
        {
            foreach (Match m in Member().Matches(File.ReadAllText(file)))
            {
                if (m.Groups["name"].Value is not ("Last" or "Nr"))
                    values[m.Groups["c"].Value] = long.Parse(m.Groups["value"].Value, null);
            }
        }
        return values;
    }

    private static Dictionary<string, long> Measure(IEnumerable<string> expressions)
    {
        var folder = Directory.CreateTempSubdirectory("libvirt-layout-").FullName;
        try
        {
            var source = new StringBuilder("#include <libvirt/libvirt.h>\n#include <libvirt/virterror.h>\n#include <libvirt/libvirt-qemu.h>\n")
                .Append("#include <stddef.h>\n#include <stdio.h>\nint main(void)\n{\n");
            foreach (var e in expressions)
                source.Append($"    printf(\"%s %lld\\n\", \"{e}\", (long long)({e}));\n");
            source.Append("    return 0;\n}\n");
            File.WriteAllText(Path.Combine(folder, "layout.c"), source.ToString());
            var program = Path.Combine(folder, "layout");
            Programs.Run("/usr/bin/gcc", "-o", program, program + ".c");
            return Programs.Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))
                .ToDictionary(l => l[0], l => long.Parse(l[1], null));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"<summary>(?<c>VIR_\w+)\..*\n\s+(?<name>\w+) = (?<value>-?\d+),", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Member();
}
