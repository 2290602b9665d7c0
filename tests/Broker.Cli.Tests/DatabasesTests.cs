using Broker.Core.Database;

namespace Broker.Cli.Tests;

public class DatabasesTests
{
    [Fact]
    public async Task MigrateNamesWhatItAppliedAndThenHasNothingToDo()
    {
        var line = await CommandLine.New(migrated: false);
        var first = (await line.Run("db", "migrate")).Done();
        foreach (var migration in Migrations.All) Assert.Contains($"applied {migration.Name}", first, StringComparison.Ordinal);
        Assert.Equal("The tables are up to date.", (await line.Run("db", "migrate")).Done().Trim());
    }

    [Fact]
    public async Task MigrateRefusesATamperedDatabase()
    {
        var line = await CommandLine.New(migrated: false);
        (await line.Run("db", "migrate")).Done();
        await line.Db.Read(s => s.Execute("UPDATE schema_migrations SET checksum = 'x' WHERE number = 1"));
        var outcome = await line.Run("db", "migrate");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("0001_users.sql", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatusTellsWhatHasBeenAppliedAndFailsUntilAllIs()
    {
        var line = await CommandLine.New(migrated: false);
        var before = await line.Run("db", "status");
        Assert.Equal(ExitCode.Refused, before.Code);
        Assert.Contains("not yet", before.Out, StringComparison.Ordinal);
        Assert.Contains("broker db migrate", before.Error, StringComparison.Ordinal);
        (await line.Run("db", "migrate")).Done();
        Assert.All((await line.Run("db", "status", "--json")).Json.EnumerateArray(), m => Assert.NotEqual(default, m.GetProperty("applied_at").GetDateTimeOffset()));

        await line.Db.Read(s => s.Execute("INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (9999, '9999_later.sql', 'x', UTC_TIMESTAMP(6))"));
        Assert.Contains("9999_later.sql", (await line.Run("db", "status")).Error, StringComparison.Ordinal);
    }
}
