using System.Net;
using Broker.Core.Domains;
using Broker.Core.Pools;

namespace Broker.Frontend.Tests.Pools;

/// <summary>Clones that are kept ready, as the portal sees them; no back end fills any.</summary>
public class PoolsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Who_has_a_base_says_how_many_are_kept_ready()
    {
        var origin = await host.NewDomain("sized", host.Admin, isBase: true, isPublic: true);
        using var admin = await host.SignedIn("admin");
        var pool = (await admin.Put($"/api/domains/{origin.Id}/pool", new { clones = 3, start = 2 }).Gives(HttpStatusCode.OK)).GetProperty("pool");
        Assert.Equal((3, 2, 0, 0, 0), (pool.GetProperty("clones").GetInt32(), pool.GetProperty("start").GetInt32(), pool.GetProperty("members").GetInt32(),
            pool.GetProperty("free").GetInt32(), pool.GetProperty("free_running").GetInt32()));
        Assert.Equal("(broker)", await host.Db.Read(s => s.First<string>(
            "SELECT u.name FROM requests r JOIN users u ON u.id = r.user_id WHERE r.command = 'fill_pool' AND r.domain_id = @Id", new { origin.Id })));
        Assert.Equal(1, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM audit WHERE action = 'set_pool' AND subject = 'sized'")));

        await admin.Put($"/api/domains/{origin.Id}/pool", new { clones = 1, start = 2 }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        var machine = await host.NewDomain("no-base", host.Admin);
        await admin.Put($"/api/domains/{machine.Id}/pool", new { clones = 1, start = 0 }).Refuses(HttpStatusCode.Conflict, "not_a_base");
        using var student = await host.SignedIn("student");
        await student.Put($"/api/domains/{origin.Id}/pool", new { clones = 1, start = 0 }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        var none = await admin.Put($"/api/domains/{origin.Id}/pool", new { clones = 0, start = 0 }).Gives(HttpStatusCode.OK);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, none.GetProperty("pool").ValueKind);
    }

    [Fact]
    public async Task A_running_one_is_opened_at_once_and_the_same_again_at_the_next_click()
    {
        var origin = await Pooled("ready", running: 2, off: 1);
        using var student = await host.SignedIn("student");
        var opened = await student.Post($"/api/bases/{origin.Id}/open").Gives(HttpStatusCode.Accepted);
        Assert.Equal(0, opened.GetProperty("requests").GetArrayLength());
        var domain = opened.GetProperty("domain");
        Assert.Equal(("active", "student", "handed_out"), (domain.GetProperty("state").GetString(), domain.GetProperty("owner").GetProperty("name").GetString(), domain.GetProperty("pool_use").GetString()));

        var again = await student.Post($"/api/bases/{origin.Id}/open").Gives(HttpStatusCode.Accepted);
        Assert.Equal(domain.GetProperty("id").GetGuid(), again.GetProperty("domain").GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task One_that_is_off_is_started_and_one_more_is_made_while_the_pool_has_room()
    {
        var origin = await Pooled("room", running: 0, off: 1, clones: 2);
        using var student = await host.SignedIn("student");
        var off = await student.Post($"/api/bases/{origin.Id}/open").Gives(HttpStatusCode.Accepted);
        Assert.Equal(["start_domain"], off.GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("command").GetString()));
        using var other = await host.SignedIn("other");
        var made = await other.Post($"/api/bases/{origin.Id}/open").Gives(HttpStatusCode.Accepted);
        Assert.Equal(["clone", "start_domain"], made.GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("command").GetString()));
        using var admin = await host.SignedIn("admin");
        await admin.Post($"/api/bases/{origin.Id}/open").Refuses(HttpStatusCode.Conflict, "pool_exhausted");
    }

    [Fact]
    public async Task Of_fifty_people_at_once_each_gets_one_of_fifty_and_nobody_anothers()
    {
        const int Many = 50;
        var origin = await Pooled("class", running: Many / 2, off: Many / 2);
        foreach (var i in Enumerable.Range(0, Many)) await host.NewUser($"pupil-{i}");
        var browsers = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => host.SignedIn($"pupil-{i}")));
        var opened = await Task.WhenAll(browsers.Select(b => b.Post($"/api/bases/{origin.Id}/open").Gives(HttpStatusCode.Accepted)));

        Assert.Equal(Many, opened.Select(o => o.GetProperty("domain").GetProperty("id").GetGuid()).Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Many).Select(i => $"pupil-{i}"), opened.Select(o => o.GetProperty("domain").GetProperty("owner").GetProperty("name").GetString()));
        Assert.Equal((Many, Many), await host.Db.Read(s => s.First<(long, long)>(
            "SELECT COUNT(*), COUNT(DISTINCT owner_id) FROM domains WHERE base_id = @Id AND pool_use = 'handed_out'", new { origin.Id })));
        // none was made, and those that were off are started once
        Assert.Equal(Many, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM domains WHERE base_id = @Id", new { origin.Id })));
        Assert.Equal(Many / 2, opened.Sum(o => o.GetProperty("requests").GetArrayLength()));
        foreach (var browser in browsers) browser.Dispose();
    }

    private async Task<DomainRow> Pooled(string name, int running, int off, int? clones = null)
    {
        var origin = await host.NewDomain(name, host.Admin, isBase: true, isPublic: true);
        await host.Db.Transaction(async s =>
        {
            for (var i = 0; i < running + off; i++)
            {
                await DomainsTable.Insert(s, DomainsTable.New($"{name}-{i:D2}", host.Admin, host.Node, 65536, 1) with
                {
                    BaseId = origin.Id,
                    PoolUse = PoolUse.Free,
                    State = i < running ? DomainState.Active : DomainState.Shutdown,
                });
            }

            await Pool.Set(s, origin.Id, clones ?? running + off, running);
        });
        return origin;
    }
}
