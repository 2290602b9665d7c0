using System.Net;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.Users;

/// <summary>Who administers people, what he can't, and that it counts at once.</summary>
public class AdministrationTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task People_are_found_and_listed_page_by_page()
    {
        using var admin = await host.SignedIn("admin");
        foreach (var name in (string[])["paged-c", "paged-a", "paged-b"]) await host.NewUser(name);
        var page = await admin.Get("/api/users?q=paged&limit=2").Gives(HttpStatusCode.OK);
        Assert.Equal((3, "paged-a", "paged-b"), (page.GetProperty("total").GetInt32(), Name(page, 0), Name(page, 1)));
        Assert.Equal("paged-c", Name(await admin.Get("/api/users?q=paged&limit=2&skip=2").Gives(HttpStatusCode.OK), 0));
        Assert.Equal(0, (await admin.Get("/api/users?q=nobody-is-called-so").Gives(HttpStatusCode.OK)).GetProperty("total").GetInt32());

        static string? Name(JsonElement page, int i) => page.GetProperty("users")[i].GetProperty("name").GetString();
    }

    [Fact]
    public async Task A_route_changes_exactly_what_it_names()
    {
        using var admin = await host.SignedIn("admin");
        var id = await host.NewUser("named-anew");
        var before = await User(id);
        await admin.Put($"/api/users/{id}/display-name", new { display_name = "Anna", is_admin = true }).Refuses(HttpStatusCode.BadRequest, "bad_request");
        await admin.Put($"/api/users/{id}/display-name", new { display_name = "  Anna  " }).Gives(HttpStatusCode.OK);
        Assert.Equal(before with { DisplayName = "Anna" }, await User(id));
        await admin.Put($"/api/users/{id}/display-name", new { display_name = "\t" }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await admin.Put("/api/users/999999/display-name", new { display_name = "x" }).Refuses(HttpStatusCode.NotFound, "unknown_user");
    }

    [Fact]
    public async Task Whoever_is_disabled_is_out_at_once_and_comes_back_when_enabled()
    {
        using var admin = await host.SignedIn("admin");
        var id = await host.NewUser("put-out");
        using var browser = await host.SignedIn("put-out");
        await browser.Get("/api/desktops").Gives(HttpStatusCode.OK);
        await admin.Put($"/api/users/{id}/disabled", new { is_disabled = true }).Gives(HttpStatusCode.OK);
        await browser.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        await admin.Put($"/api/users/{id}/disabled", new { is_disabled = false }).Gives(HttpStatusCode.OK);
        using var again = await host.SignedIn("put-out");
        await again.Get("/api/desktops").Gives(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_password_that_was_set_has_to_be_changed_and_ends_sessions()
    {
        using var admin = await host.SignedIn("admin");
        var id = await host.NewUser("forgetful");
        using var browser = await host.SignedIn("forgetful");
        await admin.Put($"/api/users/{id}/password", new { password = "short" }).Refuses(HttpStatusCode.BadRequest, "weak_password");
        await admin.Put($"/api/users/{id}/password", new { password = "another phrase 71" }).Gives(HttpStatusCode.OK);
        await browser.Get("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        using var anew = host.NewBrowser();
        Assert.True((await anew.SignIn("forgetful", "another phrase 71")).GetProperty("user").GetProperty("must_change_password").GetBoolean());
    }

    [Fact]
    public async Task The_last_administrator_who_can_sign_in_stays_one()
    {
        using var admin = await host.SignedIn("admin");
        var (id, second) = (await host.Db.Read(s => s.First<long>("SELECT id FROM users WHERE name = 'admin'")), await host.NewUser("second-admin"));
        // one who can't sign in is none
        await host.Db.Transaction(s => UsersTable.Insert(s, "without-password", "x", null, isAdmin: true, mustChangePassword: false));
        await admin.Put($"/api/users/{id}/disabled", new { is_disabled = true }).Refuses(HttpStatusCode.Conflict, "last_admin");
        await admin.Put($"/api/users/{id}/admin", new { is_admin = false }).Refuses(HttpStatusCode.Conflict, "last_admin");
        Assert.Equal((true, false), await Flags(id));

        // two at once who each make the other none: one of them stays
        await admin.Put($"/api/users/{second}/admin", new { is_admin = true }).Gives(HttpStatusCode.OK);
        using var other = await host.SignedIn("second-admin");
        await Task.WhenAll(Status(admin, second), Status(other, id));
        Assert.Equal(1, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM users WHERE name IN ('admin', 'second-admin') AND is_admin")));
        await host.Db.Transaction(s => s.Execute("UPDATE users SET is_admin = (name = 'admin') WHERE name IN ('admin', 'second-admin', 'without-password')"));

        static async Task Status(Browser browser, long whose)
        {
            using var answer = await browser.Put($"/api/users/{whose}/admin", new { is_admin = false });
        }
    }

    [Fact]
    public async Task Who_manages_users_touches_no_administrator_makes_none_and_takes_over_nobody_who_may_more()
    {
        using var keeper = await Holder("keeper", (Grant.ManageUsers, Reach.All));
        var (admin, operating, plain) = (await host.Db.Read(s => s.First<long>("SELECT id FROM users WHERE name = 'admin'")), await host.NewUser("kept-operator"), await host.NewUser("kept-plain"));
        await Give(operating, Grant.Operate, Reach.All);

        await keeper.Put($"/api/users/{admin}/password", new { password = "another phrase 71" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Put($"/api/users/{admin}/disabled", new { is_disabled = true }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Put($"/api/users/{admin}/display-name", new { display_name = "x" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Put($"/api/users/{plain}/admin", new { is_admin = true }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Put($"/api/users/{operating}/password", new { password = "another phrase 71" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Delete($"/api/users/{operating}/second-factor").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Put($"/api/users/{plain}/password", new { password = "another phrase 71" }).Gives(HttpStatusCode.OK);
        await keeper.Put($"/api/users/{plain}/grants/rename", new { reach = "own" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Get($"/api/users/{plain}/grants").Gives(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nobody_gives_or_takes_further_than_he_reaches()
    {
        using var giver = await Holder("giver", (Grant.Grant, Reach.All), (Grant.Remove, Reach.Clones));
        var (id, admin) = (await host.NewUser("given"), await host.Db.Read(s => s.First<long>("SELECT id FROM users WHERE name = 'admin'")));
        await giver.Put($"/api/users/{id}/grants/remove", new { reach = "all" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await giver.Put($"/api/users/{id}/grants/operate", new { reach = "all" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await giver.Put($"/api/users/{admin}/grants/remove", new { reach = "none" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await giver.Put($"/api/users/{id}/grants/grant", new { reach = "own" }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await giver.Put($"/api/users/{id}/grants/fly", new { reach = "own" }).Refuses(HttpStatusCode.BadRequest, "bad_request");

        var given = Of(await giver.Put($"/api/users/{id}/grants/remove", new { reach = "clones" }).Gives(HttpStatusCode.OK), "remove");
        Assert.Equal(("clones", "own", "clones", "own", "clones"), (Word(given, "reach"), Word(given, "source"), Word(given, "own"), Word(given, "default"), Word(given, "most")));
        // what somebody greater gave, he does not take
        await Give(id, Grant.Remove, Reach.All);
        await giver.Delete($"/api/users/{id}/grants/remove").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await Give(id, Grant.Remove, Reach.Clones);
        Assert.Equal("everybody", Word(Of(await giver.Delete($"/api/users/{id}/grants/remove").Gives(HttpStatusCode.OK), "remove"), "source"));
    }

    [Fact]
    public async Task What_is_granted_or_revoked_counts_with_the_next_click_for_all_that_hangs_on_it()
    {
        using var admin = await host.SignedIn("admin");
        var id = await host.NewUser("watched");
        var theirs = await host.NewDomain("seen-by-grant", host.Student);
        using var browser = await host.SignedIn("watched");
        await browser.Get($"/api/domains/{theirs.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        Assert.False(Lists(await browser.Get("/api/domains").Gives(HttpStatusCode.OK)));

        await admin.Put($"/api/users/{id}/grants/view", new { reach = "all" }).Gives(HttpStatusCode.OK);
        Assert.True(Lists(await browser.Get("/api/domains").Gives(HttpStatusCode.OK)));
        Assert.Equal("all", (await browser.Get("/api/session").Gives(HttpStatusCode.OK)).GetProperty("user").GetProperty("grants").GetProperty("view").GetString());
        await admin.Put($"/api/users/{id}/grants/start", new { reach = "all" }).Gives(HttpStatusCode.OK);
        Assert.Contains("start_domain", May(await browser.Get($"/api/domains/{theirs.Id}").Gives(HttpStatusCode.OK)));
        foreach (var command in (string[])["remove_domain", "shutdown_domain", "prepare_base", "hibernate_domain"])
            await browser.Post("/api/requests", new { command, args = new { domain = theirs.Id } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");

        await admin.Put($"/api/users/{id}/grants/start", new { reach = "none" }).Gives(HttpStatusCode.OK);
        var own = await host.NewDomain("his-own", id);
        foreach (var machine in (Guid[])[theirs.Id, own.Id])
            Assert.DoesNotContain("start_domain", May(await browser.Get($"/api/domains/{machine}").Gives(HttpStatusCode.OK)));
        await admin.Put($"/api/users/{id}/grants/view", new { reach = "none" }).Gives(HttpStatusCode.OK);
        Assert.Empty((await browser.Get("/api/domains").Gives(HttpStatusCode.OK)).GetProperty("domains").EnumerateArray());
        await browser.Get($"/api/domains/{own.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");

        bool Lists(JsonElement list) => list.GetProperty("domains").EnumerateArray().Any(d => d.GetProperty("id").GetGuid() == theirs.Id);
        static List<string?> May(JsonElement domain) => [.. domain.GetProperty("may").EnumerateArray().Select(w => w.GetString())];
    }

    [Fact]
    public async Task Who_sees_clones_of_his_bases_is_listed_those_and_no_others()
    {
        var id = await host.NewUser("base-maker");
        await Give(id, Grant.View, Reach.Clones);
        var (mine, theirs) = (await host.NewDomain("bm-base", id, isBase: true), await host.NewDomain("other-base", host.Student, isBase: true));
        var (ofMine, ofTheirs) = (await host.NewDomain("bm-clone", host.Student, baseId: mine.Id), await host.NewDomain("other-clone", host.Student, baseId: theirs.Id));
        using var maker = await host.SignedIn("base-maker");
        Assert.Equal([mine.Id, ofMine.Id], (await maker.Get("/api/domains").Gives(HttpStatusCode.OK)).GetProperty("domains").EnumerateArray().Select(d => d.GetProperty("id").GetGuid()));
        await maker.Get($"/api/domains/{ofTheirs.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await Give(id, Grant.View, Reach.AllClones);
        Assert.Equal([mine.Id, ofMine.Id, ofTheirs.Id], (await (await host.SignedIn("base-maker")).Get("/api/domains").Gives(HttpStatusCode.OK)).GetProperty("domains").EnumerateArray()
            .Select(d => d.GetProperty("id").GetGuid()).Where(d => d == mine.Id || d == ofMine.Id || d == ofTheirs.Id || d == theirs.Id));
    }

    [Fact]
    public async Task Groups_give_their_members_what_they_have_and_lose_it_with_them()
    {
        using var admin = await host.SignedIn("admin");
        var id = await host.NewUser("taught");
        var group = (await admin.Post("/api/groups", new { name = "Teachers", description = "Who teaches." }).Gives(HttpStatusCode.Created)).GetProperty("id").GetInt64();
        await admin.Post("/api/groups", new { name = "teachers" }).Refuses(HttpStatusCode.Conflict, "name_taken");
        await admin.Put($"/api/groups/{group}/description", new { description = "Whoever teaches." }).Gives(HttpStatusCode.OK);
        await admin.Put($"/api/groups/{group}/grants/create_base", new { reach = "own" }).Gives(HttpStatusCode.OK);
        using var taught = await host.SignedIn("taught");
        await taught.Get("/api/session").Gives(HttpStatusCode.OK);

        Assert.Equal(1, (await admin.Put($"/api/groups/{group}/members/{id}", new { }).Gives(HttpStatusCode.OK)).GetProperty("members").GetInt32());
        var grant = Of(await admin.Get($"/api/users/{id}/grants").Gives(HttpStatusCode.OK), "create_base");
        Assert.Equal(("own", "group", "Teachers"), (Word(grant, "reach"), Word(grant, "source"), Word(grant, "group")));
        Assert.Equal("own", (await taught.Get("/api/session").Gives(HttpStatusCode.OK)).GetProperty("user").GetProperty("grants").GetProperty("create_base").GetString());
        Assert.Equal("taught", (await admin.Get($"/api/groups/{group}/members").Gives(HttpStatusCode.OK)).GetProperty("users")[0].GetProperty("name").GetString());
        Assert.Equal("Teachers", (await admin.Get($"/api/users/{id}").Gives(HttpStatusCode.OK)).GetProperty("groups")[0].GetProperty("name").GetString());

        await admin.Delete($"/api/groups/{group}").Gives(HttpStatusCode.NoContent);
        Assert.False((await taught.Get("/api/session").Gives(HttpStatusCode.OK)).GetProperty("user").GetProperty("grants").TryGetProperty("create_base", out _));
        await admin.Get($"/api/groups/{group}").Refuses(HttpStatusCode.NotFound, "unknown_group");
    }

    [Fact]
    public async Task A_group_that_access_rules_name_stays()
    {
        using var admin = await host.SignedIn("admin");
        var group = (await admin.Post("/api/groups", new { name = "Named" }).Gives(HttpStatusCode.Created)).GetProperty("id").GetInt64();
        var linux = await host.NewDomain("with-rules", host.Student, isBase: true);
        await host.Db.Transaction(s => s.Execute("UPDATE domains SET access = @rules WHERE id = @id", new
        {
            rules = new AccessRules([new AccessRule(RuleKind.Group, Allowed: true) { Id = group }], []).ToString(),
            id = linux.Id,
        }));
        await admin.Delete($"/api/groups/{group}").Refuses(HttpStatusCode.Conflict, "group_in_use");
        await host.Db.Transaction(s => s.Execute("UPDATE domains SET access = NULL WHERE id = @Id", new { linux.Id }));
        await admin.Delete($"/api/groups/{group}").Gives(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_directory_says_who_is_in_its_groups()
    {
        using var admin = await host.SignedIn("admin");
        var id = await host.NewUser("of-a-directory");
        await admin.Post("/api/groups", new { name = "no-dn", source = "ldap" }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        var group = (await admin.Post("/api/groups", new { name = "Physics", source = "ldap", external_id = "cn=physics,dc=school" }).Gives(HttpStatusCode.Created)).GetProperty("id").GetInt64();
        await admin.Put($"/api/groups/{group}/members/{id}", new { }).Refuses(HttpStatusCode.Conflict, "group_is_external");
        await admin.Delete($"/api/groups/{group}/members/{id}").Refuses(HttpStatusCode.Conflict, "group_is_external");
    }

    [Fact]
    public async Task Nobody_gives_by_a_group_what_he_could_not_give_by_himself()
    {
        using var admin = await host.SignedIn("admin");
        using var manager = await Holder("group-manager", (Grant.ManageGroups, Reach.All));
        var id = await host.Db.Read(s => s.First<long>("SELECT id FROM users WHERE name = 'group-manager'"));
        var (strong, weak) = (await New("strong"), await New("weak"));
        await admin.Put($"/api/groups/{strong}/grants/remove", new { reach = "all" }).Gives(HttpStatusCode.OK);
        await manager.Put($"/api/groups/{strong}/members/{id}", new { }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await manager.Put($"/api/groups/{weak}/grants/remove", new { reach = "all" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await manager.Put($"/api/groups/{weak}/members/{id}", new { }).Gives(HttpStatusCode.OK);
        await manager.Delete($"/api/groups/{strong}").Refuses(HttpStatusCode.Forbidden, "not_allowed");

        async Task<long> New(string name) => (await admin.Post("/api/groups", new { name }).Gives(HttpStatusCode.Created)).GetProperty("id").GetInt64();
    }

    [Fact]
    public async Task Who_sees_groups_changes_none_and_others_see_none()
    {
        using var viewer = await Holder("group-viewer", (Grant.ViewGroups, Reach.All));
        await viewer.Get("/api/groups").Gives(HttpStatusCode.OK);
        await viewer.Post("/api/groups", new { name = "x" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await viewer.Get("/api/users").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        using var student = await host.SignedIn("student");
        await student.Get("/api/groups").Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    [Fact]
    public async Task Who_removes_somebody_gives_his_machines_away_only_as_far_as_he_gives_machines_away()
    {
        using var manager = await Holder("remover", (Grant.ManageUsers, Reach.All));
        var id = await host.Db.Read(s => s.First<long>("SELECT id FROM users WHERE name = 'remover'"));
        var leaving = await host.NewUser("leaves-machines");
        await host.NewDomain("left-behind", leaving);
        foreach (var heir in (long[])[id, host.Other])
            await manager.Post("/api/requests", new { command = "remove_user", args = new { user = leaving, heir } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await Give(id, Grant.ChangeOwner, Reach.All);
        using var again = await host.SignedIn("remover");
        await again.Post("/api/requests", new { command = "remove_user", args = new { user = leaving, heir = host.Other } }).Gives(HttpStatusCode.Accepted);
    }

    private async Task<Browser> Holder(string name, params (Grant Grant, Reach Reach)[] grants)
    {
        var id = await host.NewUser(name);
        foreach (var (grant, reach) in grants) await Give(id, grant, reach);
        return await host.SignedIn(name);
    }

    private Task Give(long id, Grant grant, Reach reach) => host.Db.Transaction(s => UsersTable.SetGrant(s, id, grant, reach));

    private async Task<UserRow> User(long id) => (await host.Db.Read(s => UsersTable.Get(s, id)))!;

    private async Task<(bool, bool)> Flags(long id) => await User(id) is var user ? (user.IsAdmin, user.IsDisabled) : default;

    private static JsonElement Of(JsonElement grants, string grant) => grants.GetProperty("grants").EnumerateArray().Single(g => g.GetProperty("grant").GetString() == grant);

    private static string? Word(JsonElement of, string name) => of.GetProperty(name).GetString();
}
