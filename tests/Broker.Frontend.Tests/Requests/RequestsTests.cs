using System.Net;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;

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
    public async Task What_one_request_is_done_by_is_found_by_it_and_tells_it()
    {
        var domain = await host.NewDomain("of-a-class", host.Student);
        using var browser = await host.SignedIn("student");
        var whole = await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted);
        var part = await browser.Post("/api/requests", new { command = "refresh_machine", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted);
        var (id, cause) = (part.GetProperty("id").GetInt64(), whole.GetProperty("id").GetInt64());
        await host.Db.Transaction(s => s.Execute("UPDATE requests SET caused_by = @cause WHERE id = @id", new { id, cause }));
        var found = (await (await browser.Get($"/api/requests?cause={cause}")).Json()).GetProperty("requests").EnumerateArray().ToList();
        Assert.Equal((id, cause), (Assert.Single(found).GetProperty("id").GetInt64(), found[0].GetProperty("caused_by").GetInt64()));
        var caused = (await (await browser.Get($"/api/requests/{cause}")).Json()).GetProperty("caused");
        Assert.Equal((1, 0), (caused.GetProperty("total").GetInt32(), caused.GetProperty("done").GetInt32()));
    }

    [Fact]
    public async Task What_is_asked_for_a_machine_is_followed_by_those_who_see_it_and_by_nobody_else()
    {
        var (teacher, pupil) = (await host.NewUser("follows"), await host.NewUser("followed"));
        await host.Db.Transaction(s => UsersTable.SetGrant(s, teacher, Grant.View, Reach.Clones));
        var @base = await host.NewDomain("b-followed", teacher, isBase: true);
        var desktop = await host.NewDomain("d-followed", pupil, baseId: @base.Id);
        using var admin = await host.SignedIn("admin");
        var id = (await admin.Post("/api/requests", new { command = "start_domain", args = new { domain = desktop.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        using var teaches = await host.SignedIn("follows");
        Assert.Equal(JsonValueKind.Null, (await teaches.Get($"/api/requests/{id}").Gives(HttpStatusCode.OK)).GetProperty("user").ValueKind);
        Assert.Equal([id], await Listed(teaches, $"?domain={desktop.Id}"));
        Assert.Empty(await Listed(teaches, $"?domain={desktop.Id}&text=admin"));
        Assert.Empty(await Listed(teaches, ""));

        await host.Db.Transaction(s => UsersTable.SetGrant(s, pupil, Grant.View, Reach.None));
        using var learns = await host.SignedIn("followed");
        await learns.Get($"/api/requests/{id}").Refuses(HttpStatusCode.NotFound, "unknown_request");
        Assert.Empty(await Listed(learns, $"?domain={desktop.Id}"));
        using var other = await host.SignedIn("other");
        await other.Get($"/api/requests/{id}").Refuses(HttpStatusCode.NotFound, "unknown_request");
        Assert.Empty(await Listed(other, $"?domain={desktop.Id}"));

        static async Task<IEnumerable<long>> Listed(Browser browser, string query) =>
            (await browser.Get("/api/requests" + query).Gives(HttpStatusCode.OK)).GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Machines_are_given_to_people_and_not_to_Broker_itself()
    {
        var machine = await host.NewDomain("given-to-broker", host.Admin);
        using var admin = await host.SignedIn("admin");
        var owner = (await host.Db.Read(UsersTable.System)).UserId;
        await admin.Post("/api/requests", new { command = "change_owner", args = new { domain = machine.Id, owner } }).Refuses(HttpStatusCode.NotFound, "unknown_user");
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
        var seen = await other.Get($"/api/requests?user=student").Gives(HttpStatusCode.OK);
        Assert.All(seen.GetProperty("requests").EnumerateArray(), r => Assert.Equal("other", r.GetProperty("user").GetProperty("name").GetString()));
        using var admin = await host.SignedIn("admin");
        var all = await admin.Get($"/api/requests?domain={domain.Id}&state=requested&command=start_domain&limit=1").Gives(HttpStatusCode.OK);
        Assert.Empty((await admin.Get($"/api/requests?domain={domain.Id}&state=working").Gives(HttpStatusCode.OK)).GetProperty("requests").EnumerateArray());
        Assert.Single((await admin.Get($"/api/requests?domain={domain.Id}&state=requested&user=STUDENT").Gives(HttpStatusCode.OK)).GetProperty("requests").EnumerateArray());
        Assert.Empty((await admin.Get("/api/requests?user=nobody-of-that-name").Gives(HttpStatusCode.OK)).GetProperty("requests").EnumerateArray());
        Assert.Equal(id, Assert.Single(all.GetProperty("requests").EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Empty((await admin.Get($"/api/requests?domain={domain.Id}&before={id}").Gives(HttpStatusCode.OK)).GetProperty("requests").EnumerateArray());
    }

    [Fact]
    public async Task What_somebody_else_asked_for_ones_own_machine_is_followed_without_knowing_whose_it_is()
    {
        var domain = await host.NewDomain("started-for-him", host.Student);
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        var id = (await admin.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();

        var folded = await student.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.OK);
        var followed = await student.Get($"/api/requests/{id}").Gives(HttpStatusCode.OK);
        Assert.All([folded, followed], request =>
        {
            Assert.Equal((id, "start_domain", domain.Id), (request.GetProperty("id").GetInt64(), request.GetProperty("command").GetString(), request.GetProperty("domain_id").GetGuid()));
            Assert.All(["user", "args", "caller_address"], name => Assert.Equal(JsonValueKind.Null, request.GetProperty(name).ValueKind));
            Assert.Equal((false, false), (request.GetProperty("can_cancel").GetBoolean(), request.GetProperty("can_retry").GetBoolean()));
        });
        Assert.Equal("back_end", followed.GetProperty("waits_for").GetProperty("reason").GetString());

        await student.Delete($"/api/requests/{id}").Refuses(HttpStatusCode.NotFound, "unknown_request");
        await student.Post($"/api/requests/{id}/retry", new { }).Refuses(HttpStatusCode.NotFound, "unknown_request");
        await other.Get($"/api/requests/{id}").Refuses(HttpStatusCode.NotFound, "unknown_request");
        var whole = await admin.Get($"/api/requests/{id}").Gives(HttpStatusCode.OK);
        Assert.Equal(("admin", "127.0.0.1", domain.Id), (
            whole.GetProperty("user").GetProperty("name").GetString(), whole.GetProperty("caller_address").GetString(), whole.GetProperty("args").GetProperty("domain").GetGuid()));
    }

    [Fact]
    public async Task Requests_are_found_by_several_states_and_by_a_part_of_what_one_reads()
    {
        var domain = await host.NewDomain("100%_searched", host.Student);
        using var student = await host.SignedIn("student");
        using var admin = await host.SignedIn("admin");
        var start = (await student.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        var remove = (await student.Post("/api/requests", new { command = "remove_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        await host.Db.Transaction(s => s.Execute("UPDATE requests SET state = 'failed', ended_at = UTC_TIMESTAMP(6), error_code = 'x', error_text = 'The shelf is full.' WHERE id = @remove", new { remove }));

        Assert.Equal([remove, start], await Found("state=requested&state=failed"));
        Assert.Equal([remove], await Found("state=done&state=failed"));
        Assert.Equal([remove], await Found("text=SHELF%20is"));
        Assert.Equal([remove, start], await Found("text=100%25_s"));
        Assert.Equal([remove, start], await Found("text=tuden"));
        Assert.Equal([start], await Found("text=start_&user=student"));
        Assert.Empty(await Found("text=100__s"));
        Assert.Empty(await Found("text=student&state=done"));
        await admin.Get("/api/requests?state=failed&state=fled").Refuses(HttpStatusCode.BadRequest, "bad_request");

        async Task<IEnumerable<long>> Found(string filter) =>
            (await admin.Get($"/api/requests?domain={domain.Id}&{filter}").Gives(HttpStatusCode.OK)).GetProperty("requests").EnumerateArray().Select(r => r.GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task A_request_can_be_taken_back_until_it_has_ended()
    {
        var domain = await host.NewDomain("taken-back", host.Student);
        using var browser = await host.SignedIn("student");
        var id = (await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        var asked = await browser.Delete($"/api/requests/{id}").Gives(HttpStatusCode.OK);
        Assert.Equal((false, true), (asked.GetProperty("can_cancel").GetBoolean(), asked.GetProperty("cancel_asked_at").ValueKind == JsonValueKind.String));
        // what a back end does next
        await host.Db.Transaction(RequestsTable.TakeBackAsked);
        var ended = await browser.Get($"/api/requests/{id}").Gives(HttpStatusCode.OK);
        Assert.Equal(("cancelled", true), (ended.GetProperty("state").GetString(), ended.GetProperty("can_retry").GetBoolean()));
        await browser.Delete($"/api/requests/{id}").Refuses(HttpStatusCode.Conflict, "already_ended");
        var again = await browser.Post($"/api/requests/{id}/retry", new { }).Gives(HttpStatusCode.Accepted);
        Assert.Equal(("requested", domain.Id), (again.GetProperty("state").GetString(), again.GetProperty("domain_id").GetGuid()));
        await browser.Post($"/api/requests/{again.GetProperty("id").GetInt64()}/retry", new { }).Refuses(HttpStatusCode.Conflict, "not_ended_badly");
    }

    [Fact]
    public async Task One_request_is_shown_with_its_steps_and_why_it_waits()
    {
        var domain = await host.NewDomain("stepwise", host.Student);
        using var browser = await host.SignedIn("student");
        var id = (await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        var waiting = await browser.Get($"/api/requests/{id}").Gives(HttpStatusCode.OK);
        Assert.Equal("back_end", waiting.GetProperty("waits_for").GetProperty("reason").GetString());
        Assert.Matches("^[0-9a-f]{32}$", waiting.GetProperty("trace_id").GetString());
        await host.Db.Transaction(s => s.Execute(
            """
            UPDATE requests SET state = 'done', attempts = 2, started_at = '2026-11-21 10:00:00', ended_at = '2026-11-21 10:00:09',
              attempt_errors = '[{"at": "2026-11-21T10:00:03.000000Z", "code": "host_unreachable", "message": "It was away."}]' WHERE id = @id
            """, new { id }));
        await host.Db.Transaction(s => s.Execute(
            """
            INSERT INTO request_steps (request_id, attempt, at, percent, text) VALUES
              (@id, 1, '2026-11-21 10:00:01', 10, 'Starting'), (@id, 2, '2026-11-21 10:00:04', 10, 'Starting'), (@id, 2, '2026-11-21 10:00:06', 50, 'Waiting')
            """, new { id }));
        var whole = await browser.Get($"/api/requests/{id}").Gives(HttpStatusCode.OK);
        Assert.Equal([2000, 2000, 3000], whole.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("took_ms").GetInt64()));
        Assert.Equal("It was away.", Assert.Single(whole.GetProperty("attempt_errors").EnumerateArray()).GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, whole.GetProperty("waits_for").ValueKind);
    }

    [Fact]
    public async Task Only_administrators_choose_a_priority()
    {
        using var student = await host.SignedIn("student");
        await student.Post("/api/requests", new { command = "ping", args = new { }, priority = 1 }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        using var admin = await host.SignedIn("admin");
        Assert.Equal(1, (await admin.Post("/api/requests", new { command = "ping", args = new { }, priority = 1 }).Gives(HttpStatusCode.Accepted)).GetProperty("priority").GetInt32());
        await admin.Post("/api/requests", new { command = "ping", args = new { }, priority = 5000 }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
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
