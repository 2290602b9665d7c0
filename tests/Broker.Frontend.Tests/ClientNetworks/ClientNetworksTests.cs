using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Users;
using Broker.Frontend.Tests.SignIn;

namespace Broker.Frontend.Tests.ClientNetworks;

public class ClientNetworksTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task They_are_added_moved_changed_and_removed_by_those_who_look_after_the_hosts()
    {
        using var admin = await host.SignedIn("admin");
        var room = await admin.Post("/api/client-networks", new { name = "Room 7", addresses = (string[])["10.1.7.3/24"], bases = "chosen" }).Gives(HttpStatusCode.Created);
        var id = room.GetProperty("id").GetInt64();
        Assert.Equal((1, "10.1.7.0/24"), (room.GetProperty("position").GetInt32(), room.GetProperty("addresses")[0].GetString()));

        var @base = await host.NewDomain("b-networks", host.Admin, isBase: true);
        var said = await admin.Put($"/api/client-networks/{id}/bases/{@base.Id}", new { is_allowed = true, is_anonymous = true }).Gives(HttpStatusCode.OK);
        Assert.Equal("b-networks", said.GetProperty("said")[0].GetProperty("base_name").GetString());
        var there = (await Which(admin, $"?address=10.1.7.9&base={@base.Id}")).GetProperty("base");
        Assert.True(there.GetProperty("is_allowed").GetBoolean() && there.GetProperty("is_anonymous").GetBoolean());
        await admin.Delete($"/api/client-networks/{id}/bases/{@base.Id}").Gives(HttpStatusCode.OK);
        Assert.False((await Which(admin, $"?address=10.1.7.9&base={@base.Id}")).GetProperty("base").GetProperty("is_allowed").GetBoolean());

        await admin.Put($"/api/client-networks/{id}", new { name = "Room 8", addresses = (string[])["10.1.8.0/24", "2001:db8:8::/64"], bases = "all", requires_password = true, position = 3 }).Gives(HttpStatusCode.OK);
        Assert.Equal(["This machine", "Private addresses", "Room 8", "Everywhere else"],
            (await admin.Get("/api/client-networks").Gives(HttpStatusCode.OK)).GetProperty("networks").EnumerateArray().Select(n => n.GetProperty("name").GetString()));
        Assert.Equal("Room 8", (await Which(admin, "?address=2001:db8:8::9")).GetProperty("network").GetString());
        await admin.Delete($"/api/client-networks/{id}").Gives(HttpStatusCode.NoContent);
        Assert.Equal(["client_network_added", "client_network_base", "client_network_base", "client_network_changed", "client_network_removed"],
            await host.Db.Read(s => s.Query<string>("SELECT action FROM audit WHERE subject IN ('Room 7', 'Room 8') ORDER BY id")));
    }

    [Fact]
    public async Task What_can_not_be_is_refused()
    {
        using var admin = await host.SignedIn("admin");
        await admin.Post("/api/client-networks", new { name = "Short", addresses = (string[])["10/8"], bases = "all" }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await admin.Post("/api/client-networks", new { name = "Empty", addresses = Array.Empty<string>(), bases = "all" }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await admin.Post("/api/client-networks", new { name = "this machine", addresses = (string[])["10.0.0.0/8"], bases = "all" }).Refuses(HttpStatusCode.Conflict, "name_taken");
        await admin.Put("/api/client-networks/4711", new { name = "x", addresses = (string[])["10.0.0.0/8"], bases = "all" }).Refuses(HttpStatusCode.NotFound, "unknown_network");
        await admin.Put($"/api/client-networks/1/bases/{Guid.NewGuid()}", new { is_allowed = true, is_anonymous = false }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await admin.Get("/api/client-network?address=everywhere").Refuses(HttpStatusCode.BadRequest, "bad_arguments");
    }

    [Fact]
    public async Task A_base_that_is_not_for_everybody_is_opened_to_guests_only_by_those_who_may_publish_it()
    {
        var secret = await host.NewDomain("b-secret", host.Admin, isBase: true);
        var narrow = await host.NewDomain("b-narrow", host.Admin, isBase: true, isPublic: true);
        var common = await host.NewDomain("b-common", host.Admin, isBase: true, isPublic: true);
        await host.Db.Transaction(async s => await BaseRules.Change(s, (await UsersTable.Caller(s, host.Admin, null))!, (await DomainsTable.Lock(s, narrow.Id))!,
            new AccessRules([new AccessRule(RuleKind.User, Allowed: true) { Id = host.Student }], []), seen: null));
        var id = await host.NewUser("network-keeper");
        await host.Db.Transaction(s => UsersTable.SetGrant(s, id, Grant.Operate, Reach.All));
        using var keeper = await host.SignedIn("network-keeper");
        var network = await keeper.Post("/api/client-networks", new { name = "Lobby", addresses = (string[])["10.9.9.0/24"], bases = "all", position = 1000 }).Gives(HttpStatusCode.Created);
        var to = $"/api/client-networks/{network.GetProperty("id").GetInt64()}/bases/";
        foreach (var kept in (DomainRow[])[secret, narrow])
        {
            await keeper.Put(to + kept.Id, new { is_allowed = true, is_anonymous = true }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
            await keeper.Put(to + kept.Id, new { is_allowed = true, is_anonymous = false }).Gives(HttpStatusCode.OK);
        }

        await keeper.Put(to + common.Id, new { is_allowed = true, is_anonymous = true }).Gives(HttpStatusCode.OK);
        using var admin = await host.SignedIn("admin");
        await admin.Put(to + secret.Id, new { is_allowed = true, is_anonymous = true }).Gives(HttpStatusCode.OK);
        await keeper.Put(to + secret.Id, new { is_allowed = true, is_anonymous = true }).Gives(HttpStatusCode.OK);
        await keeper.Delete($"/api/client-networks/{network.GetProperty("id").GetInt64()}").Gives(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Everybody_learns_where_he_is_and_only_those_who_look_after_the_hosts_where_others_are()
    {
        using var student = await host.SignedIn("student");
        var here = await Which(student, "");
        Assert.Equal(("127.0.0.1", "This machine"), (here.GetProperty("address").GetString(), here.GetProperty("network").GetString()));
        await student.Get("/api/client-network?address=10.0.0.1").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Get($"/api/client-network?base={Guid.NewGuid()}").Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    [Fact]
    public async Task Where_somebody_is_a_trusted_proxy_says_and_what_he_wrote_himself_counts_for_nothing()
    {
        var (factory, behind) = host.Start(("trusted_proxies", (string[])["127.0.0.0/8", "10.0.0.0/8", "2001:db8:f::/48"]));
        await using var proxied = factory;
        using var trusting = await host.SignedIn("student", behind);
        using var other = await host.SignedIn("student");
        foreach (var (forwarded, address) in ((string, string)[])
        [
            ("203.0.113.9", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 10.0.0.7", "203.0.113.9"),
            ("198.51.100.1, 203.0.113.9, 10.0.0.7, 127.0.0.2", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("2001:db8::9", "2001:db8::9"),
            ("[2001:db8::9]:4711", "2001:db8::9"),
            ("2001:db8::1, 2001:db8:f::7", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, not an address", "127.0.0.1"),
            ("unknown", "127.0.0.1"),
        ])
        {
            Assert.Equal((forwarded, address), (forwarded, await Seen(trusting, forwarded)));
            Assert.Equal((forwarded, "127.0.0.1"), (forwarded, await Seen(other, forwarded)));
        }

        static async Task<string?> Seen(Browser browser, string forwarded)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/client-network");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
            request.Headers.Add("X-Real-IP", "198.51.100.77");
            request.Headers.Add("Forwarded", "for=198.51.100.77");
            return (await browser.Http.SendAsync(request).Gives(HttpStatusCode.OK)).GetProperty("address").GetString();
        }
    }

    [Fact]
    public async Task What_can_not_be_used_from_where_somebody_is_is_not_among_his_desktops_there_and_can_not_be_made_started_or_looked_at()
    {
        var (factory, behind) = host.Start(("trusted_proxies", (string[])["127.0.0.0/8"]));
        await using var proxied = factory;
        var @base = await host.NewDomain("b-outside", host.Admin, isBase: true, isPublic: true);
        var off = await host.NewDomain("d-off", host.Student, DomainState.Shutdown, @base.Id);
        var on = await host.NewDomain("d-on", host.Student, DomainState.Active, @base.Id);
        await host.Db.Transaction(s => DisplaysTable.Set(s, on.Id, DisplayKind.Vnc, "/nowhere"));
        using var admin = await host.SignedIn("admin", behind);
        var outside = await admin.Post("/api/client-networks", new { name = "Outside", addresses = (string[])["198.51.100.0/24"], bases = "all" }).Gives(HttpStatusCode.Created);
        using var student = await host.SignedIn("student", behind);
        using var elsewhere = await host.SignedIn("student", behind);
        foreach (var browser in (Browser[])[admin, student]) browser.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7");

        Assert.True(await IsOffered(student));
        var ticket = (await student.Post($"/api/domains/{on.Id}/display-ticket").Gives(HttpStatusCode.Created)).GetProperty("ticket").GetString()!;
        await admin.Put($"/api/client-networks/{outside.GetProperty("id").GetInt64()}", new { name = "Outside", addresses = (string[])["198.51.100.0/24"], bases = "none" }).Gives(HttpStatusCode.OK);

        await SessionTests.Eventually(async () => !await IsOffered(student));
        Assert.True(await IsOffered(elsewhere));
        Assert.True(await IsOffered(admin));
        await student.Post($"/api/bases/{@base.Id}/open").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await student.Post("/api/requests", new { command = "clone", args = new { @base = @base.Id } }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await student.Post("/api/requests", new { command = "start_domain", args = new { domain = off.Id } }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Post($"/api/domains/{on.Id}/display-ticket").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Get($"/api/domains/{on.Id}").Gives(HttpStatusCode.OK);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Forwarded-For", "198.51.100.7");
        await Assert.ThrowsAsync<WebSocketException>(() => student.OpenDisplay(ticket, socket));
        await elsewhere.Post("/api/requests", new { command = "start_domain", args = new { domain = off.Id } }).Gives(HttpStatusCode.Accepted);

        async Task<bool> IsOffered(Browser browser) => (await browser.Get("/api/desktops").Gives(HttpStatusCode.OK)).GetProperty("desktops").EnumerateArray()
            .Any(d => d.GetProperty("base") is { ValueKind: JsonValueKind.Object } b && b.GetProperty("id").GetGuid() == @base.Id);
    }

    private static Task<JsonElement> Which(Browser browser, string query) => browser.Get("/api/client-network" + query).Gives(HttpStatusCode.OK);
}
