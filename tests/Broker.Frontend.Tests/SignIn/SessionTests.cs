using System.Net;
using Broker.Core.Events;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Frontend.Tests.SignIn;

public class SessionTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Nobody_is_signed_in_at_first()
    {
        using var browser = host.NewBrowser();
        var session = await browser.Session();
        Assert.False(session.GetProperty("signed_in").GetBoolean());
        Assert.NotEmpty(browser.Csrf);
    }

    [Fact]
    public async Task Signing_in_tells_who_it_is_and_sets_a_cookie_that_scripts_cannot_read()
    {
        using var browser = host.NewBrowser();
        await browser.Session();
        var response = await browser.Post("/api/session", new { name = "Student", password = FrontendHost.Password });
        var user = (await response.Json()).GetProperty("user");
        Assert.Equal("student", user.GetProperty("name").GetString());
        Assert.False(user.GetProperty("is_admin").GetBoolean());
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), c => c.StartsWith("broker=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.True((await browser.Session()).GetProperty("signed_in").GetBoolean());
    }

    [Theory]
    [InlineData("student", "wrong password")]
    [InlineData("nobody-of-that-name", FrontendHost.Password)]
    [InlineData("", "")]
    public async Task Wrong_credentials_are_refused_alike(string name, string password)
    {
        using var browser = host.NewBrowser();
        await browser.Session();
        await browser.Post("/api/session", new { name, password }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
    }

    [Fact]
    public async Task Unknown_names_and_disabled_accounts_take_as_long_as_wrong_passwords()
    {
        const int tries = 9;
        var disabled = new List<string>();
        for (var i = 0; i < tries; i++)
        {
            await host.NewUser($"timed-{i}");
            disabled.Add($"timed-disabled-{i}");
            var id = await host.NewUser(disabled[i]);
            await host.Db.Transaction(s => UsersTable.SetDisabled(s, id, true));
        }

        using var browser = host.NewBrowser();
        await browser.Session();
        var took = new Dictionary<string, List<TimeSpan>> { ["wrong"] = [], ["unknown"] = [], ["disabled"] = [] };
        for (var i = 0; i < tries; i++)
        {
            await Try("wrong", $"timed-{i}", "not the password");
            await Try("unknown", $"timed-nobody-{i}", "not the password");
            await Try("disabled", disabled[i], FrontendHost.Password);
        }

        // a hash is most of it: without one, an answer comes in a small part of the time
        var medians = took.ToDictionary(t => t.Key, t => t.Value.Order().ElementAt(tries / 2));
        var all = string.Join(", ", medians.Select(m => $"{m.Key} {m.Value.TotalMilliseconds:0} ms"));
        Assert.True(medians.Values.Max() < medians.Values.Min() * 3, all);

        async Task Try(string kind, string name, string password)
        {
            var began = TimeProvider.System.GetTimestamp();
            await browser.Post("/api/session", new { name, password }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
            took[kind].Add(TimeProvider.System.GetElapsedTime(began));
        }
    }

    [Fact]
    public async Task A_disabled_account_cannot_sign_in_and_its_session_ends_at_once()
    {
        var id = await host.NewUser("leaver");
        using var browser = await host.SignedInByPassword("leaver");
        await browser.Get("/api/desktops").Gives(HttpStatusCode.OK);

        await host.Db.Transaction(async s =>
        {
            await s.Execute("UPDATE users SET is_disabled = 1 WHERE id = @id", new { id });
            EventsTable.Changed(s, EventKind.User, id);
        });

        await Eventually(async () => (await browser.Get("/api/desktops")).StatusCode == HttpStatusCode.Unauthorized);
        using var again = host.NewBrowser();
        await again.Session();
        await again.Post("/api/session", new { name = "leaver", password = FrontendHost.Password }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
    }

    [Fact]
    public async Task A_cookie_is_worth_nothing_after_its_session_was_signed_out()
    {
        await host.NewUser("thief-victim");
        using var browser = await host.SignedInByPassword("thief-victim");
        using var thief = host.NewBrowser();
        thief.Cookies.Add(browser.Cookies.GetAllCookies());
        await thief.Get("/api/desktops").Gives(HttpStatusCode.OK);

        await browser.Delete("/api/session").Gives(HttpStatusCode.NoContent);

        await thief.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await browser.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
    }

    [Fact]
    public async Task Each_sign_in_is_a_new_session_and_ends_the_one_that_the_browser_had()
    {
        var id = await host.NewUser("fixated");
        using var attacker = await host.SignedInByPassword("other");
        using var victim = host.NewBrowser();
        // the attacker's cookie in the victim's browser
        victim.Cookies.Add(attacker.Cookies.GetAllCookies());
        await victim.SignIn("fixated", FrontendHost.Password);

        await attacker.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        using var again = host.NewBrowser();
        again.Cookies.Add(victim.Cookies.GetAllCookies());
        await again.SignIn("fixated", FrontendHost.Password);
        await victim.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        Assert.Equal([true, false], await host.Db.Read(s => s.Query<bool>("SELECT ended_at IS NOT NULL FROM sessions WHERE user_id = @id ORDER BY created_at", new { id })));
    }

    [Fact]
    public async Task A_password_that_was_changed_while_it_was_being_checked_lets_nobody_in()
    {
        var id = await host.NewUser("changed-meanwhile");
        var before = (await host.Db.Read(s => UsersTable.Get(s, id)))!;
        await host.Db.Transaction(s => UsersTable.SetPassword(s, id, before.PasswordHash!, mustChangePassword: false));
        var flow = host.Services.GetRequiredService<SignInFlow>();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => flow.Finish(new DefaultHttpContext(), before, Proof.Password));
        Assert.Equal("wrong_credentials", refused.Code);
        Assert.Empty(await host.Db.Read(s => SessionsTable.OpenOf(s, id)));
    }

    [Fact]
    public async Task An_account_that_has_ended_can_neither_sign_in_nor_go_on()
    {
        var id = await host.NewUser("summer-school");
        using var browser = await host.SignedInByPassword("summer-school");
        await browser.Get("/api/desktops").Gives(HttpStatusCode.OK);
        await host.Db.Transaction(async s =>
        {
            await s.Execute("UPDATE users SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id = @id", new { id });
            EventsTable.Changed(s, EventKind.User, id);
        });
        await Eventually(async () => (await browser.Get("/api/desktops")).StatusCode == HttpStatusCode.Unauthorized);
        using var again = host.NewBrowser();
        await again.Session();
        await again.Post("/api/session", new { name = "summer-school", password = FrontendHost.Password }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        Assert.Null(await host.Db.Read(s => UsersTable.Caller(s, id, null)));
    }

    [Fact]
    public async Task A_session_that_was_not_used_for_long_has_ended()
    {
        var id = await host.NewUser("sleeper");
        using var browser = await host.SignedInByPassword("sleeper");
        await host.Db.Transaction(async s =>
        {
            await s.Execute("UPDATE sessions SET expires_at = UTC_TIMESTAMP(6) WHERE user_id = @id", new { id });
            EventsTable.Changed(s, EventKind.User, id);
        });
        await Eventually(async () => (await browser.Get("/api/desktops")).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Another_front_end_serves_the_same_browser_and_learns_of_its_sign_out()
    {
        await host.NewUser("wanderer");
        var (factory, address) = host.Start();
        await using var second = factory;
        using var browser = await host.SignedInByPassword("wanderer");
        using var there = host.NewBrowser(address);
        there.Cookies.Add(browser.Cookies.GetAllCookies());
        await there.Get("/api/desktops").Gives(HttpStatusCode.OK);

        await browser.Delete("/api/session").Gives(HttpStatusCode.NoContent);

        await Eventually(async () => (await there.Get("/api/desktops")).StatusCode == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_first_password_has_to_be_changed_before_anything_else()
    {
        await host.NewUser("freshman", mustChangePassword: true);
        using var browser = host.NewBrowser();
        var session = await browser.SignIn("freshman", FrontendHost.Password);
        Assert.True(session.GetProperty("user").GetProperty("must_change_password").GetBoolean());
        await browser.Get("/api/desktops").Refuses(HttpStatusCode.Forbidden, "password_change_required");
        await browser.Get("/api/users").Refuses(HttpStatusCode.Forbidden, "password_change_required");

        await browser.Put("/api/session/password", new { current_password = "not it at all", new_password = "a better phrase 7" }).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        await browser.Put("/api/session/password", new { current_password = FrontendHost.Password, new_password = "short" }).Refuses(HttpStatusCode.BadRequest, "weak_password");
        await browser.Put("/api/session/password", new { current_password = FrontendHost.Password, new_password = FrontendHost.Password }).Refuses(HttpStatusCode.BadRequest, "weak_password");
        await browser.Put("/api/session/password", new { current_password = FrontendHost.Password, new_password = "a better phrase 7" }).Gives(HttpStatusCode.NoContent);

        await browser.Get("/api/desktops").Gives(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_new_password_ends_the_other_sessions_of_the_account()
    {
        await host.NewUser("changer");
        using var here = await host.SignedInByPassword("changer");
        using var elsewhere = await host.SignedInByPassword("changer");
        await here.Put("/api/session/password", new { current_password = FrontendHost.Password, new_password = "a better phrase 7" }).Gives(HttpStatusCode.NoContent);
        await elsewhere.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await here.Get("/api/desktops").Gives(HttpStatusCode.OK);
        await here.Session();
        await here.Put("/api/session/language", new { language = "ca" }).Gives(HttpStatusCode.NoContent);
        Assert.Equal("ca", (await here.Session()).GetProperty("user").GetProperty("language").GetString());
    }

    [Fact]
    public async Task A_change_without_the_token_is_refused_whoever_asks()
    {
        using var nobody = host.NewBrowser();
        await nobody.Post("/api/session", new { name = "student", password = FrontendHost.Password }).Refuses(HttpStatusCode.BadRequest, "bad_csrf_token");

        using var browser = await host.SignedInByPassword("student");
        browser.Csrf = "";
        await browser.Post("/api/requests", new { command = "ping", args = new { } }).Refuses(HttpStatusCode.BadRequest, "bad_csrf_token");
        using var other = await host.SignedInByPassword("other");
        browser.Csrf = other.Csrf;
        await browser.Post("/api/requests", new { command = "ping", args = new { } }).Refuses(HttpStatusCode.BadRequest, "bad_csrf_token");
    }

    [Fact]
    public async Task Sign_ins_are_written_down_and_an_unknown_name_is_not()
    {
        await host.NewUser("audited");
        using var browser = await host.SignedInByPassword("audited");
        await browser.Post("/api/session", new { name = "my secret password", password = "x" }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        await browser.Put("/api/session/password", new { current_password = "not it", new_password = "a better phrase 7" }).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        var rows = await host.Db.Read(s => s.Query<(string Action, string? Subject, string? Address, string Outcome)>("SELECT action, subject, address, outcome FROM audit"));
        Assert.Contains(("sign_in", "audited", "127.0.0.1", "done"), rows);
        Assert.Contains(("sign_in", null, "127.0.0.1", "refused"), rows);
        Assert.Contains(("change_password", "audited", "127.0.0.1", "refused"), rows);
        Assert.DoesNotContain(rows, r => r.Subject?.Contains("secret", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Guessing_one_name_is_slowed_down_and_others_are_not()
    {
        await host.NewUser("guessed");
        var (factory, address) = host.Start();
        await using var own = factory; // its limits count for it alone
        using var browser = host.NewBrowser(address);
        await browser.Session();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => browser.Post("/api/session", new { name = i % 2 == 0 ? "guessed" : "GUESSED", password = $"guess {i}" })));

        // those that hash take a while, so that one or the other wait may have passed before the last of them comes
        Assert.InRange(answers.Count(a => a.StatusCode == HttpStatusCode.Unauthorized), 5, 9);
        Assert.All(answers.Where(a => a.StatusCode != HttpStatusCode.Unauthorized), a =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, a.StatusCode);
            Assert.True(a.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        });
        using var other = await host.SignedInByPassword("other", address);
    }

    internal static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await condition()) await Task.Delay(20, limit.Token);
    }
}
