using System.Net;
using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Users;
using Broker.Frontend.Tests.SignIn;

namespace Broker.Frontend.Tests.Access;

/// <summary>Access rules of bases through the API.</summary>
public class AccessTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_changed_rule_counts_for_the_next_call_of_the_same_session_on_both_front_ends()
    {
        var (second, address) = host.Start();
        await using var _ = second;
        var origin = await Base();
        using var admin = await host.SignedIn("admin");
        using var here = await host.SignedIn("student");
        using var there = await host.SignedIn("student", address);
        var clone = await host.NewDomain(Name("clone"), host.Student, baseId: origin.Id);

        await Sees(true);
        await Set(admin, origin, [new { kind = "user", allowed = false, id = host.Student }]);
        await Sees(false);
        await Set(admin, origin, [new { kind = "user", allowed = true, id = host.Student }]);
        await Sees(true);
        await Set(admin, origin, [new { kind = "everybody", allowed = false }]);
        await Sees(false);

        async Task Sees(bool isAllowed)
        {
            foreach (var browser in (Browser[])[here, there, here])
            {
                var cards = (await browser.Get("/api/desktops").Gives(200)).GetProperty("desktops").EnumerateArray().ToList();
                Assert.Equal(isAllowed, cards.Any(c => c.GetProperty("base") is { ValueKind: JsonValueKind.Object } b && b.GetProperty("id").GetGuid() == origin.Id));
                // what is his stays in sight, and can be started only as long as he is let in
                var own = cards.Select(c => c.GetProperty("domain")).Single(d => d.ValueKind == JsonValueKind.Object && d.GetProperty("id").GetGuid() == clone.Id);
                Assert.Equal(isAllowed, own.GetProperty("may").EnumerateArray().Any(m => m.GetString() == "start_domain"));
                await browser.Get($"/api/domains/{origin.Id}").Gives(isAllowed ? 200 : 404);
                var start = await browser.Post("/api/requests", new { command = "start_domain", args = new { domain = clone.Id } });
                Assert.Equal(isAllowed, start.IsSuccessStatusCode);
                var copy = await browser.Post("/api/requests", new { command = "clone", args = new { @base = origin.Id } });
                Assert.Equal(isAllowed, copy.IsSuccessStatusCode);
                var open = await browser.Post($"/api/bases/{origin.Id}/open");
                Assert.Equal(isAllowed ? HttpStatusCode.Accepted : HttpStatusCode.NotFound, open.StatusCode);
            }
        }
    }

    [Fact]
    public async Task A_pool_hands_nothing_out_to_whom_the_rules_keep_away()
    {
        var origin = await Base();
        var free = DomainsTable.New(Name("free"), host.Admin, host.Node, 1024, 1) with { BaseId = origin.Id, State = DomainState.Active, PoolUse = PoolUse.Free };
        await host.Db.Transaction(async s =>
        {
            await DomainsTable.Insert(s, free);
            await s.Execute("UPDATE domains SET pool_clones = 1 WHERE id = @Id", new { origin.Id });
        });
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        await Set(admin, origin, [new { kind = "user", allowed = false, id = host.Student }]);
        await student.Post($"/api/bases/{origin.Id}/open").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        Assert.Equal(PoolUse.Free, (await Row(free.Id)).PoolUse);
        await Set(admin, origin, []);
        await student.Post($"/api/bases/{origin.Id}/open").Gives(202);
        Assert.Equal((PoolUse.HandedOut, host.Student), ((await Row(free.Id)).PoolUse, (await Row(free.Id)).OwnerId));
    }

    [Fact]
    public async Task Rules_about_clients_go_by_the_headers_of_the_call_and_are_kept_with_the_request()
    {
        var origin = await Base();
        var clone = await host.NewDomain(Name("clone"), host.Student, baseId: origin.Id);
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        await Set(admin, origin, [], [new { kind = "header", allowed = true, name = "user-agent", value = "firefox" }]);
        var start = new { command = "start_domain", args = new { domain = clone.Id } };

        await student.Get($"/api/domains/{origin.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await student.Post("/api/requests", start).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        // a header that rules don't ask about says nothing
        student.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "Firefox");
        await student.Post("/api/requests", start).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        student.Http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 Firefox/140.0");
        await student.Get($"/api/domains/{origin.Id}").Gives(200);
        var asked = await student.Post("/api/requests", start).Gives(202);
        var client = await host.Db.Read(s => s.First<string>("SELECT client FROM requests WHERE id = @id", new { id = asked.GetProperty("id").GetInt64() }));
        Assert.Contains("Firefox/140.0", client, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_change_the_rules_at_once_do_not_overwrite_each_other()
    {
        var origin = await Base();
        using var admin = await host.SignedIn("admin");
        var read = await admin.Get(Path(origin)).Gives(200);
        var version = read.GetProperty("version").GetString();
        Assert.Empty(read.GetProperty("people").EnumerateArray());
        await admin.Put(Path(origin), new { version, people = new[] { new { kind = "everybody", allowed = true } }, clients = Array.Empty<object>() }).Gives(200);
        await admin.Put(Path(origin), new { version, people = new[] { new { kind = "everybody", allowed = false } }, clients = Array.Empty<object>() })
            .Refuses(HttpStatusCode.Conflict, "changed_meanwhile");
        Assert.True(Assert.Single((await Row(origin.Id)).Access!.People).Allowed);
    }

    [Fact]
    public async Task Rules_are_read_as_they_were_written_with_names_in_place_of_keys()
    {
        var origin = await Base();
        var teachers = await host.Db.Transaction(s => UserGroupsTable.Insert(s, Name("Teachers"), AccountSource.Local, null, null));
        var name = await host.Db.Read(s => s.First<string>("SELECT name FROM user_groups WHERE id = @teachers", new { teachers }));
        using var admin = await host.SignedIn("admin");
        var rules = await Set(admin, origin,
        [
            new { kind = "attribute", allowed = true, name = " department ", value = " physics", last = true },
            new { kind = "group", allowed = true, name },
            new { kind = "user", allowed = false, name = "other" },
            new { kind = "everybody", allowed = false },
        ], [new { kind = "header", allowed = false, name = "accept-language", value = "xx" }]);
        Assert.Equal(["department = physics", $"group {name}", "user other", "default"], Texts(rules, "people"));
        Assert.Equal(["Accept-Language = xx", "default"], Texts(rules, "clients"));
        Assert.Equal((teachers, name), (rules.GetProperty("people")[1].GetProperty("id").GetInt64(), rules.GetProperty("people")[1].GetProperty("name").GetString()));
        Assert.Equal(rules.GetRawText(), (await admin.Get(Path(origin)).Gives(200)).GetRawText());
        Assert.Equal("set_access", await host.Db.Read(s => s.First<string>("SELECT action FROM audit WHERE subject = @Name ORDER BY id DESC LIMIT 1", new { origin.Name })));

        await Refused("There is no group called", new { kind = "group", allowed = true, name = "Nobodies" });
        await Refused("There is no group 4711", new { kind = "group", allowed = true, id = 4711 });
        await Refused("There is no user 4711", new { kind = "user", allowed = true, id = 4711 });
        await Refused("Rule 1 of people names no group", new { kind = "group", allowed = true });
        await Refused("asks the same as rule 1", new { kind = "user", allowed = true, name = "other" }, new { kind = "user", allowed = true, id = host.Other });
        await Refused("at most 200", [.. Enumerable.Range(1, 201).Select(i => new { kind = "attribute", allowed = true, name = "a", value = $"{i}" })]);
        Assert.Equal(rules.GetProperty("version").GetString(), (await Row(origin.Id)).Access!.Version);

        async Task Refused(string why, params object[] people)
        {
            var refused = await admin.Put(Path(origin), new { version = rules.GetProperty("version").GetString(), people, clients = Array.Empty<object>() }).Gives(400);
            Assert.Contains(why, refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_may_and_why_somebody_may_not_is_told_to_those_who_may_publish()
    {
        var origin = await Base();
        var physics = Name("physics");
        var ana = await host.NewUser(Name("ana"));
        var bob = await host.NewUser(Name("ana-too"));
        var off = await host.NewUser(Name("ana-off"));
        await host.Db.Transaction(async s =>
        {
            await UserAttributesTable.Set(s, ana, [("department", physics), ("mail", "ana@example.org")]);
            await UserAttributesTable.Set(s, bob, [("department", physics)]);
            await UsersTable.SetDisabled(s, off, true);
        });
        var names = (await host.Db.Read(s => s.Query<(long Id, string Name)>("SELECT id, name FROM users"))).ToDictionary(u => u.Id, u => u.Name);
        using var admin = await host.SignedIn("admin");
        await Set(admin, origin, [new { kind = "user", allowed = false, id = bob }, new { kind = "attribute", allowed = true, name = "department", value = physics }, new { kind = "everybody", allowed = false }],
            [new { kind = "header", allowed = true, name = "User-Agent", value = "Firefox" }]);

        // administrators, whose base it is, and those of that department but one
        var who = await admin.Get($"{Path(origin)}/who").Gives(200);
        var people = who.GetProperty("people").EnumerateArray().ToDictionary(p => p.GetProperty("id").GetInt64(), p => p.GetProperty("why").GetString());
        Assert.Equal([host.Admin, ana], people.Keys.Order());
        Assert.Equal(("allowed: he is an administrator", $"allowed: rule 2, department = {physics}"), (people[host.Admin], people[ana]));
        Assert.Equal(JsonValueKind.Null, who.GetProperty("next").ValueKind);
        var first = await admin.Get($"{Path(origin)}/who?limit=1").Gives(200);
        var rest = await admin.Get($"{Path(origin)}/who?limit=1&after={first.GetProperty("next").GetString()}").Gives(200);
        Assert.Equal([host.Admin, ana], new[] { first, rest }.Select(p => p.GetProperty("people")[0].GetProperty("id").GetInt64()));
        Assert.Equal(ana, (await admin.Get($"{Path(origin)}/who?q={names[ana]}").Gives(200)).GetProperty("people")[0].GetProperty("id").GetInt64());

        Assert.Equal((true, $"allowed: rule 2, department = {physics}"), await Why(ana));
        Assert.Equal((false, $"denied: rule 1, user {names[bob]}"), await Why(bob));
        Assert.Equal((false, "denied: rule 3, default"), await Why(host.Student));
        Assert.False((await admin.Get($"{Path(origin)}/explain?user={names[ana]}&header=User-Agent:%20Chrome").Gives(200)).GetProperty("is_allowed").GetBoolean());
        Assert.True((await admin.Get($"{Path(origin)}/explain?user={names[ana]}&header=User-Agent:%20Firefox&header=Accept-Language:%20ca").Gives(200)).GetProperty("is_allowed").GetBoolean());
        Assert.Contains("disabled", (await admin.Get($"{Path(origin)}/explain?user={names[off]}").Gives(200)).GetProperty("reasons")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        await admin.Get($"{Path(origin)}/explain?user=nobody-at-all").Refuses(HttpStatusCode.NotFound, "unknown_user");
        await admin.Get($"{Path(origin)}/explain?user=other&header=Cookie:x").Refuses(HttpStatusCode.BadRequest, "bad_arguments");

        // what one person alone has is his own business
        var attributes = (await admin.Get($"{Path(origin)}/attributes").Gives(200)).GetProperty("attributes").EnumerateArray().ToDictionary(a => a.GetProperty("name").GetString()!);
        Assert.Equal((physics, 2), (attributes["department"].GetProperty("values")[0].GetProperty("value").GetString(), attributes["department"].GetProperty("values")[0].GetProperty("people").GetInt64()));
        Assert.Empty(attributes["mail"].GetProperty("values").EnumerateArray());

        using var student = await host.SignedIn("student");
        foreach (var path in (string[])["", "/who", "/explain?user=other", "/attributes"]) await student.Get(Path(origin) + path).Gives(404);

        async Task<(bool, string?)> Why(long user)
        {
            var told = await admin.Get($"{Path(origin)}/explain?user={names[user]}").Gives(200);
            return (told.GetProperty("is_allowed").GetBoolean(), told.GetProperty("reasons").EnumerateArray().Single(r => r.GetProperty("step").GetString() == "people").GetProperty("text").GetString());
        }
    }

    [Fact]
    public async Task From_where_a_base_can_not_be_used_is_told_and_whose_address_it_is_only_to_those_who_look_after_the_hosts()
    {
        var origin = await Base();
        using var admin = await host.SignedIn("admin");
        var lab = Name("lab");
        var network = await admin.Post("/api/client-networks", new { name = lab, addresses = (string[])["198.51.100.0/24"], bases = "chosen" }).Gives(201);
        var path = Path(origin);

        var unasked = await admin.Get($"{path}/explain?user=student").Gives(200);
        Assert.True(unasked.GetProperty("is_allowed").GetBoolean());
        Assert.Contains($"can't be used from {lab}", Network(unasked), StringComparison.Ordinal);
        Assert.Contains(lab, (await admin.Get($"{path}/who").Gives(200)).GetProperty("closed_from").EnumerateArray().Select(n => n.GetString()));
        Assert.Contains(host.Student, await Who(""));

        var there = await admin.Get($"{path}/explain?user=student&address=198.51.100.7").Gives(200);
        Assert.False(there.GetProperty("is_allowed").GetBoolean());
        Assert.Contains($"not among those that can be used from the network {lab}", Network(there), StringComparison.Ordinal);
        Assert.Equal([host.Admin], await Who("?address=198.51.100.7"));
        await admin.Put($"/api/client-networks/{network.GetProperty("id").GetInt64()}/bases/{origin.Id}", new { is_allowed = true, is_anonymous = false }).Gives(200);
        Assert.True((await admin.Get($"{path}/explain?user=student&address=198.51.100.7").Gives(200)).GetProperty("is_allowed").GetBoolean());
        await admin.Get($"{path}/explain?user=student&address=lab").Refuses(HttpStatusCode.BadRequest, "bad_arguments");

        var teacher = await host.NewUser(Name("teacher"));
        await host.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@teacher, 'create_base', 'all'), (@teacher, 'view', 'all')", new { teacher }));
        using var publisher = await host.SignedIn((await host.Db.Read(s => UsersTable.PersonName(s, teacher)))!);
        await publisher.Get($"{path}/explain?user=student").Gives(200);
        await publisher.Get($"{path}/explain?user=student&address=198.51.100.7").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await publisher.Get($"{path}/who?address=198.51.100.7").Refuses(HttpStatusCode.Forbidden, "not_allowed");

        static string? Network(JsonElement told) => told.GetProperty("reasons").EnumerateArray().Single(r => r.GetProperty("step").GetString() == "network").GetProperty("text").GetString();
        async Task<IEnumerable<long>> Who(string query) => (await admin.Get($"{path}/who{query}").Gives(200)).GetProperty("people").EnumerateArray().Select(p => p.GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task Whatever_changes_what_somebody_may_do_counts_for_the_next_call_of_sessions_that_are_there()
    {
        var (second, address) = host.Start();
        await using var _ = second;
        var name = Name("changed");
        var id = await host.NewUser(name);
        var theirs = await host.NewDomain(Name("theirs"), host.Other);
        var origin = await Base();
        using var admin = await host.SignedIn("admin");
        using var here = await host.SignedIn(name);
        using var there = await host.SignedIn(name, address);

        await Counts(() => admin.Put($"/api/users/{id}/grants/view", new { reach = "all" }).Gives(200), Answers($"/api/domains/{theirs.Id}", 200));
        await Counts(() => admin.Put($"/api/users/{id}/grants/view", new { reach = "own" }).Gives(200), Answers($"/api/domains/{theirs.Id}", 404));

        var group = (await admin.Post("/api/groups", new { name = Name("auditors") }).Gives(201)).GetProperty("id").GetInt64();
        await admin.Put($"/api/groups/{group}/grants/read_audit", new { reach = "all" }).Gives(200);
        await Counts(() => admin.Put($"/api/groups/{group}/members/{id}", new { }).Gives(200), Answers("/api/audit", 200));
        await Counts(() => admin.Delete($"/api/groups/{group}/grants/read_audit").Gives(200), Answers("/api/audit", 403));
        await Counts(() => admin.Put($"/api/groups/{group}/grants/read_audit", new { reach = "all" }).Gives(200), Answers("/api/audit", 200));
        await Counts(() => admin.Delete($"/api/groups/{group}").Gives(204), Answers("/api/audit", 403));

        await Counts(() => admin.Put($"/api/users/{id}/limits", new { clone_limit = 7 }).Gives(200), async browser =>
            (await browser.Get("/api/session/limits").Gives(200)).GetProperty("clone_limit").GetProperty("most").GetInt32() == 7);

        var network = Name("here");
        await Counts(() => admin.Post("/api/client-networks", new { name = network, addresses = (string[])["127.0.0.0/8"], bases = "none" }).Gives(201), Answers($"/api/domains/{origin.Id}", 404));
        var key = await host.Db.Read(s => s.First<long>("SELECT id FROM client_networks WHERE name = @network", new { network }));
        await Counts(() => admin.Put($"/api/client-networks/{key}", new { name = network, addresses = (string[])["127.0.0.0/8"], bases = "all" }).Gives(200), Answers($"/api/domains/{origin.Id}", 200));
        await Counts(() => admin.Put($"/api/client-networks/{key}/bases/{origin.Id}", new { is_allowed = false, is_anonymous = false }).Gives(200), Answers($"/api/domains/{origin.Id}", 404));
        await Counts(() => admin.Delete($"/api/client-networks/{key}").Gives(204), Answers($"/api/domains/{origin.Id}", 200));

        await Counts(() => admin.Put($"/api/users/{id}/disabled", new { is_disabled = true }).Gives(200), Answers("/api/desktops", 401));

        // Both remember who he is by then: what he may do, the one that was told of the change knows at once, the other one long before it asks anew.
        async Task Counts(Func<Task> change, Func<Browser, Task<bool>> isSo)
        {
            foreach (var browser in (Browser[])[here, there]) Assert.False(await isSo(browser));
            await change();
            Assert.True(await isSo(here));
            await SessionTests.Eventually(() => isSo(there));
        }

        static Func<Browser, Task<bool>> Answers(string path, int status) => async browser => (int)(await browser.Get(path)).StatusCode == status;
    }

    private static string Path(DomainRow origin) => $"/api/bases/{origin.Id}/access";

    private static string Name(string what) => $"{what}-{Guid.NewGuid().ToString("n")[..8]}";

    private static IEnumerable<string?> Texts(JsonElement rules, string list) => rules.GetProperty(list).EnumerateArray().Select(r => r.GetProperty("text").GetString());

    private Task<DomainRow> Base() => host.NewDomain(Name("base"), host.Admin, isBase: true, isPublic: true);

    private async Task<DomainRow> Row(Guid id) => (await host.Db.Read(s => DomainsTable.Get(s, id)))!;

    private static async Task<JsonElement> Set(Browser admin, DomainRow origin, object[] people, object[]? clients = null)
    {
        var version = (await admin.Get(Path(origin)).Gives(200)).GetProperty("version").GetString();
        return await admin.Put(Path(origin), new { version, people, clients = clients ?? [] }).Gives(200);
    }
}
