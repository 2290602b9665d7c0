using System.Net;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Frontend.Tests.Requests;

public class RequestsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_request_is_written_for_the_one_who_asked()
    {
        var domain = await host.NewDomain("asked", host.Student);
        using var browser = await host.SignedIn("student");
        var request = await browser.Post("/api/requests", new { command = "start", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted);
        Assert.Equal("start_domain", request.GetProperty("command").GetString());
        Assert.Equal("requested", request.GetProperty("state").GetString());
        Assert.Equal("student", request.GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("asked", request.GetProperty("domain_name").GetString());
        var row = await host.Db.Read(s => RequestsTable.Get(s, request.GetProperty("id").GetInt64()));
        Assert.Equal(host.Student, row!.UserId);
        Assert.Equal("127.0.0.1", row.CallerAddress);
    }

    [Fact]
    public async Task An_equal_request_is_answered_with_the_one_that_is_there()
    {
        var domain = await host.NewDomain("folded", host.Student);
        using var browser = await host.SignedIn("student");
        var first = await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted);
        var second = await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } });
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal("1", second.Headers.GetValues("X-Folded").Single());
        Assert.Equal(first.GetProperty("id").GetInt64(), (await second.Json()).GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Nobody_acts_on_what_is_not_his()
    {
        var domain = await host.NewDomain("not-his", host.Student, DomainState.Active);
        var @base = await host.NewDomain("public-base", host.Admin, isBase: true, isPublic: true);
        using var other = await host.SignedIn("other");
        foreach (var command in (string[])["start_domain", "shutdown_domain", "force_shutdown_domain", "reboot_domain", "remove_domain", "screenshot", "refresh_machine", "prepare_base", "remove_base"])
            await other.Post("/api/requests", new { command, args = new { domain = domain.Id } }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        foreach (var command in (string[])["remove_domain", "remove_base"])
            await other.Post("/api/requests", new { command, args = new { domain = @base.Id } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await other.Post("/api/requests", new { command = "clone", args = new { @base = @base.Id, owner = host.Admin } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await other.Post("/api/requests", new { command = "import_domain", args = new { file = "x.qcow2", name = "x" } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        Assert.Equal(0, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM requests WHERE user_id = @Other", new { host.Other })));
    }

    [Fact]
    public async Task Bad_calls_are_refused_with_a_reason()
    {
        using var browser = await host.SignedIn("student");
        await browser.Post("/api/requests", new { command = "fly", args = new { } }).Refuses(HttpStatusCode.NotFound, "unknown_command");
        await browser.Post("/api/requests", new { command = "start_domain", args = new { } }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = Guid.NewGuid(), uid = 1 } }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = Guid.NewGuid() } }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await browser.Post("/api/requests", new { command = "ping", args = new { }, user_id = host.Admin }).Refuses(HttpStatusCode.BadRequest, "bad_request");
        await browser.Post("/api/requests", new { args = new { } }).Refuses(HttpStatusCode.BadRequest, "bad_request");
    }

    [Fact]
    public async Task Others_requests_are_not_seen_and_not_waited_for()
    {
        var domain = await host.NewDomain("unseen", host.Student);
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        var request = await student.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted);
        var id = request.GetProperty("id").GetInt64();
        await other.Get($"/api/requests/{id}").Refuses(HttpStatusCode.NotFound, "unknown_request");
        await other.Delete($"/api/requests/{id}").Refuses(HttpStatusCode.NotFound, "unknown_request");
        await other.Post("/api/requests", new { command = "ping", args = new { }, after_id = id }).Refuses(HttpStatusCode.NotFound, "unknown_request");
        var seen = await other.Get($"/api/requests?user={host.Student}").Gives(HttpStatusCode.OK);
        Assert.All(seen.GetProperty("requests").EnumerateArray(), r => Assert.Equal("other", r.GetProperty("user").GetProperty("name").GetString()));
        using var admin = await host.SignedIn("admin");
        var all = await admin.Get($"/api/requests?domain={domain.Id}&state=requested&command=start_domain&limit=1").Gives(HttpStatusCode.OK);
        Assert.Equal(id, Assert.Single(all.GetProperty("requests").EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Empty((await admin.Get($"/api/requests?domain={domain.Id}&before_id={id}").Gives(HttpStatusCode.OK)).GetProperty("requests").EnumerateArray());
    }

    [Fact]
    public async Task A_request_can_be_taken_back_until_somebody_is_at_it()
    {
        var domain = await host.NewDomain("taken-back", host.Student);
        using var browser = await host.SignedIn("student");
        var id = (await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        Assert.Equal("cancelled", (await browser.Delete($"/api/requests/{id}").Gives(HttpStatusCode.OK)).GetProperty("state").GetString());
        await browser.Delete($"/api/requests/{id}").Refuses(HttpStatusCode.Conflict, "already_ended");

        var next = (await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        await host.Db.Transaction(s => s.Execute("UPDATE requests SET state = 'working' WHERE id = @next", new { next }));
        await browser.Delete($"/api/requests/{next}").Refuses(HttpStatusCode.Conflict, "already_working");
    }

    [Fact]
    public async Task The_commands_are_listed_with_their_arguments_for_those_who_may_ask()
    {
        using var student = await host.SignedIn("student");
        var commands = (await student.Get("/api/commands").Gives(HttpStatusCode.OK)).GetProperty("commands").EnumerateArray().ToDictionary(c => c.GetProperty("command").GetString()!);
        Assert.True(commands["clone"].GetProperty("args").GetProperty("properties").TryGetProperty("base", out _));
        Assert.False(commands["clone"].GetProperty("args").GetProperty("properties").TryGetProperty("domain", out _));
        Assert.DoesNotContain("import_domain", commands.Keys);
        using var admin = await host.SignedIn("admin");
        Assert.Equal(Catalogue.All.Count, (await admin.Get("/api/commands").Gives(HttpStatusCode.OK)).GetProperty("commands").GetArrayLength());
    }
}
