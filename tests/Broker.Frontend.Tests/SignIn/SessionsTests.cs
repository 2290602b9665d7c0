using System.Net;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.SignIn;

public sealed class SessionsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task One_sees_where_one_is_signed_in_and_signs_out_there()
    {
        await host.NewUser("lister");
        using var here = await host.SignedInByPassword("lister");
        using var there = host.NewBrowser();
        there.Http.DefaultRequestHeaders.Add("User-Agent", "Test/1.0 (a lab) " + new string('x', 300));
        await there.SignIn("lister", FrontendHost.Password);

        var listed = await List(here, "/api/sessions");
        Assert.Equal(2, listed.Count);
        Assert.Single(listed, s => s.GetProperty("is_this").GetBoolean());
        var other = Assert.Single(listed, s => !s.GetProperty("is_this").GetBoolean());
        Assert.Equal("127.0.0.1", other.GetProperty("address").GetString());
        Assert.Equal("password", other.GetProperty("proof").GetString());
        Assert.InRange(other.GetProperty("user_agent").GetString()!.Length, 20, 120);

        using var stranger = await host.SignedInByPassword("other");
        await stranger.Delete($"/api/sessions/{other.GetProperty("id").GetString()}").Refuses(HttpStatusCode.NotFound, "unknown_session");
        await here.Delete($"/api/sessions/{other.GetProperty("id").GetString()}").Gives(HttpStatusCode.NoContent);
        await there.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await here.Delete($"/api/sessions/{other.GetProperty("id").GetString()}").Refuses(HttpStatusCode.NotFound, "unknown_session");
        Assert.Single(await List(here, "/api/sessions"));
    }

    [Fact]
    public async Task One_signs_out_everywhere_or_everywhere_else()
    {
        await host.NewUser("everywhere");
        using var here = await host.SignedInByPassword("everywhere");
        using var there = await host.SignedInByPassword("everywhere");
        await here.Delete("/api/sessions?keep_this=true").Gives(HttpStatusCode.NoContent);
        await there.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await here.Get("/api/desktops").Gives(HttpStatusCode.OK);
        await here.Delete("/api/sessions").Gives(HttpStatusCode.NoContent);
        await here.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
    }

    [Fact]
    public async Task Who_signs_in_again_and_again_ends_the_session_that_was_not_used_for_longest()
    {
        var id = await host.NewUser("everywhere-at-once");
        using var oldest = await host.SignedIn("everywhere-at-once");
        await host.Db.Read(s => s.Execute("UPDATE sessions SET seen_at = seen_at - INTERVAL 30 SECOND WHERE user_id = @id", new { id }));
        await host.Db.Transaction(async s =>
        {
            for (var others = 1; others < SessionsTable.Most; others++) await SessionsTable.Insert(s, id, Proof.Password, null, null);
        });
        await oldest.Get("/api/desktops").Gives(HttpStatusCode.OK);
        using var newest = await host.SignedIn("everywhere-at-once");
        await oldest.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        Assert.Equal(SessionsTable.Most, (await List(newest, "/api/sessions")).Count);
    }

    [Fact]
    public async Task What_is_open_ends_with_its_session()
    {
        var id = await host.NewUser("streamer");
        using var browser = await host.SignedInByPassword("streamer");
        using var stream = await browser.Http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Equal("event: hello", await reader.ReadLineAsync());
        using var admin = await host.SignedInByPassword("admin");
        var session = Assert.Single(await List(admin, $"/api/users/{id}/sign-in"));
        await admin.Delete($"/api/users/{id}/sessions/{session.GetProperty("id").GetString()}").Gives(HttpStatusCode.NoContent);
        // the stream comes to its end by itself
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await reader.ReadToEndAsync(limit.Token);
        await browser.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
    }

    [Fact]
    public async Task Who_manages_users_signs_others_out_but_no_administrator()
    {
        var keeper = await host.NewUser("session-keeper");
        await host.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@keeper, @grant, 'all')", new { keeper, grant = Grant.ManageUsers }));
        var victim = await host.NewUser("signed-out");
        using var browser = await host.SignedInByPassword("session-keeper");
        using var user = await host.SignedInByPassword("signed-out");
        await user.Delete($"/api/users/{host.Student}/sessions").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await browser.Delete($"/api/users/{victim}/sessions").Gives(HttpStatusCode.NoContent);
        await user.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await browser.Delete($"/api/users/{host.Admin}/sessions").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await browser.Delete($"/api/users/{host.Admin}/second-factor").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await browser.Delete("/api/users/999999/sessions").Refuses(HttpStatusCode.NotFound, "unknown_user");
    }

    [Fact]
    public async Task Too_many_failures_lock_an_account_for_all_front_ends_but_not_where_its_owner_usually_is_and_who_manages_users_unlocks_it()
    {
        var id = await host.NewUser("besieged");
        for (var i = 0; i <= UsersTable.FreeFailures; i++) await host.Db.Transaction(s => UsersTable.SignInFailed(s, id));
        using var admin = await host.SignedInByPassword("admin");
        Assert.True((await admin.Get($"/api/users/{id}/sign-in").Gives(HttpStatusCode.OK)).GetProperty("is_locked").GetBoolean());
        using var browser = host.NewBrowser();
        await browser.Session();
        await browser.Post("/api/session", new { name = "besieged", password = FrontendHost.Password }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        // tries meanwhile make it no longer
        Assert.Equal(UsersTable.FreeFailures + 1, (await host.Db.Read(s => UsersTable.Get(s, id)))!.FailedSignIns);

        await admin.Post($"/api/users/{id}/unlock").Gives(HttpStatusCode.NoContent);
        using var unlocked = await host.SignedInByPassword("besieged");

        for (var i = 0; i <= UsersTable.FreeFailures; i++) await host.Db.Transaction(s => UsersTable.SignInFailed(s, id));
        Assert.True((await host.Db.Read(s => UsersTable.Get(s, id)))!.IsLocked);
        using var usual = await host.SignedInByPassword("besieged");
        Assert.False((await host.Db.Read(s => UsersTable.Get(s, id)))!.IsLocked);
    }

    [Fact]
    public async Task A_password_of_long_ago_has_to_be_changed_where_that_is_the_rule()
    {
        var id = await host.NewUser("old-password");
        await host.Db.Transaction(s => s.Execute("UPDATE users SET password_set_at = UTC_TIMESTAMP(6) - INTERVAL 91 DAY WHERE id = @id", new { id }));
        using (var before = host.NewBrowser())
            Assert.False((await before.SignIn("old-password", FrontendHost.Password)).GetProperty("user").GetProperty("must_change_password").GetBoolean());
        await host.Db.Transaction(async s => await SiteSettingsTable.Write(s, await SiteSettingsTable.Read(s) with { PasswordDays = 90 }));
        try
        {
            using var browser = host.NewBrowser();
            Assert.True((await browser.SignIn("old-password", FrontendHost.Password)).GetProperty("user").GetProperty("must_change_password").GetBoolean());
            await browser.Get("/api/desktops").Refuses(HttpStatusCode.Forbidden, "password_change_required");
            await browser.Put("/api/session/password", new { current_password = FrontendHost.Password, new_password = "a better phrase 7" }).Gives(HttpStatusCode.NoContent);
            using var again = host.NewBrowser();
            Assert.False((await again.SignIn("old-password", "a better phrase 7")).GetProperty("user").GetProperty("must_change_password").GetBoolean());
        }
        finally
        {
            await host.Db.Transaction(async s => await SiteSettingsTable.Write(s, await SiteSettingsTable.Read(s) with { PasswordDays = 0 }));
        }
    }

    [Fact]
    public async Task An_administrators_account_does_not_end_by_itself()
    {
        using var admin = await host.SignedInByPassword("admin");
        await admin.Put($"/api/users/{host.Admin}/expiry", new { expires_at = "2099-01-01T00:00:00Z" }).Refuses(HttpStatusCode.Conflict, "is_admin");
        var id = await host.NewUser("promoted");
        await admin.Put($"/api/users/{id}/expiry", new { expires_at = "2099-01-01T00:00:00Z" }).Gives(HttpStatusCode.NoContent);
        Assert.Equal(2099, (await host.Db.Read(s => UsersTable.Get(s, id)))!.ExpiresAt!.Value.Year);
        await host.Db.Transaction(s => UsersTable.SetAdmin(s, id, true));
        Assert.Null((await host.Db.Read(s => UsersTable.Get(s, id)))!.ExpiresAt);
    }

    private static async Task<List<JsonElement>> List(Browser browser, string path) => [.. (await browser.Get(path).Gives(HttpStatusCode.OK)).GetProperty("sessions").EnumerateArray()];
}
