using System.Net;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Users;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Frontend.Tests.Hosting;

/// <summary>What was possible in other brokers, tried here as an attacker would. tests/README.md lists all of them, with those that lie beside what they attack.</summary>
public class AttacksTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_stranger_gives_himself_no_machine_and_nobody_gets_rid_of_his_own_on_others()
    {
        var (theirs, own) = (await host.NewDomain("owned-by-other", host.Other), await host.NewDomain("owned-by-student", host.Student));
        using var student = await host.SignedIn("student");
        await Ask(student, "change_owner", new { domain = theirs.Id, owner = host.Student }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await Ask(student, "change_owner", new { domain = own.Id, owner = host.Admin }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        // not even what is shared with him
        await host.Db.Transaction(s => Sharing.Share(s, Caller(host.Other, "other"), theirs, new UserRow { Id = host.Student, Name = "student", DisplayName = "student" }));
        await Ask(student, "change_owner", new { domain = theirs.Id, owner = host.Student }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        Assert.Equal(0, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE command = 'change_owner'")));
    }

    [Theory]
    [InlineData("id_owner")]
    [InlineData("owner_id")]
    [InlineData("user_id")]
    [InlineData("uid")]
    [InlineData("is_admin")]
    [InlineData("caller")]
    [InlineData("caller_address")]
    public async Task Nobody_asks_in_the_name_of_somebody_else(string member)
    {
        var @base = await host.NewDomain($"forged-{member}", host.Admin, isBase: true, isPublic: true);
        using var student = await host.SignedIn("student");
        await Ask(student, "clone", new Dictionary<string, object> { ["base"] = @base.Id, [member] = host.Admin }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await student.Post("/api/requests", new Dictionary<string, object> { ["command"] = "clone", ["args"] = new { @base = @base.Id }, [member] = host.Admin }).Refuses(HttpStatusCode.BadRequest, "bad_request");

        // what a teacher may say of a base of his own
        await Ask(student, "clone", new { @base = @base.Id, owner = host.Admin }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        var asked = await Ask(student, "clone", new { @base = @base.Id }).Gives(HttpStatusCode.Accepted);
        var row = await host.Db.Read(s => s.First<(long User, long Owner)>(
            "SELECT r.user_id, d.owner_id FROM requests r JOIN domains d ON d.id = r.domain_id WHERE r.id = @id", new { id = asked.GetProperty("id").GetInt64() }));
        Assert.Equal((host.Student, host.Student), row);
    }

    [Fact]
    public async Task A_student_sets_nothing_that_holds_for_others()
    {
        var own = await host.NewDomain("settings-of-own", host.Student);
        using var student = await host.SignedIn("student");
        var before = await Content();
        await student.Put("/api/settings", new { start_limit = 0, memory_reserve_mib = 0, snapshot_limit = 100, audit_days = 30, password_days = 0, admins_need_second_factor = false }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Patch($"/api/domains/{own.Id}/settings", new { autostart = true }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Post("/api/schedules", new { name = "mine", command = "start_domain", cron = "* * * * *", time_zone = "UTC" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Post("/api/users", new { name = "mallory", password = "a better phrase 7", is_admin = true }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        Assert.Equal(before, await Content());
    }

    [Theory]
    [InlineData("owner_id")]
    [InlineData("is_public")]
    [InlineData("password_hash")]
    [InlineData("alias = 'x', owner_id")]
    [InlineData("alias`=1, `owner_id")]
    public async Task No_name_of_a_member_reaches_the_database(string member)
    {
        var own = await host.NewDomain($"by-column-{Guid.NewGuid():n}"[..30], host.Student);
        using var student = await host.SignedIn("student");
        using var admin = await host.SignedIn("admin");
        var before = await Content();
        await student.Put($"/api/domains/{own.Id}/description", new Dictionary<string, object?> { ["alias"] = "mine", ["description"] = null, [member] = 1 }).Refuses(HttpStatusCode.BadRequest, "bad_request");
        await admin.Patch($"/api/domains/{own.Id}/settings", new Dictionary<string, object?> { [member] = 1 }).Refuses(HttpStatusCode.BadRequest, "bad_request");
        Assert.Equal(before, await Content());
    }

    [Theory]
    [InlineData("' OR '1'='1")]
    [InlineData("\\' OR 1=1 -- ")]
    [InlineData("%")]
    [InlineData("_")]
    [InlineData("x' UNION SELECT password_hash FROM users -- ")]
    public async Task What_is_looked_for_is_text_and_nothing_else(string text)
    {
        await host.NewDomain($"looked-for-{Guid.NewGuid():n}"[..30], host.Student);
        using var admin = await host.SignedIn("admin");
        foreach (var (path, list) in ((string, string)[])[("/api/domains?q=", "domains"), ("/api/requests?text=", "requests"), ("/api/audit?text=", "entries"), ("/api/audit?user=", "entries")])
            Assert.Empty((await admin.Get(path + Uri.EscapeDataString(text)).Gives(HttpStatusCode.OK)).GetProperty(list).EnumerateArray());
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a/../../b.tar")]
    [InlineData("%2e%2e%2fetc")]
    [InlineData("x.tar\0.png")]
    public async Task No_name_of_a_backup_leads_out_of_its_folder(string file)
    {
        using var admin = await host.SignedIn("admin");
        await Ask(admin, "restore_backup", new { file }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await Ask(admin, "remove_backup", new { file }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
    }

    [Fact]
    public async Task A_forged_address_is_written_nowhere()
    {
        await host.NewUser("forger");
        using var forger = host.NewBrowser();
        forger.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        forger.Http.DefaultRequestHeaders.Add("Forwarded", "for=203.0.113.9");
        forger.Http.DefaultRequestHeaders.Add("X-Real-IP", "203.0.113.9");
        await forger.SignIn("forger", FrontendHost.Password);
        await Ask(forger, "ping", new { }).Gives(HttpStatusCode.Accepted);
        Assert.Equal("127.0.0.1", await host.Db.Read(s => s.First<string>("SELECT caller_address FROM requests r JOIN users u ON u.id = r.user_id WHERE u.name = 'forger'")));
        Assert.Equal(["127.0.0.1"], await host.Db.Read(s => s.Query<string>("SELECT DISTINCT address FROM audit WHERE user_name = 'forger'")));
    }

    [Fact]
    public async Task No_GET_changes_anything()
    {
        var rows = await RouteExamples.New(host, host.Student, host.Other, host.Admin);
        using var admin = await host.SignedIn("admin");
        // the desktop, the message, the requests of the example are his
        using var student = await host.SignedIn("student");
        var before = await Content();
        var answered = 0;
        foreach (var (method, pattern) in Routes().Where(r => r.Method == "GET"))
        {
            foreach (var browser in (Browser[])[admin, student])
            {
                // the stream of events never ends by itself
                using var response = await browser.Http.GetAsync(rows.Address(method, pattern), HttpCompletionOption.ResponseHeadersRead);
                if (response.IsSuccessStatusCode) answered++;
            }
        }

        Assert.True(answered > 80, $"Only {answered} calls were answered.");
        Assert.Equal(before, await Content());
    }

    [Fact]
    public async Task No_call_from_the_page_of_somebody_else_changes_anything()
    {
        var rows = await RouteExamples.New(host, host.Student, host.Other, host.Admin);
        using var admin = await host.SignedIn("admin");
        using var attacker = await host.SignedIn("other");
        var before = await Content();
        // his browser sends the cookies along, and the other page knows no token, or its own
        foreach (var token in (string[])["", attacker.Csrf])
        {
            admin.Csrf = token;
            foreach (var (method, pattern) in Routes().Where(r => r.Method is not ("GET" or "HEAD")))
                await admin.Send(new HttpMethod(method), rows.Address(method, pattern), rows.Body(method, pattern, "admin")).Refuses(HttpStatusCode.BadRequest, "bad_csrf_token");
        }

        Assert.Equal(before, await Content());
    }

    private IEnumerable<(string Method, string Pattern)> Routes() =>
        from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (method, endpoint.RoutePattern.RawText!.TrimEnd('/'));

    // Of each table what a change of anything would change, but for what says who is here and that he looks.
    private Task<string> Content() => host.Db.Read(async s =>
    {
        var tables = await s.Query<string>("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT IN ('audit', 'sessions') ORDER BY table_name");
        var sums = await s.Query<(string Table, long Sum)>($"CHECKSUM TABLE {string.Join(", ", tables.Select(t => $"`{t}`"))}");
        return string.Join('\n', sums.Select(t => $"{t.Table} {t.Sum}"));
    });

    private static Task<HttpResponseMessage> Ask(Browser browser, string command, object args) => browser.Post("/api/requests", new { command, args });

    private static Caller Caller(long id, string name) => new(id, name, IsAdmin: false, null, Holdings.Everybodys);
}
