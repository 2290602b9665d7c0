using System.Net;
using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.Limits;

/// <summary>How much people may have, and what a start would end.</summary>
public class LimitsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Everybody_sees_what_he_may_have_and_why_and_has()
    {
        var id = await host.NewUser("ana");
        await host.NewDomain("anas", id, DomainState.Active);
        using var admin = await host.SignedIn("admin");
        await admin.Put($"/api/users/{id}/limits", new { start_limit = 3, disk_gib = 0 }).Gives(HttpStatusCode.OK);
        using var browser = await host.SignedIn("ana");
        var limits = await browser.Get("/api/session/limits").Gives(HttpStatusCode.OK);
        Assert.Equal((3, "own", 1.0), Use(limits, "start_limit"));
        Assert.Equal((0, "own", 0.0), Use(limits, "disk_gib"));
        Assert.Equal((0, "everybody", 0.0), Use(limits, "clone_limit"));
        var mine = await admin.Get("/api/session/limits").Gives(HttpStatusCode.OK);
        Assert.Equal("administrator", mine.GetProperty("memory_gib").GetProperty("source").GetString());

        await browser.Get($"/api/users/{id}/limits").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await browser.Put($"/api/users/{id}/limits", new { start_limit = 0 }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await admin.Put("/api/users/999999/limits", new { }).Refuses(HttpStatusCode.NotFound, "unknown_user");
        await admin.Put($"/api/users/{id}/limits", new { start_limit = -1 }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        Assert.Equal(JsonValueKind.Null, (await admin.Put($"/api/users/{id}/limits", new { }).Gives(HttpStatusCode.OK)).GetProperty("own").GetProperty("start_limit").ValueKind);
    }

    [Fact]
    public async Task A_groups_limit_is_said_once_and_holds_for_its_people()
    {
        var id = await host.NewUser("bob");
        var group = await host.Db.Transaction(async s =>
        {
            var made = await UserGroupsTable.Insert(s, "Physics", AccountSource.Local, null, null);
            await UserGroupsTable.Add(s, made, id);
            return made;
        });
        using var admin = await host.SignedIn("admin");
        await admin.Put($"/api/groups/{group}/limits", new { clone_limit = 2 }).Gives(HttpStatusCode.OK);
        Assert.Equal(2, (await admin.Get($"/api/groups/{group}/limits").Gives(HttpStatusCode.OK)).GetProperty("clone_limit").GetInt32());
        Assert.Equal((2, "group Physics", 0.0), Use(await admin.Get($"/api/users/{id}/limits").Gives(HttpStatusCode.OK), "clone_limit"));
        await admin.Put("/api/groups/999999/limits", new { }).Refuses(HttpStatusCode.NotFound, "unknown_group");
    }

    [Fact]
    public async Task What_opening_a_base_would_end_is_told_to_whoever_asks_and_ended_when_confirmed()
    {
        var id = await host.NewUser("cai");
        var origin = await host.NewDomain("opened", host.Admin, isBase: true, isPublic: true);
        var running = await host.NewDomain("runs-already", id, DomainState.Active);
        using var browser = await host.SignedIn("cai");
        var told = await Problem(browser.Post($"/api/bases/{origin.Id}/open?confirm=false"));
        Assert.Equal("over_limit", told.GetProperty("code").GetString());
        Assert.Equal("runs-already", told.GetProperty("errors")[0].GetString());
        Assert.Equal(0, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM domains WHERE base_id = @Id", new { origin.Id })));

        var off = await host.NewDomain("off", id);
        var start = new { command = "start_domain", args = new { domain = off.Id }, confirm = (bool?)false };
        Assert.Equal("over_limit", (await Problem(browser.Post("/api/requests", start))).GetProperty("code").GetString());
        await browser.Post("/api/requests", start with { confirm = true }).Gives(HttpStatusCode.Accepted);
        await browser.Post($"/api/bases/{origin.Id}/open").Gives(HttpStatusCode.Accepted);

        // a stranger learns nothing of it
        using var other = await host.SignedIn("other");
        await other.Post("/api/requests", start with { args = new { domain = running.Id } }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
    }

    [Fact]
    public async Task A_clone_beyond_the_limit_is_neither_made_nor_handed_out()
    {
        var id = await host.NewUser("dan");
        var (first, second) = (await host.NewDomain("first-base", host.Admin, isBase: true, isPublic: true), await host.NewDomain("second-base", host.Admin, isBase: true, isPublic: true));
        using var admin = await host.SignedIn("admin");
        await admin.Put($"/api/users/{id}/limits", new { clone_limit = 1 }).Gives(HttpStatusCode.OK);
        using var browser = await host.SignedIn("dan");
        await browser.Post($"/api/bases/{first.Id}/open").Gives(HttpStatusCode.Accepted);
        await browser.Post($"/api/bases/{second.Id}/open").Refuses(HttpStatusCode.Conflict, "limit_reached");
        await browser.Post($"/api/bases/{first.Id}/open").Gives(HttpStatusCode.Accepted);

        var free = await host.NewDomain("free-one", host.Admin, baseId: second.Id);
        await host.Db.Transaction(async s =>
        {
            await s.Execute("UPDATE domains SET pool_clones = 1 WHERE id = @Id", new { second.Id });
            await s.Execute("UPDATE domains SET pool_use = 'free', owner_id = (SELECT id FROM users WHERE is_system) WHERE id = @Id", new { free.Id });
        });
        await browser.Post($"/api/bases/{second.Id}/open").Refuses(HttpStatusCode.Conflict, "limit_reached");
        Assert.Equal(PoolUse.Free, (await host.Db.Read(s => DomainsTable.Get(s, free.Id)))!.PoolUse);
    }

    private static (int, string, double) Use(JsonElement limits, string name) => limits.GetProperty(name) is var one
        ? (one.GetProperty("most").GetInt32(), one.GetProperty("source").GetString()!, one.GetProperty("used").GetDouble())
        : default;

    private static async Task<JsonElement> Problem(Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }
}
