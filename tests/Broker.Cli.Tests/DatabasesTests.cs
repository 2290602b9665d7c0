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
}
