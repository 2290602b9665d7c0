using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Broker.Core.Directory;
using Broker.Core.Users;
using Broker.Frontend.SignIn;
using Broker.Testing;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Frontend.Tests.SignIn;

/// <summary>Signing in by a directory, on a real slapd through the whole front end.</summary>
public sealed class DirectoryTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Whoever_the_directory_knows_has_an_account_from_his_first_sign_in_with_what_it_tells()
    {
        var slapd = await PrivateSlapd.Shared;
        var group = await NewGroup("Physicists", $"CN=Physics,{PrivateSlapd.Groups}");
        var nested = await NewGroup("University", $"cn=university,{PrivateSlapd.Groups}");
        var another = await NewGroup("Admins of the directory", $"cn=admins,{PrivateSlapd.Groups}");
        await using var front = Start(slapd).Factory;
        using var browser = host.NewBrowser(AddressOf(front));
        await browser.SignIn("ANA", "ana's secret");

        var user = await User(browser);
        Assert.Equal(("Ana", "Ana Díaz", "ldap", false), (user.GetProperty("name").GetString(), user.GetProperty("display_name").GetString(), user.GetProperty("source").GetString(), user.GetProperty("is_admin").GetBoolean()));
        Assert.True(user.GetProperty("facts_at").GetDateTimeOffset() > TimeProvider.System.GetUtcNow().AddMinutes(-5));
        var ana = (await host.Db.Read(s => UsersTable.Find(s, "ana")))!;
        Assert.Null(ana.PasswordHash);
        Assert.Equal($"uid=Ana,{PrivateSlapd.People}", ana.ExternalId);
        var caller = (await host.Db.Read(s => UsersTable.Caller(s, ana.Id, null)))!;
        Assert.Equal(["physics"], caller.Attributes["DEPARTMENTNUMBER"]);
        Assert.Superset(new HashSet<long> { group, nested }, caller.Groups.ToHashSet());
        Assert.DoesNotContain(another, caller.Groups);
        // and it is the same one the next time
        using var again = host.NewBrowser(AddressOf(front));
        await again.SignIn("ana", "ana's secret");
        Assert.Equal(user.GetProperty("id").GetInt64(), (await User(again)).GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task A_local_account_is_never_taken_over_and_the_directory_is_not_asked_about_it()
    {
        var slapd = await PrivateSlapd.Shared;
        var (name, password) = PrivateSlapd.Person(7);
        var local = await host.NewUser(name);
        await using var front = Start(slapd).Factory;
        Assert.Equal((HttpStatusCode.Unauthorized, "wrong_credentials"), await Try(front, name, password));
        using var browser = host.NewBrowser(AddressOf(front));
        await browser.SignIn(name, FrontendHost.Password);
        Assert.Equal(local, (await User(browser)).GetProperty("id").GetInt64());
        Assert.Equal(AccountSource.Local, (await host.Db.Read(s => UsersTable.Get(s, local)))!.Source);
    }

    [Fact]
    public async Task Whoever_has_a_name_after_somebody_else_does_not_get_that_ones_account()
    {
        await using var slapd = await PrivateSlapd.Start(people: 12);
        var (name, password) = PrivateSlapd.Person(11);
        await using var front = Start(slapd).Factory;
        Assert.Equal(HttpStatusCode.OK, (await Try(front, name, password)).Status);
        await slapd.Change($"dn: uid={name},{PrivateSlapd.People}\nchangetype: delete\n\n"
            + $"dn: uid={name},{PrivateSlapd.People}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {name}\ncn: Another\nsn: Another\nuserPassword: another's\n");
        Assert.Equal((HttpStatusCode.Forbidden, "name_was_anothers"), await Try(front, name, "another's"));
    }

    [Fact]
    public async Task The_group_of_administrators_makes_them_and_the_group_that_is_required_keeps_others_out()
    {
        var slapd = await PrivateSlapd.Shared;
        await using (var front = Start(slapd, ("ldap.admin_group", $"cn=admins,{PrivateSlapd.Groups}"), ("ldap.required_group", $"cn=university,{PrivateSlapd.Groups}")).Factory)
        {
            using var browser = host.NewBrowser(AddressOf(front));
            await browser.SignIn("boss", "boss's secret");
            Assert.True((await User(browser)).GetProperty("is_admin").GetBoolean());
            Assert.Equal((HttpStatusCode.Forbidden, "not_in_group"), await Try(front, "jane", "jane's secret"));
            Assert.Equal((HttpStatusCode.Unauthorized, "wrong_credentials"), await Try(front, "jane", "wrong"));
        }
        // another group says otherwise at the next sign-in
        await using var later = Start(slapd, ("ldap.admin_group", $"cn=printers,{PrivateSlapd.Groups}")).Factory;
        using var demoted = host.NewBrowser(AddressOf(later));
        await demoted.SignIn("boss", "boss's secret");
        Assert.False((await User(demoted)).GetProperty("is_admin").GetBoolean());
        Assert.True((await host.Db.Read(s => UsersTable.Get(s, host.Admin)))!.IsAdmin);
    }

    [Fact]
    public async Task While_the_directory_is_down_nobody_signs_in_by_it_and_is_told_so_but_sessions_go_on_and_local_accounts_work()
    {
        await using var slapd = await PrivateSlapd.Start(people: 30);
        await using var front = Start(slapd, ("ldap.retry_seconds", 1)).Factory;
        var (name, password) = PrivateSlapd.Person(20);
        using var signedIn = host.NewBrowser(AddressOf(front));
        await signedIn.SignIn(name, password);

        await slapd.Kill();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "directory_unavailable"), await Try(front, name, password));
        // neither does a name tell whether it is a local one
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "directory_unavailable"), await Try(front, "student", "wrong"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "directory_unavailable"), await Try(front, "nobody at all", "wrong"));
        // and it can't be used to guess a local account's password
        for (var tries = 2; tries <= SignInLimits.FreeForName + 1; tries++) await Try(front, "student", $"wrong {tries}");
        Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_attempts"), await Try(front, "student", FrontendHost.Password));
        Assert.Equal(name, (await User(signedIn)).GetProperty("name").GetString());
        using var admin = await host.SignedInByPassword("admin", AddressOf(front));
        var health = await admin.Http.GetFromJsonAsync<JsonElement>("/api/health");
        var check = health.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "directory_1");
        Assert.Equal("failed", check.GetProperty("state").GetString());
        Assert.Contains("does not answer", check.GetProperty("detail").GetString(), StringComparison.Ordinal);

        // what was told stays as it is while nobody can be asked
        var refresh = front.Services.GetRequiredService<DirectoryRefresh>();
        await host.Db.Read(s => s.Execute("UPDATE users SET facts_at = UTC_TIMESTAMP(6) - INTERVAL 3 HOUR WHERE name = @name", new { name }));
        await Assert.ThrowsAsync<DirectoryDownException>(() => refresh.Round(CancellationToken.None));
        Assert.Equal(name, (await User(signedIn)).GetProperty("name").GetString());

        await slapd.StartAgain();
        await Until(async () => (await Try(front, name, password)).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_was_told_long_ago_is_asked_anew_and_whoever_is_gone_is_signed_out()
    {
        await using var slapd = await PrivateSlapd.Start(people: 5);
        await using var front = Start(slapd).Factory;
        var (stays, goes) = (PrivateSlapd.Person(0), PrivateSlapd.Person(1));
        using var one = host.NewBrowser(AddressOf(front));
        using var other = host.NewBrowser(AddressOf(front));
        await one.SignIn(stays.Name, stays.Password);
        await other.SignIn(goes.Name, goes.Password);
        await slapd.Change($"dn: uid={stays.Name},{PrivateSlapd.People}\nchangetype: modify\nreplace: departmentNumber\ndepartmentNumber: history\n\n"
            + $"dn: uid={goes.Name},{PrivateSlapd.People}\nchangetype: delete\n");
        var refresh = front.Services.GetRequiredService<DirectoryRefresh>();
        await refresh.Round(CancellationToken.None);
        Assert.NotEqual(JsonValueKind.Null, (await User(other)).ValueKind);

        await host.Db.Read(s => s.Execute("UPDATE users SET facts_at = UTC_TIMESTAMP(6) - INTERVAL 16 MINUTE WHERE name IN @names", new { names = new[] { stays.Name, goes.Name } }));
        await refresh.Round(CancellationToken.None);
        await Until(async () => (await User(other)).ValueKind == JsonValueKind.Null);
        var user = (await host.Db.Read(s => UsersTable.Find(s, stays.Name)))!;
        Assert.Equal(["history"], (await host.Db.Read(s => UserAttributesTable.Of(s, user.Id)))["departmentNumber"]);
        Assert.True(user.FactsAt > TimeProvider.System.GetUtcNow().AddMinutes(-5));
        Assert.NotEqual(JsonValueKind.Null, (await User(one)).ValueKind);
    }

    [Fact]
    public async Task Tokens_of_somebody_who_is_gone_count_for_nothing_until_he_is_back()
    {
        await using var slapd = await PrivateSlapd.Start(people: 3);
        await using var front = Start(slapd).Factory;
        var (name, password) = PrivateSlapd.Person(2);
        using var browser = host.NewBrowser(AddressOf(front));
        await browser.SignIn(name, password);
        var id = (await User(browser)).GetProperty("id").GetInt64();
        await RecentProofTests.LetTimePass(host, id);
        await browser.Post("/api/tokens", RecentProofTests.Token("guessed", "wrong")).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        var token = (await browser.Post("/api/tokens", RecentProofTests.Token("backup", password)).Gives(HttpStatusCode.Created)).GetProperty("token").GetString();
        using var program = new HttpClient { BaseAddress = AddressOf(front) };
        program.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await program.GetAsync("/api/desktops").Gives(HttpStatusCode.OK);

        var refresh = front.Services.GetRequiredService<DirectoryRefresh>();
        await slapd.Change($"dn: uid={name},{PrivateSlapd.People}\nchangetype: modrdn\nnewrdn: uid={name}\ndeleteoldrdn: 0\nnewsuperior: ou=former,{PrivateSlapd.Root}\n");
        await Again();
        await program.GetAsync("/api/desktops").Refuses(HttpStatusCode.Unauthorized, "bad_token");
        await refresh.Round(CancellationToken.None);
        Assert.Equal(1, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM audit WHERE user_id = @id AND action = 'signed_out_by_directory'", new { id })));
        await slapd.Change($"dn: uid={name},ou=former,{PrivateSlapd.Root}\nchangetype: modrdn\nnewrdn: uid={name}\ndeleteoldrdn: 0\nnewsuperior: {PrivateSlapd.People}\n");
        await Again();
        await program.GetAsync("/api/desktops").Gives(HttpStatusCode.OK);

        async Task Again()
        {
            await host.Db.Read(s => s.Execute("UPDATE users SET facts_at = facts_at - INTERVAL 16 MINUTE WHERE id = @id", new { id }));
            await refresh.Round(CancellationToken.None);
        }
    }

    [Fact]
    public async Task An_entry_that_tells_nothing_that_stays_gets_no_account_whatever_it_is_called()
    {
        var student = await host.Db.Read(s => UsersTable.Get(s, host.Student));
        foreach (var name in (string[])["student", "nobody yet"])
        {
            var person = new DirectoryPerson(name, $"uid={name},{PrivateSlapd.People}", null, name, [], [], null);
            Assert.Equal((DirectoryAccount.NoKey, null), await host.Db.Transaction(s => DirectoryAccounts.Write(s, person)));
        }
        Assert.Equal(student, await host.Db.Read(s => UsersTable.Get(s, host.Student)));
        Assert.Null(await host.Db.Read(s => UsersTable.Find(s, "nobody yet")));
    }

    [Fact]
    public async Task Why_somebody_may_use_a_base_says_how_old_it_is_what_the_directory_told()
    {
        await using var slapd = await PrivateSlapd.Start(people: 5);
        await using var front = Start(slapd, ("ldap.retry_seconds", 1)).Factory;
        var (name, password) = PrivateSlapd.Person(4);
        Assert.Equal(HttpStatusCode.OK, (await Try(front, name, password)).Status);
        var origin = await host.NewDomain("b-told", host.Admin, isBase: true, isPublic: true);
        using var admin = await host.SignedIn("admin", AddressOf(front));
        var why = await admin.Get($"/api/bases/{origin.Id}/access/explain?user={name}").Gives(HttpStatusCode.OK);
        Assert.False(why.GetProperty("facts_are_old").GetBoolean());
        var told = why.GetProperty("facts_at").GetDateTimeOffset();
        await slapd.Kill();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Try(front, name, password)).Status);
        why = await admin.Get($"/api/bases/{origin.Id}/access/explain?user={name}").Gives(HttpStatusCode.OK);
        Assert.Equal((true, told), (why.GetProperty("facts_are_old").GetBoolean(), why.GetProperty("facts_at").GetDateTimeOffset()));
        var local = await admin.Get($"/api/bases/{origin.Id}/access/explain?user=student").Gives(HttpStatusCode.OK);
        Assert.Equal((false, JsonValueKind.Null), (local.GetProperty("facts_are_old").GetBoolean(), local.GetProperty("facts_at").ValueKind));
        var listed = (await admin.Get($"/api/users?q={name}").Gives(HttpStatusCode.OK)).GetProperty("users")[0];
        Assert.Equal(told, listed.GetProperty("facts_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Time_tells_nothing_of_which_names_there_are_or_who_knows_their_passwords()
    {
        const int tries = 9;
        var slapd = await PrivateSlapd.Shared;
        await using var front = Start(slapd).Factory;
        for (var i = 0; i < tries; i++) await host.NewUser($"timed-local-{i}");
        foreach (var i in Enumerable.Range(0, tries)) await Try(front, PrivateSlapd.Person(100 + i).Name, PrivateSlapd.Person(100 + i).Password);

        using var browser = host.NewBrowser(AddressOf(front));
        await browser.Session();
        var took = new Dictionary<string, List<TimeSpan>> { ["with an account"] = [], ["without one yet"] = [], ["nobody"] = [], ["local"] = [] };
        for (var i = 0; i < tries; i++)
        {
            await Guess("with an account", PrivateSlapd.Person(100 + i).Name);
            await Guess("without one yet", PrivateSlapd.Person(200 + i).Name);
            await Guess("nobody", $"timed-nobody-{i}");
            await Guess("local", $"timed-local-{i}");
        }

        var medians = took.ToDictionary(t => t.Key, t => t.Value.Order().ElementAt(tries / 2));
        Assert.True(medians.Values.Max() < medians.Values.Min() * 3, string.Join(", ", medians.Select(m => $"{m.Key} {m.Value.TotalMilliseconds:0} ms")));

        async Task Guess(string kind, string name)
        {
            var began = TimeProvider.System.GetTimestamp();
            await browser.Post("/api/session", new { name, password = "not the password" }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
            took[kind].Add(TimeProvider.System.GetElapsedTime(began));
        }
    }

    [Fact]
    public async Task Many_first_sign_ins_of_one_person_at_once_make_one_account()
    {
        var slapd = await PrivateSlapd.Shared;
        await using var front = Start(slapd).Factory;
        var (name, password) = PrivateSlapd.Person(40);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, SignInLimits.FreeForName).Select(_ => Try(front, name, password))), t => Assert.Equal(HttpStatusCode.OK, t.Status));
        Assert.Equal(1, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM users WHERE name = @name", new { name })));
    }

    [Fact]
    public async Task Groups_of_the_directory_are_found_by_those_who_manage_groups()
    {
        var slapd = await PrivateSlapd.Shared;
        await using var front = Start(slapd).Factory;
        using var admin = await host.SignedInByPassword("admin", AddressOf(front));
        var found = await admin.Http.GetFromJsonAsync<JsonElement>("/api/directory/groups?text=physics");
        Assert.Equal($"cn=physics,{PrivateSlapd.Groups}", found.GetProperty("groups")[0].GetProperty("dn").GetString());
        Assert.False(found.GetProperty("is_more").GetBoolean());
        Assert.True((await admin.Http.GetFromJsonAsync<JsonElement>("/api/directory/groups?text=course&limit=20")).GetProperty("is_more").GetBoolean());
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.Http.GetAsync("/api/directory/groups?limit=5000")).StatusCode);
        using var student = await host.SignedInByPassword("student", AddressOf(front));
        Assert.Equal(HttpStatusCode.Forbidden, (await student.Http.GetAsync("/api/directory/groups")).StatusCode);
        using var nowhere = await host.SignedInByPassword("admin");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await nowhere.Http.GetAsync("/api/directory/groups")).StatusCode);
    }

    private static Uri AddressOf(WebApplicationFactory<Program> front) =>
        new(front.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!.Addresses.First());

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(50, limit.Token);
    }

    private (WebApplicationFactory<Program> Factory, Uri Address) Start(PrivateSlapd slapd, params (string, object)[] more) => host.Start(
    [
        ("ldap.servers", (string[])[$"ldaps://127.0.0.1:{slapd.TlsPort}"]), ("ldap.ca_file", slapd.CaFile),
        ("ldap.bind_dn", PrivateSlapd.Reader), ("ldap.bind_password_file", slapd.ReaderPasswordFile),
        ("ldap.base", PrivateSlapd.People), ("ldap.group_base", PrivateSlapd.Groups), ("ldap.attributes", (string[])["departmentNumber"]), .. more,
    ]);

    private async Task<(HttpStatusCode Status, string? Code)> Try(WebApplicationFactory<Program> front, string name, string password)
    {
        using var browser = host.NewBrowser(AddressOf(front));
        await browser.Session();
        using var answer = await browser.Post("/api/session", new { name, password });
        return (answer.StatusCode, answer.IsSuccessStatusCode ? null : (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    private static async Task<JsonElement> User(Browser browser) => (await browser.Session()).GetProperty("user");

    private Task<long> NewGroup(string name, string dn) => host.Db.Transaction(s => UserGroupsTable.Insert(s, name, AccountSource.Ldap, dn, null));
}
