using System.Text;
using System.Text.RegularExpressions;
using Broker.Core.Database;
using Broker.Testing;

namespace Broker.Core.Tests.Database;

public partial class SchemaTests
{
    [Fact]
    public async Task TheSchemaIsTheGoldenOne()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase());
        var text = new StringBuilder("-- The whole schema, as the migrations leave it. Made from a real database by SchemaTests (ACCEPT=1); not run by anything.\n");
        foreach (var table in Migrations.All.SelectMany(m => CreatedTable().Matches(m.Sql)).Select(m => m.Groups["table"].Value)
            .Except(Migrations.All.SelectMany(m => DroppedTable().Matches(m.Sql)).Select(m => m.Groups["table"].Value)).Append("schema_migrations"))
        {
            var (_, create) = await db.Read(s => s.First<(string, string)>($"SHOW CREATE TABLE {table}"));
            text.Append('\n').Append(AutoIncrement().Replace(create, "")).Append(";\n");
        }

        Golden.Check("sql/schema.sql", text.ToString());
        Assert.Equal(await db.Read(s => s.First<long>("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()")), text.ToString().Split("CREATE TABLE ").Length - 1);
    }

    [Fact]
    public async Task EachMigrationIsAppliedOnceAndInOrder()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        Assert.Equal(Migrations.All.Select(m => m.Name), await Migrations.Apply(db));
        Assert.Empty(await Migrations.Apply(db));
        Assert.Equal(Migrations.All.Select(m => m.Checksum), await db.Read(s => s.Query<string>("SELECT checksum FROM schema_migrations ORDER BY number")));
    }

    [Fact]
    public async Task OfSeveralProgramsAtOnceOneAppliesEachMigration()
    {
        var connectionString = await (await PrivateMariaDb.Shared).NewDatabase(migrated: false);
        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrations.Apply(new Db(connectionString))));
        Assert.Equal(Migrations.All.Select(m => m.Name), applied.SelectMany(a => a).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AFileThatWasInterruptedAnywhereRunsAgain()
    {
        foreach (var (migration, index) in Migrations.All.Select((m, i) => (m, i)))
        {
            var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
            // everything before it, and of it all but the row that says so
            foreach (var statement in Migrations.All.Take(index + 1).SelectMany(m => m.Statements)) await db.Read(s => s.Execute(statement));
            Assert.Contains(migration.Name, await Migrations.Apply(db));
        }
    }

    [Fact]
    public async Task AnAppliedFileThatHasChangedIsRefused()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        await Migrations.Apply(db);
        await db.Read(s => s.Execute("UPDATE schema_migrations SET checksum = REPEAT('0', 64) WHERE number = 3"));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrations.Apply(db));
        Assert.Contains("0003_domains.sql was applied with other content", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANewerDatabaseIsRefused()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        await Migrations.Apply(db);
        await db.Read(s => s.Execute("INSERT INTO schema_migrations VALUES (9999, '9999_future.sql', REPEAT('0', 64), UTC_TIMESTAMP(6))"));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrations.Apply(db));
        Assert.Contains("9999_future.sql", refused.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoeverWasRefusedLeavesTheDoorOpen()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        await Migrations.Apply(db);
        await db.Read(s => s.Execute("INSERT INTO schema_migrations VALUES (9999, '9999_future.sql', REPEAT('0', 64), UTC_TIMESTAMP(6))"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Migrations.Apply(db));
        await db.Read(s => s.Execute("DELETE FROM schema_migrations WHERE number = 9999"));
        Assert.Empty(await Migrations.Apply(db).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void ALineEndingDoesNotChangeAChecksum() =>
        Assert.Equal(new Migration(1, "a", "SELECT 1;\nSELECT 2;\n").Checksum, new Migration(1, "a", "SELECT 1;\r\nSELECT 2;\r\n").Checksum);

    [GeneratedRegex(@"CREATE TABLE IF NOT EXISTS (?<table>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CreatedTable();

    [GeneratedRegex(@"DROP TABLE IF EXISTS (?<table>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DroppedTable();

    [GeneratedRegex(@" AUTO_INCREMENT=\d+", RegexOptions.None, 1000)]
    private static partial Regex AutoIncrement();
}
