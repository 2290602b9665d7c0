using System.Text.Json;

namespace Broker.Cli.Tests;

public class SettingsTests
{
    [Fact]
    public async Task WithoutADatabaseItSaysHowToSetOne()
    {
        var line = await CommandLine.New();
        var file = Path.Combine(line.RunFolder, "broker.json");
        await File.WriteAllTextAsync(file, "{}");
        var outcome = await line.With("BROKER_DATABASE", null).Run("users", "list", "--config", file);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("put User ID and Password into BROKER_DATABASE", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDatabaseMayStandInASettingsFileThatIsClosedToOthers()
    {
        var line = await CommandLine.New();
        var file = Path.Combine(line.RunFolder, "broker.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { backend = new { database = line.Variable("BROKER_DATABASE"), run = line.RunFolder } }));
        line.With("BROKER_DATABASE", null).With("BROKER_RUN", null);
        Assert.Contains($"chmod 600 {file}", (await line.Run("users", "list", "--config", file)).Error, StringComparison.Ordinal);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains("ada", (await line.Run("users", "list", "--config", file)).Done(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task VariablesWinOverTheFile()
    {
        var line = await CommandLine.New();
        var file = Path.Combine(line.RunFolder, "broker.json");
        await File.WriteAllTextAsync(file, """{"shared": {"database": "Server=127.0.0.1;Port=1;Database=elsewhere"}}""");
        Assert.Contains("ada", (await line.Run("--config", file, "users", "list")).Done(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "can't be read")]
    [InlineData(null, "There is no settings file")]
    public async Task ASettingsFileThatIsMissingOrBrokenIsNamed(string? content, string expected)
    {
        var line = await CommandLine.New();
        var file = Path.Combine(line.RunFolder, "settings.json");
        if (content is not null) await File.WriteAllTextAsync(file, content);
        var outcome = await line.Run("users", "list", "--config", file);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Contains(file, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AConnectionStringThatIsNoneIsNotAFaultOfOurs()
    {
        var outcome = await (await CommandLine.New()).With("BROKER_DATABASE", "localhost").Run("users", "list");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("looks like Server=", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADatabaseThatDoesNotAnswerGivesASentence()
    {
        var outcome = await (await CommandLine.New()).With("BROKER_DATABASE", "Server=127.0.0.1;Port=1;Database=broker;User ID=x;Password=y").Run("users", "list");
        Assert.Equal(ExitCode.Database, outcome.Code);
        Assert.StartsWith("The database can't be reached", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutTablesItSaysHowToMakeThem()
    {
        var outcome = await (await CommandLine.New(migrated: false)).Run("users", "list");
        Assert.Equal(ExitCode.Database, outcome.Code);
        Assert.Contains("broker db migrate", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWrongPasswordOfTheDatabaseIsSaidAtOnce()
    {
        var line = await CommandLine.New();
        var outcome = await line.With("BROKER_DATABASE", line.Variable("BROKER_DATABASE").Replace("Password=", "Password=no", StringComparison.Ordinal)).Run("users", "list");
        Assert.Equal(ExitCode.Database, outcome.Code);
        Assert.Contains("Access denied", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("users")]
    [InlineData("users", "ad")]
    [InlineData("nodes", "add", "here")]
    [InlineData("nodes", "add", "here", "--manager", "xen", "--uri", "xen:///")]
    [InlineData("requests", "show", "first")]
    public async Task AWrongCommandLineSaysWhereTheHelpIs(params string[] args)
    {
        var outcome = await (await CommandLine.New()).Run(args);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--help' tells", outcome.Error, StringComparison.Ordinal);
    }
}
