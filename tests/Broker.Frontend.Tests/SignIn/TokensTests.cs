using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.SignIn;

public sealed class TokensTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_token_for_reading_looks_and_changes_nothing()
    {
        var owner = await host.NewUser("reader");
        var desktop = await host.NewDomain("reader-desk", owner);
        using var browser = await host.SignedInByPassword("reader");
        var token = await Make(browser, "read");
        using var program = Program(token);

        await program.GetAsync($"/api/domains/{desktop.Id}").Gives(HttpStatusCode.OK);
        await program.GetAsync("/api/desktops").Gives(HttpStatusCode.OK);
        await Post(program, "/api/requests", new { command = "start_domain", args = new { domain = desktop.Id } }).Refuses(HttpStatusCode.Forbidden, "not_in_scope");
        await Post(program, "/api/messages/read", new { }).Refuses(HttpStatusCode.Forbidden, "not_in_scope");
        var listed = (await browser.Get("/api/tokens").Gives(HttpStatusCode.OK)).GetProperty("tokens")[0];
        Assert.Equal("127.0.0.1", listed.GetProperty("last_used_from").GetString());
        Assert.StartsWith(listed.GetProperty("prefix").GetString()!, token, StringComparison.Ordinal);
        Assert.DoesNotContain(token, await (await browser.Get("/api/tokens")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM api_tokens WHERE INSTR(CONCAT_WS(' ', name, prefix, token_hash, scopes), @token) > 0", new { token })));
    }

    [Fact]
    public async Task A_token_for_a_grant_does_that_without_a_cookie_and_nothing_else()
    {
        var owner = await host.NewUser("starter");
        var desktop = await host.NewDomain("starter-desk", owner);
        using var browser = await host.SignedInByPassword("starter");
        using var program = Program(await Make(browser, "start", "view"));
        await Post(program, "/api/requests", new { command = "start_domain", args = new { domain = desktop.Id } }).Gives(HttpStatusCode.Accepted);
        await Post(program, "/api/requests", new { command = "remove_domain", args = new { domain = desktop.Id } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await program.GetAsync($"/api/domains/{desktop.Id}").Gives(HttpStatusCode.OK);
        using var blind = Program(await Make(browser, "start"));
        await blind.GetAsync($"/api/domains/{desktop.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
    }

    [Fact]
    public async Task An_administrators_token_is_good_for_no_more_than_it_says()
    {
        var someones = await host.NewDomain("someones", host.Student);
        using var admin = await host.SignedInByPassword("admin");
        using var program = Program(await Make(admin, "start", "view"));
        await Post(program, "/api/requests", new { command = "remove_domain", args = new { domain = someones.Id } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await program.GetAsync("/api/users").Refuses(HttpStatusCode.Forbidden, "not_in_scope");
        await Post(program, "/api/users", new { name = "by-token", password = "a better phrase 7" }).Refuses(HttpStatusCode.Forbidden, "not_in_scope");
    }

    [Fact]
    public async Task An_administrators_token_makes_nothing_that_Broker_does_in_its_own_name()
    {
        using var admin = await host.SignedInByPassword("admin");
        using var program = Program(await Make(admin, "operate"));
        var night = new { name = "by-token", command = "shutdown_domain", args = new { }, machines = "all", cron = "0 23 * * *", time_zone = "UTC", is_enabled = true };
        await Post(program, "/api/schedules", night).Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    [Fact]
    public async Task An_administrators_token_removes_no_administrator_neither_now_nor_later()
    {
        var another = await host.NewUser("another-admin", isAdmin: true);
        using var admin = await host.SignedIn("admin");
        using var program = Program(await Make(admin, "manage_users"));
        var args = new { user = another };
        await Post(program, "/api/requests", new { command = "remove_user", args }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await Post(program, "/api/requests", new { command = "remove_user", args, at = TimeProvider.System.GetUtcNow().AddDays(1) }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await admin.Post("/api/requests", new { command = "remove_user", args, at = TimeProvider.System.GetUtcNow().AddYears(50) }).Gives(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_token_takes_back_only_what_it_could_have_asked_for()
    {
        var owner = await host.NewUser("regretful");
        var desktop = await host.NewDomain("regretful-desk", owner);
        using var browser = await host.SignedInByPassword("regretful");
        var request = await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = desktop.Id } }).Gives(HttpStatusCode.Accepted);
        var address = $"/api/requests/{request.GetProperty("id").GetInt64()}";
        using var other = Program(await Make(browser, "view"));
        await other.DeleteAsync(address).Refuses(HttpStatusCode.Forbidden, "not_in_scope");
        using var starter = Program(await Make(browser, "start"));
        await starter.DeleteAsync(address).Gives(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nobody_makes_a_token_for_what_he_was_not_granted_and_what_is_taken_from_him_is_taken_from_it()
    {
        var owner = await host.NewUser("keeper");
        using var browser = await host.SignedInByPassword("keeper");
        await browser.Post("/api/tokens", Form("manage_users")).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        Assert.DoesNotContain("manage_users", (await browser.Get("/api/tokens").Gives(HttpStatusCode.OK)).GetProperty("scopes").EnumerateArray().Select(s => s.GetString()));

        await SetReach(owner, Grant.ManageUsers, Reach.All);
        using var again = await host.SignedInByPassword("keeper");
        using var program = Program(await Make(again, "manage_users", "read"));
        await program.GetAsync("/api/users").Gives(HttpStatusCode.OK);
        await SetReach(owner, Grant.ManageUsers, Reach.None);
        await program.GetAsync("/api/users").Refuses(HttpStatusCode.Forbidden, "not_in_scope");
    }

    [Theory]
    [InlineData("GET", "/api/sessions")]
    [InlineData("DELETE", "/api/sessions")]
    [InlineData("GET", "/api/tokens")]
    [InlineData("POST", "/api/tokens")]
    [InlineData("PUT", "/api/session/password")]
    [InlineData("GET", "/api/session/second-factor")]
    [InlineData("POST", "/api/session/second-factor/enrolment")]
    [InlineData("POST", "/api/session/second-factor/removal")]
    [InlineData("DELETE", "/api/session")]
    [InlineData("GET", "/api/display")]
    [InlineData("GET", "/api/users/1/sign-in")]
    [InlineData("DELETE", "/api/users/1/second-factor")]
    public async Task No_token_reaches_what_is_about_signing_in(string method, string path)
    {
        using var admin = await host.SignedInByPassword("admin");
        using var program = Program(await Make(admin, [.. ApiTokensTable.Scopes]));
        using var call = new HttpRequestMessage(new HttpMethod(method), path);
        await program.SendAsync(call).Refuses(HttpStatusCode.Forbidden, "not_in_scope");
    }

    [Fact]
    public async Task It_ends_when_it_is_taken_away_or_expires_or_its_owner_may_not_sign_in()
    {
        var owner = await host.NewUser("ending");
        using var browser = await host.SignedInByPassword("ending");
        using var admin = await host.SignedInByPassword("admin");
        async Task Works(HttpClient p) => await p.GetAsync("/api/desktops").Gives(HttpStatusCode.OK);
        async Task Refused(HttpClient p) => await p.GetAsync("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "bad_token");
        async Task<long> Id() => (await browser.Get("/api/tokens").Gives(HttpStatusCode.OK)).GetProperty("tokens")[0].GetProperty("id").GetInt64();

        using var first = Program(await Make(browser, "read"));
        await Works(first);
        using var other = await host.SignedInByPassword("other");
        await other.Delete($"/api/tokens/{await Id()}").Refuses(HttpStatusCode.NotFound, "unknown_token");
        await browser.Delete($"/api/tokens/{await Id()}").Gives(HttpStatusCode.NoContent);
        await Refused(first);

        using var second = Program(await Make(browser, "read"));
        await admin.Delete($"/api/users/{owner}/tokens/{await Id()}").Gives(HttpStatusCode.NoContent);
        await Refused(second);

        using var third = Program(await Make(browser, "read"));
        await host.Db.Transaction(s => s.Execute("UPDATE api_tokens SET expires_at = UTC_TIMESTAMP(6) WHERE user_id = @owner", new { owner }));
        await Refused(third);

        using var fourth = Program(await Make(browser, "read"));
        await Works(fourth);
        await host.Db.Transaction(s => UsersTable.SetDisabled(s, owner, true));
        await Refused(fourth);
        await host.Db.Transaction(s => UsersTable.SetDisabled(s, owner, false));
        await admin.Put($"/api/users/{owner}/expiry", new { expires_at = "2020-01-01T00:00:00Z" }).Gives(HttpStatusCode.NoContent);
        await Refused(fourth);
    }

    [Fact]
    public async Task A_cookie_beside_a_token_counts_for_nothing()
    {
        using var admin = await host.SignedInByPassword("admin");
        using var student = await host.SignedInByPassword("student");
        var token = await Make(student, "read");
        // the administrator's cookies with the student's token, and with one that counts for nothing
        foreach (var (bearer, code) in ((string, string)[])[(token, "not_in_scope"), ("brk_" + new string('x', 43), "bad_token"), ("", "bad_token")])
        {
            using var call = new HttpRequestMessage(HttpMethod.Get, "/api/users");
            call.Headers.TryAddWithoutValidation("Authorization", $"Bearer {bearer}");
            await admin.Http.SendAsync(call).Refuses(code == "bad_token" ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden, code);
        }
    }

    [Fact]
    public async Task Nothing_else_counts_as_a_token_and_no_token_as_anything_else()
    {
        var owner = await host.NewUser("confuser", isAdmin: true);
        var desktop = await host.NewDomain("confuser-desk", owner, DomainState.Active);
        await host.Db.Transaction(s => DisplaysTable.Set(s, desktop.Id, DisplayKind.Vnc, "/nowhere"));
        using var browser = await host.SignedInByPassword("confuser");
        var token = await Make(browser, [.. ApiTokensTable.Scopes]);
        var ticket = (await browser.Post($"/api/domains/{desktop.Id}/display-ticket").Gives(HttpStatusCode.Created)).GetProperty("ticket").GetString()!;
        var link = await host.Db.Transaction(FirstAdminLinks.Issue);
        var cookie = browser.Cookies.GetCookies(host.Address)["broker"]!.Value;
        var session = await host.Db.Read(async s => (await SessionsTable.OpenOf(s, owner))[0].Id);

        foreach (var other in (string[])[ticket, link, cookie, browser.Csrf, session.ToString(), ApiTokensTable.Beginning + ticket, token[..^1], token + "A"])
        {
            using var program = Program(other);
            await program.GetAsync("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "bad_token");
        }

        using var nobody = host.NewBrowser();
        await nobody.Session();
        foreach (var other in (string[])[token, ticket, cookie])
        {
            await nobody.Post("/api/first-admin", new { token = other, name = "not-made", password = "seven blue lamps 31" }).Refuses(HttpStatusCode.Forbidden, "link_used_up");
            await nobody.Post("/api/session/second-factor", new { state = other, code = "000000" }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        }

        foreach (var other in (string[])[token, link])
        {
            var socket = new ClientWebSocket();
            await Assert.ThrowsAsync<WebSocketException>(() => browser.OpenDisplay(other, socket));
            Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
        }

        using var forger = host.NewBrowser();
        foreach (var other in (string[])[token, ticket, link, session.ToString()])
        {
            using var call = new HttpRequestMessage(HttpMethod.Get, "/api/desktops");
            call.Headers.Add("Cookie", "broker=" + other);
            await forger.Http.SendAsync(call).Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        }

        // each still counts as what it is
        using var own = Program(token);
        await own.GetAsync("/api/desktops").Gives(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("nothing_like_it")]
    [InlineData("")]
    public async Task Bad_scopes_are_refused_by_name(string scope)
    {
        using var student = await host.SignedInByPassword("student");
        await student.Post("/api/tokens", Form(scope)).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
    }

    [Fact]
    public async Task Every_token_ends_within_a_year()
    {
        using var student = await host.SignedInByPassword("student");
        var now = TimeProvider.System.GetUtcNow();
        foreach (var end in (DateTimeOffset[])[now.AddDays(-1), now.AddDays(400)])
            await student.Post("/api/tokens", new { name = "t", scopes = (string[])["read"], expires_at = end }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await student.Post("/api/tokens", new { name = "t", scopes = (string[])["read"] }).Refuses(HttpStatusCode.BadRequest, "bad_request");
    }

    private static object Form(params string[] scopes) => new { name = "for a test", scopes, expires_at = TimeProvider.System.GetUtcNow().AddDays(30) };

    private static async Task<string> Make(Browser browser, params string[] scopes) =>
        (await browser.Post("/api/tokens", Form(scopes)).Gives(HttpStatusCode.Created)).GetProperty("token").GetString()!;

    private HttpClient Program(string token) => new() { BaseAddress = host.Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    private static Task<HttpResponseMessage> Post(HttpClient program, string path, object body) => program.PostAsJsonAsync(path, body, Json.Options);

    private async Task SetReach(long user, Grant grant, Reach reach) =>
        await host.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@user, @grant, @reach) ON DUPLICATE KEY UPDATE reach = @reach", new { user, grant, reach }));
}
