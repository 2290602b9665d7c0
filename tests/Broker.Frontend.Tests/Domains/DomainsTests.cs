using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.Domains;

public class DomainsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Everybody_sees_his_own_and_administrators_see_all()
    {
        var @base = await host.NewDomain("listed-base", host.Admin, isBase: true, isPublic: true);
        await host.NewDomain("listed-mine", host.Student, DomainState.Active, @base.Id);
        await host.NewDomain("listed-theirs", host.Other, DomainState.Shutdown, @base.Id);
        using var student = await host.SignedIn("student");
        using var admin = await host.SignedIn("admin");
        Assert.Equal(["listed-mine"], await Names(student, "?q=listed"));
        Assert.Equal(["listed-base", "listed-mine", "listed-theirs"], await Names(admin, "?q=listed"));
        Assert.Equal(["listed-mine", "listed-theirs"], await Names(admin, $"?base={@base.Id}"));
        Assert.Equal(["listed-mine"], await Names(admin, $"?base={@base.Id}&state=active"));
        Assert.Equal(["listed-base"], await Names(admin, "?q=listed&state=base"));
        Assert.Equal(["listed-theirs"], await Names(admin, "?q=listed-t"));
        Assert.Empty(await Names(admin, "?q=%25"));
        await admin.Get("/api/domains?state=nonsense").Refuses(HttpStatusCode.BadRequest, "bad_request");
    }

    [Fact]
    public async Task A_machine_says_what_the_caller_may_do_with_it_now()
    {
        var running = await host.NewDomain("may-running", host.Student, DomainState.Active);
        var off = await host.NewDomain("may-off", host.Student);
        using var student = await host.SignedIn("student");
        var may = await May(student, running.Id);
        Assert.Contains("shutdown_domain", may);
        Assert.Contains("open", may);
        Assert.Contains("describe", may);
        Assert.DoesNotContain("start_domain", may);
        Assert.DoesNotContain("prepare_base", may);
        Assert.Contains("start_domain", await May(student, off.Id));
        Assert.DoesNotContain("open", await May(student, off.Id));
        using var admin = await host.SignedIn("admin");
        Assert.Contains("prepare_base", await May(admin, off.Id));
    }

    [Fact]
    public async Task How_a_machine_was_changed_on_its_host_is_for_those_who_look_after_the_hosts()
    {
        var changed = await host.NewDomain("changed-there", host.Student);
        await host.Db.Transaction(s => DomainsTable.SetHostChanges(s, changed.Id, "It lacks a disk there: /srv/disks/one.qcow2."));
        using var student = await host.SignedIn("student");
        using var admin = await host.SignedIn("admin");
        Assert.Equal(JsonValueKind.Null, (await student.Get($"/api/domains/{changed.Id}").Gives(HttpStatusCode.OK)).GetProperty("host_changes").ValueKind);
        Assert.Contains("one.qcow2", (await admin.Get($"/api/domains/{changed.Id}").Gives(HttpStatusCode.OK)).GetProperty("host_changes").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_long_a_machine_runs_is_set_by_those_who_look_after_the_hosts_and_seen_by_its_owner()
    {
        var running = await host.NewDomain("set-running", host.Student);
        await host.Db.Transaction(s => DomainsTable.SetStarted(s, running.Id));
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        await student.Patch($"/api/domains/{running.Id}/settings", new { run_timeout_seconds = 0 }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await admin.Patch($"/api/domains/{running.Id}/settings", new { run_timeout_seconds = 5 }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        Assert.DoesNotContain("set", await May(student, running.Id));
        Assert.Contains("set", await May(admin, running.Id));

        await admin.Patch($"/api/domains/{running.Id}/settings", new { run_timeout_seconds = 28_800, autostart = true }).Gives(HttpStatusCode.OK);

        var seen = await student.Get($"/api/domains/{running.Id}").Gives(HttpStatusCode.OK);
        Assert.Equal(TimeSpan.FromHours(8), seen.GetProperty("ends_at").GetDateTimeOffset() - seen.GetProperty("started_at").GetDateTimeOffset());
        Assert.Equal("shutdown_domain", seen.GetProperty("next").GetProperty("action").GetString());
        var settings = seen.GetProperty("settings");
        Assert.Equal((true, 28_800, false), (settings.GetProperty("autostart").GetBoolean(), settings.GetProperty("run_timeout_seconds").GetInt32(), settings.GetProperty("shutdown_disconnected").GetBoolean()));
    }

    [Fact]
    public async Task What_holds_for_everybody_is_set_by_those_who_look_after_the_hosts()
    {
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        await student.Get("/api/settings").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await admin.Put("/api/settings", new { start_limit = 2 }).Refuses(HttpStatusCode.BadRequest, "bad_request");     // all or none
        var settings = (await admin.Get("/api/settings").Gives(HttpStatusCode.OK)).GetProperty("settings").Deserialize<SiteSettings>(Core.Json.Options)!;
        var without = settings.ToJson();
        without.Remove("guests");
        await admin.Put("/api/settings", without).Refuses(HttpStatusCode.BadRequest, "bad_request");
        await admin.Put("/api/settings", settings with { StartLimit = -1 }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");

        await admin.Put("/api/settings", settings with { StartLimit = 2 }).Gives(HttpStatusCode.OK);

        // what guards administrators is not for those who look after the hosts
        var id = await host.NewUser("sets-settings");
        await host.Db.Transaction(s => UsersTable.SetGrant(s, id, Grant.Operate, Reach.All));
        using var keeper = await host.SignedIn("sets-settings");
        foreach (var guarded in (SiteSettings[])[settings with { AuditDays = 30 }, settings with { PasswordDays = 9 }, settings with { AdminsNeedSecondFactor = true }])
            await keeper.Put("/api/settings", guarded).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Put("/api/settings", settings with { StartLimit = 2 }).Gives(HttpStatusCode.OK);

        var now = await admin.Get("/api/settings").Gives(HttpStatusCode.OK);
        Assert.Equal((2, 1), (now.GetProperty("settings").GetProperty("start_limit").GetInt32(), now.GetProperty("defaults").GetProperty("start_limit").GetInt32()));
    }

    [Fact]
    public async Task Who_looks_after_the_hosts_and_does_not_see_a_machine_is_told_that_it_is_not_his_to_set()
    {
        var machine = await host.NewDomain("unseen-by-keeper", host.Student);
        var id = await host.NewUser("sees-little");
        await host.Db.Transaction(s => UsersTable.SetGrant(s, id, Grant.Operate, Reach.All));
        using var keeper = await host.SignedIn("sees-little");
        await keeper.Patch($"/api/domains/{machine.Id}/settings", new { shutdown_disconnected = true }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Patch($"/api/domains/{Guid.NewGuid()}/settings", new { shutdown_disconnected = true }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
    }

    [Fact]
    public async Task What_the_host_can_not_do_is_not_offered()
    {
        var running = await host.NewDomain("may-hibernate", host.Student, DomainState.Active);
        using var student = await host.SignedIn("student");
        await host.Db.Transaction(s => NodesTable.SetUp(s, host.Node, ["screenshot"], new Dictionary<string, string>()));
        Assert.DoesNotContain("hibernate_domain", await May(student, running.Id));
        await host.Db.Transaction(s => NodesTable.SetUp(s, host.Node, ["hibernate", "screenshot"], new Dictionary<string, string>()));
        var may = await May(student, running.Id);
        Assert.Contains("hibernate_domain", may);
        Assert.DoesNotContain("pause_domain", may);
    }

    [Fact]
    public async Task What_a_base_was_made_from_is_for_whoever_may_make_bases_of_it()
    {
        var @base = await host.NewDomain("kept-base", host.Admin, isBase: true, isPublic: true);
        await host.Db.Transaction(s => BasesTable.Put(s, @base.Id, withCd: true,
            new("then", 1 << 20, 2, [new("vda", VolumeKind.Sys, "/pool/base.qcow2", "qcow2", 1 << 30, ["/pool/below.qcow2"])], [new("hda", "course.iso")])));
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");

        var kept = await admin.Get($"/api/domains/{@base.Id}/base").Gives(HttpStatusCode.OK);

        var (definition, disk) = (kept.GetProperty("definition"), kept.GetProperty("definition").GetProperty("disks")[0]);
        Assert.Equal((true, "then", "course.iso"), (kept.GetProperty("with_cd").GetBoolean(), definition.GetProperty("name").GetString(), definition.GetProperty("cds")[0].GetProperty("file").GetString()));
        Assert.Equal(("vda", "sys", "/pool/base.qcow2", "/pool/below.qcow2"),
            (disk.GetProperty("target").GetString(), disk.GetProperty("kind").GetString(), disk.GetProperty("file").GetString(), disk.GetProperty("below")[0].GetString()));
        await student.Get($"/api/domains/{@base.Id}/base").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await admin.Get($"/api/domains/{(await host.NewDomain("kept-none", host.Student)).Id}/base").Refuses(HttpStatusCode.Conflict, "not_a_base");
    }

    [Fact]
    public async Task What_a_machine_did_is_read_newest_first_with_its_cause()
    {
        using var student = await host.SignedIn("student");
        var id = (await host.NewDomain("remembered", host.Student)).Id;
        await host.Db.Transaction(s => DomainsTable.SetState(s, id, DomainState.Active));
        await host.Db.Transaction(s => DomainsTable.SetState(s, id, DomainState.Active));        // nothing new
        await host.Db.Transaction(s => DomainsTable.SetScreenshot(s, id, [1]));                  // no state
        var request = (await student.Post("/api/requests", new { command = "pause_domain", args = new { domain = id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        await host.Db.Transaction(s =>
        {
            s.Request = request;
            return DomainsTable.SetState(s, id, DomainState.Paused, "as asked");
        });
        await host.Db.Transaction(s => DomainsTable.SetState(s, id, DomainState.Shutdown, "crashed"));

        var entries = (await student.Get($"/api/domains/{id}/history").Gives(HttpStatusCode.OK)).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal([("shutdown", "crashed", "host"), ("paused", "as asked", "request"), ("active", null, "host"), ("shutdown", null, "host")],
            entries.Select(e => (e.GetProperty("state").GetString(), e.GetProperty("detail").GetString(), e.GetProperty("cause").GetString())));
        Assert.Equal((request, "pause_domain", "student"), (entries[1].GetProperty("request").GetProperty("id").GetInt64(),
            entries[1].GetProperty("request").GetProperty("command").GetString(), entries[1].GetProperty("request").GetProperty("user").GetString()));

        var page = (await student.Get($"/api/domains/{id}/history?limit=2&before={entries[0].GetProperty("id")}").Gives(HttpStatusCode.OK)).GetProperty("entries");
        Assert.Equal(["paused", "active"], page.EnumerateArray().Select(e => e.GetProperty("state").GetString()));
        using var other = await host.SignedIn("other");
        await other.Get($"/api/domains/{id}/history").Refuses(HttpStatusCode.NotFound, "unknown_domain");
    }

    [Fact]
    public async Task Who_asked_for_what_happened_to_a_published_base_is_not_told_to_others()
    {
        var @base = await host.NewDomain("remembered-base", host.Admin, isBase: true, isPublic: true);
        using var admin = await host.SignedIn("admin");
        var request = (await admin.Post("/api/requests", new { command = "refresh_machine", args = new { domain = @base.Id } }).Gives(HttpStatusCode.Accepted)).GetProperty("id").GetInt64();
        await host.Db.Transaction(s =>
        {
            s.Request = request;
            return DomainsTable.SetState(s, @base.Id, DomainState.Shutdown, "frozen");
        });
        using var student = await host.SignedIn("student");
        Assert.Equal(["admin"], await Askers(admin));
        Assert.Equal([null], await Askers(student));

        async Task<List<string?>> Askers(Browser browser) => [.. (await browser.Get($"/api/domains/{@base.Id}/history?limit=1").Gives(HttpStatusCode.OK))
            .GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("request").GetProperty("user").GetString())];
    }

    [Fact]
    public async Task A_base_is_published_with_its_event_and_a_note_of_who_did_it()
    {
        var @base = await host.NewDomain("publish-me", host.Admin, isBase: true);
        var machine = await host.NewDomain("publish-not", host.Admin);
        using var student = await host.SignedIn("student");
        await student.Get($"/api/domains/{@base.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        using var admin = await host.SignedIn("admin");
        await admin.Put($"/api/domains/{machine.Id}/published", new { is_public = true }).Refuses(HttpStatusCode.Conflict, "not_a_base");
        Assert.True((await admin.Put($"/api/domains/{@base.Id}/published", new { is_public = true }).Gives(HttpStatusCode.OK)).GetProperty("is_public").GetBoolean());
        Assert.Equal("base", (await student.Get($"/api/domains/{@base.Id}").Gives(HttpStatusCode.OK)).GetProperty("state").GetString());
        await student.Put($"/api/domains/{@base.Id}/published", new { is_public = false }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        Assert.Equal(1, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM audit WHERE action = 'publish' AND subject = 'publish-me' AND user_id = @Admin", new { host.Admin })));
        Assert.NotEqual(0, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM events WHERE kind = 'base' AND domain_id = @Id", new { @base.Id })));
    }

    [Fact]
    public async Task A_base_says_whether_its_new_clones_are_temporary_and_everybody_who_sees_it_is_told()
    {
        var @base = await host.NewDomain("temporary-ones", host.Admin, isBase: true, isPublic: true);
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        Assert.True((await admin.Put($"/api/domains/{@base.Id}/clones", new { @volatile = true }).Gives(HttpStatusCode.OK)).GetProperty("volatile_clones").GetBoolean());
        var card = (await student.Get("/api/desktops").Gives(HttpStatusCode.OK)).GetProperty("desktops").EnumerateArray()
            .Single(d => d.GetProperty("base") is { ValueKind: not System.Text.Json.JsonValueKind.Null } b && b.GetProperty("id").GetGuid() == @base.Id);
        Assert.True(card.GetProperty("base").GetProperty("volatile_clones").GetBoolean());
        await student.Put($"/api/domains/{@base.Id}/clones", new { @volatile = false }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    [Fact]
    public async Task What_people_read_of_a_machine_is_changed_by_its_owner()
    {
        var domain = await host.NewDomain("describe-me", host.Student);
        using var browser = await host.SignedIn("student");
        var changed = await browser.Put($"/api/domains/{domain.Id}/description", new { alias = "  Física ⚛ ", description = "" }).Gives(HttpStatusCode.OK);
        Assert.Equal("Física ⚛", changed.GetProperty("alias").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, changed.GetProperty("description").ValueKind);
        await browser.Put($"/api/domains/{domain.Id}/description", new { alias = new string('x', 191), description = "" }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await browser.Put($"/api/domains/{domain.Id}/description", new { alias = "a\u0007b", description = "" }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        // no field of the row can be picked but these
        await browser.Put($"/api/domains/{domain.Id}/description", new { alias = "x", description = "", owner_id = host.Admin }).Refuses(HttpStatusCode.BadRequest, "bad_request");
    }

    [Fact]
    public async Task A_picture_is_sent_once_and_then_only_when_it_has_changed()
    {
        var domain = await host.NewDomain("pictured", host.Student, DomainState.Active);
        using var browser = await host.SignedIn("student");
        await browser.Get($"/api/domains/{domain.Id}/screenshot").Refuses(HttpStatusCode.NotFound, "no_picture");
        byte[] png = [0x89, 0x50, 0x4e, 0x47];
        await host.Db.Transaction(s => DomainsTable.SetScreenshot(s, domain.Id, png));

        var url = (await browser.Get($"/api/domains/{domain.Id}").Gives(HttpStatusCode.OK)).GetProperty("screenshot_url").GetString()!;
        var first = await browser.Get(url);
        Assert.Equal("image/png", first.Content.Headers.ContentType!.MediaType);
        Assert.Equal("private, no-cache", string.Join(", ", first.Headers.GetValues("Cache-Control").SelectMany(v => v.Split(", ")).Order(StringComparer.Ordinal).Reverse()));
        Assert.Equal(png, await first.Content.ReadAsByteArrayAsync());
        using var again = new HttpRequestMessage(HttpMethod.Get, url);
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(first.Headers.ETag!.Tag));
        Assert.Equal(HttpStatusCode.NotModified, (await browser.Http.SendAsync(again)).StatusCode);
    }

    private static async Task<IEnumerable<string?>> Names(Browser browser, string query) =>
        (await browser.Get("/api/domains" + query).Gives(HttpStatusCode.OK)).GetProperty("domains").EnumerateArray().Select(d => d.GetProperty("name").GetString());

    private static async Task<List<string>> May(Browser browser, Guid id) =>
        [.. (await browser.Get($"/api/domains/{id}").Gives(HttpStatusCode.OK)).GetProperty("may").EnumerateArray().Select(m => m.GetString()!)];
}
