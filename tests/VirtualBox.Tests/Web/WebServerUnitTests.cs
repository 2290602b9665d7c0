namespace VirtualBox.Tests.Web;

/// <summary>The unit in etc/vbox.</summary>
public sealed class WebServerUnitTests
{
    private readonly string[] unit = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "etc", "vboxwebsrv@.service"));

    [Fact]
    public void ItListensWhereWebServerLooksAndNowhereElse()
    {
        var start = Assert.Single(unit, l => l.StartsWith("ExecStart=", StringComparison.Ordinal));
        Assert.Contains($" --host {WebServer.Local.Host} --port ${{PORT}} ", start, StringComparison.Ordinal);
        Assert.Contains($"Environment=PORT={WebServer.Local.Port}", unit);
        Assert.DoesNotContain("--authentication", start, StringComparison.Ordinal);
    }

    [Fact]
    public void ItComesBackAndEndsNoMachines()
    {
        Assert.Contains("Restart=always", unit);
        Assert.Contains("KillMode=process", unit);
        Assert.Contains("Environment=LC_ALL=C.UTF-8", unit);
        Assert.DoesNotContain(unit, l => l.StartsWith("Private", StringComparison.Ordinal) || l.StartsWith("NoNew", StringComparison.Ordinal));
    }
}
