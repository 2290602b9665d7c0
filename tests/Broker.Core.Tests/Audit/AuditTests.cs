using Broker.Core.Audit;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Core.Tests.Audit;

/// <summary>Who did what to what, from where, and what came of it.</summary>
public class AuditTests
{
    [Fact]
    public async Task A_request_leaves_an_entry_when_it_ends_with_what_came_of_it()
    {
        var world = await World.New();
        var bea = (await world.User("bea")) with { Address = "10.1.2.3" };
        var desk = await world.Machine("desk", bea);
        await world.Add(new StartDomain(desk.Id), bea);
        var row = await world.ClaimOne();
        Assert.Empty(await List(world));
        Assert.True(await world.Db.Transaction(s => RequestsTable.Fail(s, row, "no_memory", "There is no room.")));

        var entry = Assert.Single(await List(world));
        Assert.Equal((bea.UserId, "bea", "10.1.2.3", "start_domain", "desk", desk.Id, AuditOutcome.Failed, "no_memory"),
            (entry.UserId, entry.UserName, entry.Address, entry.Action, entry.Subject, entry.DomainId, entry.Outcome, entry.Code));
        Assert.Equal(row.Id, entry.Details!.Value.GetProperty("request").GetInt64());
        Assert.Equal(desk.Id, entry.Details!.Value.GetProperty("args").GetProperty("domain").GetGuid());

        await world.Add(new ShutdownDomain(desk.Id), bea);
        Assert.True(await world.Done(await world.ClaimOne()));
        Assert.Equal([("shutdown_domain", AuditOutcome.Done), ("start_domain", AuditOutcome.Failed)], (await List(world)).Select(e => (e.Action, e.Outcome)));
    }

    [Fact]
    public async Task What_only_looks_and_what_Broker_does_by_itself_leaves_none()
    {
        var world = await World.New();
        await world.Add(new Ping());
        Assert.True(await world.Done(await world.ClaimOne()));
        var desk = await world.Machine("desk");
        await world.Add(new StartDomain(desk.Id), await world.Db.Read(UsersTable.System));
        Assert.True(await world.Done(await world.ClaimOne()));
        Assert.Empty(await List(world));
    }

    [Fact]
    public async Task An_entry_keeps_the_name_of_an_account_that_is_gone_and_can_be_found_by_it()
    {
        var world = await World.New();
        var bea = await world.User("bea");
        await world.Db.Transaction(async s =>
        {
            await AuditTable.Insert(s, bea.UserId, "10.1.2.3", "describe", new string('n', 300), new { text = "=1+1" });
            await AuditTable.Insert(s, world.Admin.UserId, null, "describe", "other");
            await s.Execute("DELETE FROM users WHERE id = @UserId", new { bea.UserId });
        });
        var entry = Assert.Single(await List(world, new AuditFilter { User = "BEA" }));
        Assert.Equal(("bea", 190), (entry.UserName, entry.Subject!.Length));
        Assert.Equal("bea", Assert.Single(await List(world, new AuditFilter { Text = "10.1." })).UserName);
        Assert.Equal("ada", Assert.Single(await List(world, new AuditFilter { Text = "othe" })).UserName);
        Assert.Empty(await List(world, new AuditFilter { Text = "%" }));
        Assert.Empty(await List(world, new AuditFilter { Until = TimeProvider.System.GetUtcNow().AddDays(-1) }));
    }

    [Fact]
    public async Task Old_entries_go_and_younger_ones_stay()
    {
        var world = await World.New();
        await world.Db.Transaction(async s =>
        {
            foreach (var action in (string[])["old", "young"]) await AuditTable.Insert(s, world.Admin.UserId, null, action, null);
            await s.Execute("UPDATE audit SET at = UTC_TIMESTAMP(6) - INTERVAL 31 DAY WHERE action = 'old'");
        });
        Assert.Equal(1, await world.Db.Transaction(s => AuditTable.Forget(s, 30)));
        Assert.Equal("young", Assert.Single(await List(world)).Action);
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"")]
    [InlineData("+1", "'+1")]
    [InlineData("@me", "'@me")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("plain", "plain")]
    public async Task A_spreadsheet_takes_no_name_for_a_formula(string subject, string field)
    {
        var row = new AuditRow { Id = 7, At = DateTimeOffset.Parse("2026-11-22T08:30:00Z", null), Action = "describe", Subject = subject, Outcome = AuditOutcome.Done };
        await using var text = new StringWriter();
        await AuditCsv.Write(text, (before, _) => Task.FromResult<IReadOnlyList<AuditRow>>(before is null ? [row] : []), default);
        Assert.Equal($"id,at,user,address,action,subject,domain,outcome,code,details\r\n7,2026-11-22T08:30:00.000000Z,,,describe,{field},,done,,\r\n", text.ToString());
    }

    private static Task<IReadOnlyList<AuditRow>> List(World world, AuditFilter? filter = null) =>
        world.Db.Read(s => AuditTable.List(s, filter ?? new AuditFilter(), null, 100));
}
