using System.Net;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Settings;
using Broker.Core.Users;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Broker.Frontend.Tests.Guests;

/// <summary>People who use a base without signing in, each from an address of his own behind a trusted proxy.</summary>
public sealed class GuestsTests(FrontendHost host) : IClassFixture<FrontendHost>, IAsyncLifetime
{
    private static int _rooms;
    private WebApplicationFactory<Program> _factory = null!;
    private Uri _address = null!;
    private DomainRow _base = null!;
    private DomainRow _other = null!;
    private ClientNetwork _network = null!;
    private string _room = "";

    public async Task InitializeAsync()
    {
        (_factory, _address) = host.Start(("trusted_proxies", (string[])["127.0.0.0/8"]));
        var room = Interlocked.Increment(ref _rooms);
        _room = $"203.0.{room}";
        _base = await host.NewDomain($"b-kiosk-{room}", host.Admin, isBase: true);
        _other = await host.NewDomain($"b-public-{room}", host.Admin, isBase: true, isPublic: true);
        await host.Db.Transaction(async s =>
        {
            var id = await ClientNetworksTable.Insert(s, new ClientNetwork { Name = $"Kiosk {room}", Addresses = [$"{_room}.0/24"], Bases = NetworkBases.All });
            await ClientNetworksTable.Say(s, await ClientNetworksTable.Lock(s, id), _base.Id, new NetworkBase(true, true));
            _network = await ClientNetworksTable.Lock(s, id);
        });
    }

    public async Task DisposeAsync() => await _factory.DisposeAsync();

    [Fact]
    public async Task Who_sits_where_a_base_is_for_guests_sees_it_and_gets_a_temporary_desktop_that_ends()
    {
        using var guest = await Visitor(1);
        Assert.Equal([_base.Name], (await guest.Get("/api/guests").Gives(HttpStatusCode.OK)).GetProperty("bases").EnumerateArray().Select(b => b.GetProperty("name").GetString()));
        var opened = (await guest.Post("/api/guests", new { @base = _base.Id }).Gives(HttpStatusCode.Accepted)).GetProperty("domain");
        var id = opened.GetProperty("id").GetGuid();
        Assert.True(opened.GetProperty("is_volatile").GetBoolean());
        var row = (await host.Db.Read(s => DomainsTable.Get(s, id)))!;
        Assert.Equal((true, 120 * 60, true), (row.ShutdownDisconnected, row.RunTimeoutSeconds, row.IsVolatile));
        var user = (await host.Db.Read(s => UsersTable.Get(s, row.OwnerId)))!;
        Assert.True(user.IsTemporary && user.PasswordHash is null && user.ExpiresAt is { } end && end - user.CreatedAt <= TimeSpan.FromMinutes(121));

        // the same click again, and the page of desktops, lead to the same one
        await guest.Session();
        Assert.Equal(id, (await guest.Post("/api/guests", new { @base = _base.Id }).Gives(HttpStatusCode.Accepted)).GetProperty("domain").GetProperty("id").GetGuid());
        var desktop = Assert.Single((await guest.Get("/api/desktops").Gives(HttpStatusCode.OK)).GetProperty("desktops").EnumerateArray());
        Assert.Equal(id, desktop.GetProperty("domain").GetProperty("id").GetGuid());
        Assert.Equal(_base.Id, desktop.GetProperty("base").GetProperty("id").GetGuid());

        // he has nothing to show, now or later: no token and no second factor
        await guest.Post("/api/tokens", SignIn.RecentProofTests.Token("mine")).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await guest.Post("/api/session/second-factor/enrolment").Refuses(HttpStatusCode.Forbidden, "not_allowed");

        // who signs out is gone for good
        await guest.Delete("/api/session").Gives(HttpStatusCode.NoContent);
        Assert.True((await host.Db.Read(s => UsersTable.Get(s, user.Id)))!.IsDisabled);
    }

