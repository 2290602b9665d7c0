using System.Text.RegularExpressions;

namespace VirtualBox.Tests;

/// <summary>The files in etc/vbox.</summary>
public sealed class AutostartSampleTests
{
    private static readonly string etc = Path.Combine(AppContext.BaseDirectory, "etc");

    [Fact]
    public void TheConfigurationHasNoFindingsAndAllowsNobody()
    {
        var configuration = AutostartConfiguration.Load(Path.Combine(etc, "autostart.cfg"));
        Assert.Empty(configuration.Findings);
        Assert.Equal(AutostartPolicy.Deny, configuration.DefaultPolicy);
        Assert.Empty(configuration.Users);
    }

    [Fact]
    public void ItsExamplesCanBeUncommented()
    {
        var text = Regex.Replace(File.ReadAllText(Path.Combine(etc, "autostart.cfg")), "^#(?=[a-z}]| {4}[a-z])", "", RegexOptions.Multiline,
            TimeSpan.FromSeconds(1));
        var configuration = AutostartConfiguration.Parse(text);
        Assert.Empty(configuration.Findings);
        Assert.Equal([new("bob", true, TimeSpan.FromSeconds(10)), new("alice", false, null)], configuration.Users);
    }

    [Fact]
    public void TheUnitReadsTheConfigurationFromItsPlaceInTheRightLocale()
    {
        var unit = File.ReadAllLines(Path.Combine(etc, "vboxautostart@.service"));
        Assert.All(["ExecStart=", "ExecStop="], verb => Assert.EndsWith($"--config={AutostartPlaces.Linux.Configuration}",
            Assert.Single(unit, l => l.StartsWith(verb, StringComparison.Ordinal)), StringComparison.Ordinal));
        Assert.Contains($"AssertPathExists={AutostartPlaces.Linux.Configuration}", unit);
        Assert.Contains("Environment=LC_ALL=C.UTF-8", unit);
    }
}
