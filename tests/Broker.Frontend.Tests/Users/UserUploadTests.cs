using System.Net;
using System.Text;
using System.Text.Json;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.Users;

public sealed class UserUploadTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_dry_run_tells_line_by_line_and_changes_nothing_and_then_all_are_made()
    {
        const string list = "name,display_name,source,password,expires_at,external_id\nup-ana,Ana A.,,,2099-07-31\nup-bob,,ldap\nstudent\nup-cai,,,an own phrase 12\nup-dora,,oidc,,,https://id.example dora-1\n";
        using var admin = await host.SignedIn("admin");
        var told = await Upload(admin, list, dryRun: true).Gives(HttpStatusCode.OK);
        Assert.False(told.GetProperty("is_done").GetBoolean());
        Assert.Equal(["2 up-ana made", "3 up-bob made", "4 student there", "5 up-cai made", "6 up-dora made"], Lines(told));
        Assert.Null(await host.Db.Read(s => UsersTable.Find(s, "up-ana")));

        var done = await Upload(admin, list, dryRun: false).Gives(HttpStatusCode.OK);
        Assert.True(done.GetProperty("is_done").GetBoolean());
        var passwords = done.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("password").GetString()).ToList();
        Assert.Equal([false, true, true, true, true], passwords.Select(p => p is null));
        using var ana = host.NewBrowser();
        var user = (await ana.SignIn("up-ana", passwords[0]!)).GetProperty("user");
        Assert.Equal(("Ana A.", true), (user.GetProperty("display_name").GetString(), user.GetProperty("must_change_password").GetBoolean()));
        using var cai = host.NewBrowser();
        await cai.SignIn("up-cai", "an own phrase 12");
        var (a, b) = await host.Db.Read(async s => ((await UsersTable.Find(s, "up-ana"))!, (await UsersTable.Find(s, "up-bob"))!));
        Assert.Equal(2099, a.ExpiresAt!.Value.Year);
        Assert.Equal((AccountSource.Ldap, null, false), (b.Source, b.PasswordHash, b.MustChangePassword));
        Assert.Equal("up-dora", (await host.Db.Read(s => UsersTable.FindExternal(s, AccountSource.Oidc, UsersTable.OidcKey("https://id.example dora-1"))))!.Name);
        var details = await host.Db.Read(s => s.First<string>("SELECT details FROM audit WHERE action = 'users_uploaded'"));
        Assert.Contains("up-bob", details, StringComparison.Ordinal);
        Assert.DoesNotContain(passwords[0]!, details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_line_and_nobody_is_made()
    {
        using var admin = await host.SignedIn("admin");
        const string list = "name,source,password,expires_at\ngood-1,,,\nbad-1,,short,\nbad-2,nowhere,,\nbad-3,ldap,an own phrase 12,\nbad-4,,,some day\nGOOD-1,,,\nstudent,oidc,,\n,local,,\n";
        var told = await Upload(admin, list, dryRun: true).Gives(HttpStatusCode.OK);
        Assert.Equal(["2 good-1 made", "3 bad-1 refused", "4 bad-2 refused", "5 bad-3 refused", "6 bad-4 refused", "7 GOOD-1 refused", "8 student refused", "9  refused"], Lines(told));
        await Upload(admin, list, dryRun: false).Refuses(HttpStatusCode.BadRequest, "bad_lines");
        var errors = (await (await Upload(admin, list, dryRun: false)).Json()).GetProperty("errors").EnumerateArray().Select(e => e.GetString()!).ToList();
        Assert.Equal(7, errors.Count);
        Assert.StartsWith("Line 3: A password has at least", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("Line 7: GOOD-1 is in line 2 already.", errors[4], StringComparison.Ordinal);
        Assert.Null(await host.Db.Read(s => UsersTable.Find(s, "good-1")));
    }

    [Fact]
    public async Task Who_does_not_manage_users_uploads_none_and_nothing_endless_is_read()
    {
        using var student = await host.SignedIn("student");
        await Upload(student, "somebody", dryRun: true).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        using var admin = await host.SignedIn("admin");
        await Upload(admin, new string('x', UploadText.LargestBytes + 1), dryRun: true).Refuses(HttpStatusCode.RequestEntityTooLarge, "too_large");
        using var latin = new ByteArrayContent([.. "name\n"u8, 0xe9]);
        await Upload(admin, latin, dryRun: true).Refuses(HttpStatusCode.BadRequest, "bad_lines");
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Ten_thousand_people_of_a_directory_are_made_in_one_go()
    {
        using var admin = await host.SignedIn("admin");
        var done = await Upload(admin, string.Join('\n', Enumerable.Range(0, UploadText.MostEntries).Select(i => $"many-{i}")), dryRun: false, "ldap").Gives(HttpStatusCode.OK);
        Assert.Equal(UploadText.MostEntries, done.GetProperty("lines").GetArrayLength());
        Assert.Equal(UploadText.MostEntries, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM users WHERE source = 'ldap' AND name LIKE 'many-%'")));
    }

    private static IEnumerable<string> Lines(JsonElement answer) => answer.GetProperty("lines").EnumerateArray()
        .Select(l => $"{l.GetProperty("line").GetInt32()} {l.GetProperty("name").GetString()} {l.GetProperty("outcome").GetString()}");

    private static async Task<HttpResponseMessage> Upload(Browser browser, string list, bool dryRun, string source = "local")
    {
        using var content = new StringContent(list, Encoding.UTF8, "text/csv");
        return await Upload(browser, content, dryRun, source);
    }

    private static async Task<HttpResponseMessage> Upload(Browser browser, HttpContent content, bool dryRun, string source = "local")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/users/upload?dry_run={(dryRun ? "true" : "false")}&source={source}") { Content = content };
        request.Headers.Add("X-CSRF-Token", browser.Csrf);
        return await browser.Http.SendAsync(request);
    }
}