    [Fact]
    public async Task A_guest_may_use_that_desktop_and_nothing_else()
    {
        var students = await host.NewDomain("d-of-student", host.Student, DomainState.Active, _base.Id);
        using var guest = await Visitor(2);
        var id = (await guest.Post("/api/guests", new { @base = _base.Id }).Gives(HttpStatusCode.Accepted)).GetProperty("domain").GetProperty("id").GetGuid();
        await guest.Session();
        await guest.Post($"/api/bases/{_other.Id}/open").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await guest.Post("/api/guests", new { @base = _other.Id }).Refuses(HttpStatusCode.Conflict, "other_guest");
        await guest.Get($"/api/domains/{students.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        // one desktop, however it is asked for
        await Ask("clone", new { @base = _base.Id }).Refuses(HttpStatusCode.Conflict, "guest_has_one");
        await Ask("clone", new { @base = _base.Id, name = "another" }).Refuses(HttpStatusCode.Conflict, "guest_has_one");
        await Ask("copy_domain", new { source = id }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await Ask("take_snapshot", new { domain = id }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await Ask("hibernate_domain", new { domain = id }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await guest.Put($"/api/domains/{id}/description", new { alias = "Mine", description = (string?)null }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await guest.Get("/api/users").Refuses(HttpStatusCode.Forbidden, "not_allowed");

        Task<HttpResponseMessage> Ask(string command, object args) => guest.Post("/api/requests", new { command, args });
    }

    [Fact]
    public async Task Elsewhere_without_the_token_and_for_who_is_somebody_there_is_nothing_for_guests()
    {
        using var elsewhere = await Visitor(3, "198.51.100.3");
        Assert.Empty((await elsewhere.Get("/api/guests").Gives(HttpStatusCode.OK)).GetProperty("bases").EnumerateArray());
        await elsewhere.Post("/api/guests", new { @base = _base.Id }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        using var guest = await Visitor(3);
        await guest.Post("/api/guests", new { @base = _other.Id }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await guest.Post("/api/guests", new { @base = Guid.NewGuid() }).Refuses(HttpStatusCode.NotFound, "unknown_domain");
        await guest.Get($"/api/bases/{_base.Id}/picture").Refuses(HttpStatusCode.Unauthorized, "not_signed_in");
        guest.Csrf = "forged";
        await guest.Post("/api/guests", new { @base = _base.Id }).Refuses(HttpStatusCode.BadRequest, "bad_csrf_token");
        using var student = await host.SignedIn("student", _address);
        await student.Post("/api/guests", new { @base = _base.Id }).Refuses(HttpStatusCode.Conflict, "signed_in");

        // it is for guests no more: also for who is here already
        using var late = await Visitor(4);
        var id = (await late.Post("/api/guests", new { @base = _base.Id }).Gives(HttpStatusCode.Accepted)).GetProperty("domain").GetProperty("id").GetGuid();
        await late.Session();
        await host.Db.Transaction(async s => await ClientNetworksTable.Say(s, await ClientNetworksTable.Lock(s, _network.Id), _base.Id, new NetworkBase(false, false)));
        await SignIn.SessionTests.Eventually(async () => (await late.Post("/api/requests", new { command = "start_domain", args = new { domain = id } })).StatusCode == HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task There_are_no_more_than_may_be_from_one_address_and_in_all_also_when_they_come_at_once()
    {
        var settings = await host.Db.Read(SiteSettingsTable.Read);
        var there = await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM guests"));
        await host.Db.Transaction(s => SiteSettingsTable.Write(s, settings with { Guests = (int)there + 3 }));
        try
        {
            var crowd = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Visitor(5)));
            var answers = await Task.WhenAll(crowd.Select(v => v.Post("/api/guests", new { @base = _base.Id })));
            Assert.Equal(2, answers.Count(a => a.StatusCode == HttpStatusCode.Accepted));
            await Task.FromResult(answers.First(a => a.StatusCode != HttpStatusCode.Accepted)).Refuses(HttpStatusCode.Conflict, "too_many_guests");
            using var third = await Visitor(6);
            await third.Post("/api/guests", new { @base = _base.Id }).Gives(HttpStatusCode.Accepted);
            using var fourth = await Visitor(7);
            await fourth.Post("/api/guests", new { @base = _base.Id }).Refuses(HttpStatusCode.Conflict, "too_many_guests");
            Assert.Equal(3, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM domains WHERE base_id = @Id", new { _base.Id })));
            foreach (var visitor in crowd) visitor.Dispose();
        }
        finally
        {
            await host.Db.Transaction(s => SiteSettingsTable.Write(s, settings with { Guests = 1000 }));
        }
    }

    private async Task<Browser> Visitor(int who, string? address = null)
    {
        var browser = host.NewBrowser(_address);
        browser.Http.DefaultRequestHeaders.Add("X-Forwarded-For", address ?? $"{_room}.{who}");
        await browser.Session();
        return browser;
    }
}
