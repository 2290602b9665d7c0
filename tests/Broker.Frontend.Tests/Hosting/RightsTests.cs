using System.Data.Common;
using System.Text.RegularExpressions;
using Broker.Core.Database;
using Broker.Testing;

namespace Broker.Frontend.Tests.Hosting;

/// <summary>
/// What the front end's account may write. That it may do all it needs is shown by every other test here: their front ends use such an account.
/// </summary>
public sealed class RightsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    private static readonly string[] Verbs = ["INSERT", "UPDATE", "DELETE"];

    // hosts, what the queue has become of a request, disks, the schema: design and sql/frontend-rights.sql say why
    private static readonly string[] NeverWritten =
    [
        "nodes", "library_images", "schema_migrations", "claim_gate", "screenshots", "displays",
        "users.name", "request_locks.resource", "requests.epoch", "requests.attempts", "requests.lane", "requests.args", "requests.user_id",
        "domains.node_id", "domains.is_base", "domains.state",
    ];

    private static readonly Lazy<Dictionary<string, string[]>> Schema = new(ReadSchema);

    public static TheoryData<string> Tables => [.. Schema.Value.Keys];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Each_table_refuses_every_write_that_is_not_listed(string table)
    {
        var db = new Db(host.FrontEndConnectionString);
        var allowed = Allowed(table);
        foreach (var verb in Verbs)
        {
            // an UPDATE is tried column by column
            string[] columns = verb == "UPDATE" ? Schema.Value[table] : [""];
            foreach (var column in columns)
            {
                var what = verb == "UPDATE" ? $"UPDATE {column}" : verb;
                var refused = await IsRefused(db, verb switch
                {
                    "INSERT" => $"INSERT INTO `{table}` SELECT * FROM `{table}` WHERE FALSE",
                    "DELETE" => $"DELETE FROM `{table}` WHERE FALSE",
                    _ => $"UPDATE `{table}` SET `{column}` = NULL WHERE FALSE",
                });
                Assert.True(refused != allowed.Contains(what), $"{what} on {table}: {(refused ? "is listed, but refused" : "is not listed, but done")}");
            }
        }
    }

    [Fact]
    public void What_is_never_to_be_written_is_not_listed()
    {
        foreach (var never in NeverWritten)
        {
            if (never.Split('.') is [var table, var column]) Assert.DoesNotContain($"UPDATE {column}", Allowed(table));
            else Assert.Empty(Allowed(never));
        }
    }

    [Theory]
    [InlineData("CREATE TABLE more (id int)")]
    [InlineData("DROP TABLE audit")]
    [InlineData("ALTER TABLE users ADD more int")]
    [InlineData("TRUNCATE TABLE audit")]
    [InlineData("CREATE USER somebody")]
    [InlineData("GRANT SELECT ON users TO CURRENT_USER()")]
    [InlineData("SELECT * FROM mysql.global_priv")]
    [InlineData("SELECT LOAD_FILE('/etc/passwd') FROM mysql.user")]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/broker-test-outfile'")]
    public async Task It_can_change_no_schema_no_account_and_reach_nothing_else(string statement) =>
        Assert.True(await IsRefused(new Db(host.FrontEndConnectionString), statement), statement);

    [Fact]
    public async Task A_right_that_was_given_otherwise_is_gone_when_the_list_is_applied_anew()
    {
        var account = $"fe_{await host.Db.Read(s => s.First<string>("SELECT DATABASE()"))}@'127.0.0.1'";
        await host.Db.Read(s => s.Execute($"GRANT UPDATE ON nodes TO {account}"));
        await PrivateMariaDb.GiveFrontEndRights(host.Db, account);
        Assert.True(await IsRefused(new Db(host.FrontEndConnectionString), "UPDATE nodes SET name = NULL WHERE FALSE"));
    }

    private static async Task<bool> IsRefused(Db db, string statement)
    {
        try
        {
            await db.Read(s => s.Execute(statement));
            return false;
        }
        catch (DbException e) when (e.Message.Contains("denied", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
    }

    // "INSERT", "DELETE", "UPDATE column": what sql/frontend-rights.sql says of a table.
    private static HashSet<string> Allowed(string table)
    {
        var allowed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match grant in Regex.Matches(File.ReadAllText(Repository.PathOf("sql/frontend-rights.sql")), @$"^GRANT (?<what>.+) ON {table} TO account;$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
        {
            foreach (Match right in Regex.Matches(grant.Groups["what"].Value, @"(?<verb>INSERT|DELETE|UPDATE)( \((?<columns>[^)]+)\))?", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            {
                if (right.Groups["verb"].Value != "UPDATE") allowed.Add(right.Groups["verb"].Value);
                else foreach (var column in right.Groups["columns"].Success ? right.Groups["columns"].Value.Split(", ") : Schema.Value[table]) allowed.Add($"UPDATE {column}");
            }
        }
        return allowed;
    }

    private static Dictionary<string, string[]> ReadSchema()
    {
        var tables = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (Match table in Regex.Matches(File.ReadAllText(Repository.PathOf("sql/schema.sql")), @"^CREATE TABLE `(?<name>\w+)` \((?<body>.+?)^\)", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
            tables[table.Groups["name"].Value] = [.. Regex.Matches(table.Groups["body"].Value, @"^  `(?<column>\w+)`", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(c => c.Groups["column"].Value)];
        return tables;
    }
}
