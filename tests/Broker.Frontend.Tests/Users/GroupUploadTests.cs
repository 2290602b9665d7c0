using System.Net;
using System.Text;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.Users;

public sealed class GroupUploadTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_dry_run_tells_of_lines_and_groups_and_changes_nothing_and_then_all_is_done()
    {
        var ana = await host.NewUser("gu-ana");
        await host.NewUser("gu-bob");
        var old = await Group("gu-old", ana);
        const string list = "group,name\ngu-old,GU-ANA\ngu-old|gu-new,gu-bob\n";
        using var admin = await host.SignedIn("admin");
        var told = await Upload(admin, list, "dry_run=true").Gives(HttpStatusCode.OK);
        Assert.False(told.GetProperty("is_done").GetBoolean());
        Assert.Equal(["2 GU-ANA gu-old there", "3 gu-bob gu-old added", "3 gu-bob gu-new added"], Lines(told));
        Assert.Equal(["gu-new made 1 +gu-bob -", "gu-old 2 +gu-bob -"], Groups(told));
        Assert.Equal(["gu-ana"], await Members("gu-old"));
        Assert.Null(await host.Db.Read(s => UserGroupsTable.Find(s, "gu-new")));

        var done = await Upload(admin, list).Gives(HttpStatusCode.OK);
        Assert.True(done.GetProperty("is_done").GetBoolean());
        Assert.Equal(["gu-ana", "gu-bob"], await Members("gu-old"));
        Assert.Equal(["gu-bob"], await Members("gu-new"));
        var audit = await host.Db.Read(s => s.First<string>("SELECT details FROM audit WHERE action = 'group_members_uploaded' AND subject = 'gu-old'"));
        Assert.Contains("gu-bob", audit, StringComparison.Ordinal);

        var more = await Upload(admin, "gu-bob\ngu-ana\n", $"group={old}").Gives(HttpStatusCode.OK);
        Assert.Equal(["1 gu-bob gu-old there", "2 gu-ana gu-old there"], Lines(more));
    }

    [Fact]
    public async Task Flushed_groups_have_exactly_the_members_of_the_list_and_empty_ones_go_only_when_that_is_said()
    {
        var (cai, dora) = (await host.NewUser("gu-cai"), await host.NewUser("gu-dora"));
        await Group("gu-kept", cai);
        await Group("gu-emptied", cai, dora);
        await Group("gu-untouched", cai);
        const string list = """[{"group": "gu-kept", "name": ["gu-dora"]}, {"group": "gu-emptied", "name": []}]""";
        using var admin = await host.SignedIn("admin");
        Assert.Equal(["1 gu-dora gu-kept added", "2  gu-emptied refused"], Lines(await Upload(admin, list, "dry_run=true").Gives(HttpStatusCode.OK)));
        var told = await Upload(admin, list, "flush=true").Gives(HttpStatusCode.OK);
        Assert.Equal(["gu-emptied 0 + -gu-cai,gu-dora", "gu-kept 1 +gu-dora -gu-cai"], Groups(told));
        Assert.Equal(["gu-dora"], await Members("gu-kept"));
        Assert.Empty(await Members("gu-emptied"));
        Assert.Equal(["gu-cai"], await Members("gu-untouched"));

        told = await Upload(admin, list, "flush=true&remove_empty=true").Gives(HttpStatusCode.OK);
        Assert.Equal(["gu-emptied removed 0 + -", "gu-kept 1 + -"], Groups(told));
        Assert.Null(await host.Db.Read(s => UserGroupsTable.Find(s, "gu-emptied")));
        Assert.Equal("gu-emptied", await host.Db.Read(s => s.First<string>("SELECT subject FROM audit WHERE action = 'remove_group'")));
    }

    [Fact]
    public async Task One_bad_line_and_nobody_is_put_anywhere()
    {
        var ema = await host.NewUser("gu-ema");
        await Group("gu-good");
        await host.Db.Transaction(s => UserGroupsTable.Insert(s, "gu-theirs", AccountSource.Ldap, "cn=theirs,dc=x", null));
        using var admin = await host.SignedIn("admin");
        const string list = "name,group\ngu-ema,gu-good\nnobody-so,gu-good\ngu-ema,gu-theirs\ngu-ema,\n";
        Assert.Equal(["2 gu-ema gu-good added", "3 nobody-so gu-good refused", "4 gu-ema gu-theirs refused", "5 gu-ema  refused"], Lines(await Upload(admin, list, "dry_run=true").Gives(HttpStatusCode.OK)));
        var refused = await Upload(admin, list);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var errors = (await refused.Json()).GetProperty("errors").EnumerateArray().Select(e => e.GetString()!).ToList();
        Assert.StartsWith("Line 3: There is no user nobody-so.", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("Line 4: Who is in gu-theirs is said by the directory", errors[1], StringComparison.Ordinal);
        Assert.StartsWith("Line 5: In which group?", errors[2], StringComparison.Ordinal);
        Assert.Empty(await Members("gu-good"));
        Assert.Empty(await host.Db.Read(s => UserGroupsTable.Of(s, ema)));
    }

    [Fact]
    public async Task Nobody_gives_by_a_list_what_he_could_not_give_by_himself()
    {
        var manager = await host.NewUser("gu-manager");
        await host.NewUser("gu-fay");
        await host.NewUser("gu-root", isAdmin: true);
        await host.Db.Transaction(s => UsersTable.SetGrant(s, manager, Grant.ManageGroups, Reach.All));
        var mighty = await Group("gu-mighty");
        await Group("gu-plain", await host.NewUser("gu-root-in", isAdmin: true));
        await host.Db.Transaction(s => UserGroupsTable.SetGrant(s, mighty, Grant.Operate, Reach.All));
        using var browser = await host.SignedIn("gu-manager");
        await Upload(browser, "name,group\ngu-fay,gu-mighty\n").Refuses(HttpStatusCode.BadRequest, "bad_lines");
        await Upload(browser, "name,group\ngu-root,gu-plain\n").Refuses(HttpStatusCode.BadRequest, "bad_lines");
        await Upload(browser, "name,group\ngu-fay,gu-plain\n", "flush=true").Refuses(HttpStatusCode.BadRequest, "bad_lines");
        await Upload(browser, "name,group\n,gu-mighty\n", "remove_empty=true").Refuses(HttpStatusCode.BadRequest, "bad_lines");
        await Upload(browser, "name,group\ngu-fay,gu-plain\n").Gives(HttpStatusCode.OK);
        using var student = await host.SignedIn("student");
        await Upload(student, "name,group\ngu-fay,gu-plain\n", "dry_run=true").Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Ten_thousand_people_are_put_into_three_hundred_groups_in_one_go()
    {
        await host.Db.Transaction(s => s.Execute(
            "INSERT INTO users (name, display_name, security_stamp, created_at) SELECT CONCAT('gm-', seq), 'x', UUID(), UTC_TIMESTAMP(6) FROM seq_1_to_10000"));
        using var admin = await host.SignedIn("admin");
        var list = "name,group\n" + string.Join('\n', Enumerable.Range(1, UploadText.MostEntries).Select(i => $"gm-{i},class-{i % 300}"));
        var done = await Upload(admin, list, "flush=true").Gives(HttpStatusCode.OK);
        Assert.Equal(300, done.GetProperty("groups").GetArrayLength());
        Assert.Equal(UploadText.MostEntries, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM group_members m JOIN user_groups g ON g.id = m.group_id WHERE g.name LIKE 'class-%'")));
    }

    private static IEnumerable<string> Lines(JsonElement answer) => answer.GetProperty("lines").EnumerateArray()
        .Select(l => $"{l.GetProperty("line").GetInt32()} {l.GetProperty("name").GetString()} {l.GetProperty("group").GetString()} {l.GetProperty("outcome").GetString()}");

    private static IEnumerable<string> Groups(JsonElement answer) => answer.GetProperty("groups").EnumerateArray()
        .Select(g => $"{g.GetProperty("name").GetString()} {(g.GetProperty("is_made").GetBoolean() ? "made " : "")}{(g.GetProperty("is_removed").GetBoolean() ? "removed " : "")}"
            + $"{g.GetProperty("members").GetInt32()} +{Names(g, "added")} -{Names(g, "removed")}");

    private static string Names(JsonElement group, string which) => string.Join(',', group.GetProperty(which).EnumerateArray().Select(n => n.GetString()));

    private async Task<long> Group(string name, params long[] members) => await host.Db.Transaction(async s =>
    {
        var id = await UserGroupsTable.Insert(s, name, AccountSource.Local, null, null);
        await UserGroupsTable.Change(s, id, members, []);
        return id;
    });

    private Task<IReadOnlyList<string>> Members(string group) => host.Db.Read(s => s.Query<string>(
        "SELECT u.name FROM users u JOIN group_members m ON m.user_id = u.id JOIN user_groups g ON g.id = m.group_id WHERE g.name = @group ORDER BY u.name", new { group }));

    private static async Task<HttpResponseMessage> Upload(Browser browser, string list, string terms = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/groups/upload?{terms}") { Content = new StringContent(list, Encoding.UTF8, "text/csv") };
        request.Headers.Add("X-CSRF-Token", browser.Csrf);
        return await browser.Http.SendAsync(request);
    }
}
