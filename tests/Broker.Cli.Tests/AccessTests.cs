using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

/// <summary><c>broker access</c>.</summary>
public class AccessTests
{
    [Fact]
    public async Task RulesAreAddedMovedAndRemovedByTheirNumbers()
    {
        var (line, id) = await Prepare();
        (await line.Run("access", "add", "linux", "--attribute", "department=physics")).Done();
        (await line.Run("access", "add", "linux", "--group", "teachers", "--last")).Done();
        (await line.Run("access", "default", "linux", "deny")).Done();
        (await line.Run("access", "add", "linux", "--user", "bea", "--deny", "--at", "1")).Done();
        (await line.Run("access", "add", "linux", "--client", "user-agent=Firefox")).Done();
        Assert.Equal(["1 user bea denied", "2 department = physics allowed", "3 group Teachers allowed last", "4 default denied", "c1 User-Agent with Firefox allowed", "c2 default denied"], await Rules(line));

        (await line.Run("access", "move", "linux", "1", "3")).Done();
        Assert.Equal(["department = physics", "group Teachers", "user bea", "default"], (await Json(line)).GetProperty("people").EnumerateArray().Select(r => r.GetProperty("text").GetString()));
        (await line.Run("access", "remove", "linux", "3")).Done();
        (await line.Run("access", "remove", "linux", "c1")).Done();
        var rules = (await line.Db.Read(s => DomainsTable.Get(s, id)))!.Access!;
        Assert.Equal((3, 0), (rules.People.Count, rules.Clients.Count));
        Assert.Equal(8, await line.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM audit WHERE action = 'set_access' AND subject = 'linux'")));
    }

    [Fact]
    public async Task WhatARuleSaysIsChangedInItsPlace()
    {
        var (line, _) = await Prepare();
        (await line.Run("access", "add", "linux", "--attribute", "department=physics")).Done();
        (await line.Run("access", "add", "linux", "--user", "bea")).Done();
        (await line.Run("access", "add", "linux", "--client", "User-Agent=Firefox")).Done();
        (await line.Run("access", "set", "linux", "1", "deny")).Done();
        (await line.Run("access", "set", "linux", "2", "allow", "--last")).Done();
        (await line.Run("access", "set", "linux", "c2", "allow")).Done();
        Assert.Equal(["1 department = physics denied", "2 user bea allowed last", "c1 User-Agent with Firefox allowed", "c2 default allowed"], await Rules(line));
        Assert.Contains("There is no rule 3", (await line.Run("access", "set", "linux", "3", "deny")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoMayAndWhySomebodyMayNotIsTold()
    {
        var (line, _) = await Prepare();
        (await line.Run("access", "add", "linux", "--user", "bea")).Done();
        (await line.Run("access", "add", "linux", "--client", "Accept-Language=ca")).Done();
        var who = (await line.Run("access", "who", "linux", "--json")).Json.GetProperty("people").EnumerateArray().ToList();
        Assert.Equal([("ada", "allowed: he is an administrator"), ("bea", "allowed: rule 1, user bea")], who.Select(p => (p.GetProperty("name").GetString(), p.GetProperty("why").GetString())));
        Assert.Contains("denied: no rule is about him, and all there are only allow", (await line.Run("access", "why", "linux", "carl")).Done(), StringComparison.Ordinal);
        Assert.Contains("what he uses is not known", (await line.Run("access", "why", "linux", "bea")).Done(), StringComparison.Ordinal);
        Assert.True((await line.Run("access", "why", "linux", "bea", "--client", "Accept-Language=en,ca-ES;q=0.3", "--json")).Json.GetProperty("is_allowed").GetBoolean());
        Assert.False((await line.Run("access", "why", "linux", "bea", "--client", "Accept-Language=en", "--json")).Json.GetProperty("is_allowed").GetBoolean());

        (await line.Run("client-networks", "add", "Lab", "--address", "10.1.0.0/16", "--bases", "none")).Done();
        Assert.Contains("denied: No base can be used from the network Lab", (await line.Run("access", "why", "linux", "bea", "--from", "10.1.2.3")).Done(), StringComparison.Ordinal);
        Assert.Contains("it can't be used from Lab", (await line.Run("access", "why", "linux", "bea")).Done(), StringComparison.Ordinal);
        Assert.Equal(["ada"], (await line.Run("access", "who", "linux", "--from", "10.1.2.3", "--json")).Json.GetProperty("people").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Contains("From Lab only administrators", (await line.Run("access", "who", "linux")).Error, StringComparison.Ordinal);
        Assert.Contains("'lab' is no address", (await line.Run("access", "why", "linux", "bea", "--from", "lab")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatMakesNoSenseSaysWhatToDo()
    {
        var (line, _) = await Prepare();
        await NodesAndDomainsTests.Machine(line, "plain", isBase: false);
        await Refused("Say whom the rule is about", "add", "linux");
        await Refused("Say whom the rule is about", "add", "linux", "--user", "bea", "--group", "Teachers");
        await Refused("department=physics", "add", "linux", "--attribute", "department");
        await Refused("no group called Pupils", "add", "linux", "--group", "Pupils");
        await Refused("names no header", "add", "linux", "--client", "X-Forwarded-For=10.0.0.1");
        await Refused("There is no rule 1", "remove", "linux", "1");
        await Refused("There is no rule c9", "move", "linux", "c9", "1");
        await Refused("not a base", "add", "plain", "--user", "bea");
        await Refused("not a base", "list", "plain");
        await Refused("not been granted to turn machines into bases", "default", "linux", "allow", "--as", "bea");

        async Task Refused(string why, params string[] arguments)
        {
            var outcome = await line.Run(["access", .. arguments]);
            Assert.NotEqual(ExitCode.Done, outcome.Code);
            Assert.Contains(why, outcome.Error, StringComparison.Ordinal);
        }
    }

    private static async Task<(CommandLine Line, Guid Base)> Prepare()
    {
        var line = await CommandLine.New();
        var id = await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        await line.Db.Transaction(async s =>
        {
            await DomainsTable.SetPublic(s, id, true);
            foreach (var name in (string[])["bea", "carl"]) await UsersTable.Insert(s, name, name, null, isAdmin: false, mustChangePassword: false);
            await UserGroupsTable.Insert(s, "Teachers", AccountSource.Local, null, null);
        });
        return (line, id);
    }

    private static async Task<JsonElement> Json(CommandLine line) => (await line.Run("access", "list", "linux", "--json")).Json;

    private static async Task<IEnumerable<string>> Rules(CommandLine line)
    {
        var rules = await Json(line);
        return ((RuleList[])[RuleList.People, RuleList.Clients]).SelectMany(list => rules.GetProperty(Core.Word.Of(list)).EnumerateArray().Select((r, i) =>
            $"{(list == RuleList.Clients ? "c" : "")}{i + 1} {r.GetProperty("text").GetString()} {(r.GetProperty("allowed").GetBoolean() ? "allowed" : "denied")}{(r.GetProperty("last").GetBoolean() ? " last" : "")}"));
    }
}
