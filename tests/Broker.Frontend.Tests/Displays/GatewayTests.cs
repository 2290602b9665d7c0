using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Frontend.Displays;
using Broker.Frontend.Tests.SignIn;

namespace Broker.Frontend.Tests.Displays;

public class GatewayTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task The_handshake_is_done_for_both_sides_and_bytes_go_through_unchanged()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Echo);
        var domain = await Running("through", display.Path);
        using var browser = await host.SignedIn("student");
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        Assert.Equal("binary", socket.SubProtocol);
        await Settle(socket);

        var sent = RandomNumberGenerator.GetBytes(3_000_000);
        var sending = Task.Run(async () =>
        {
            for (var at = 0; at < sent.Length;)
            {
                var length = Math.Min(RandomNumberGenerator.GetInt32(1, 100_000), sent.Length - at);
                await socket.SendAsync(sent.AsMemory(at, length), WebSocketMessageType.Binary, true, default);
                at += length;
            }
        });
        var heard = await Hear(socket, sent.Length);
        Assert.True(sent.SequenceEqual(heard));
        await sending;

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default).WaitAsync(Soon);
        await display.HungUp.Task.WaitAsync(Soon);
        await SessionTests.Eventually(() => host.Db.Read(async s => await s.First<int>(
            "SELECT COUNT(*) FROM display_sessions WHERE domain_id = @domain AND user_id = @Student AND address = '127.0.0.1' AND ended_at IS NOT NULL AND bytes_to_guest = @Length AND bytes_from_guest = @Length",
            new { domain, host.Student, sent.Length }) == 1));
    }

    [Fact]
    public async Task A_ticket_opens_once()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("once", display.Path);
        using var browser = await host.SignedIn("student");
        var ticket = await Ticket(browser, domain);
        using var first = await browser.OpenDisplay(ticket);
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(browser, ticket));
    }

    [Fact]
    public async Task Of_many_who_use_one_ticket_at_once_one_gets_in()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("race", display.Path);
        using var browser = await host.SignedIn("student");
        var ticket = await Ticket(browser, domain);
        var opened = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var socket = new ClientWebSocket();
            try
            {
                await browser.OpenDisplay(ticket, socket);
                return 1;
            }
            catch (WebSocketException)
            {
                return 0;
            }
        }));
        Assert.Equal(1, opened.Sum());
    }

    [Fact]
    public async Task A_ticket_is_bound_to_its_session_and_its_user()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("bound", display.Path);
        using var browser = await host.SignedIn("student");
        using var sameUser = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        using var admin = await host.SignedIn("admin");
        using var nobody = host.NewBrowser();
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(sameUser, await Ticket(browser, domain)));
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(other, await Ticket(browser, domain)));
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(admin, await Ticket(browser, domain)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Refusal(nobody, await Ticket(browser, domain)));
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(browser, "made-up"));
    }

    [Fact]
    public async Task A_ticket_gets_old()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("old", display.Path);
        using var browser = await host.SignedIn("student");
        var ticket = await Ticket(browser, domain);
        var seconds = await host.Db.Read(s => s.First<double>("SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), expires_at) / 1000000 FROM display_tickets WHERE domain_id = @domain", new { domain }));
        Assert.InRange(seconds, 1, 30);
        await host.Db.Transaction(s => s.Execute("UPDATE display_tickets SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE domain_id = @domain", new { domain }));
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(browser, ticket));
    }

    [Fact]
    public async Task The_ticket_itself_is_nowhere_in_the_database()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("hashed", display.Path);
        using var browser = await host.SignedIn("student");
        var ticket = await Ticket(browser, domain);
        Assert.Equal(32, ticket.Length);
        var rows = await host.Db.Read(s => s.Query<string>("SELECT ticket_hash FROM display_tickets"));
        Assert.DoesNotContain(rows, r => r.Contains(ticket, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1")]
    public async Task A_page_of_somebody_else_cannot_open_a_display(string origin)
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running($"origin-{Guid.NewGuid():n}", display.Path);
        using var browser = await host.SignedIn("student");
        var ticket = await Ticket(browser, domain);
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(browser, ticket, origin));
        // and has not used it up
        using var socket = await browser.OpenDisplay(ticket);
    }

    [Fact]
    public async Task A_public_origin_that_is_set_is_one_of_ours()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("public-origin", display.Path);
        var (factory, address) = host.Start(("public_origins", (string[])["https://desktops.example", "https://other.example"]));
        await using var behindProxy = factory;
        using var browser = await host.SignedIn("student", address);
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(browser, await Ticket(browser, domain), "https://desktops.example.evil.example"));
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain), origin: "https://other.example");
    }

    [Fact]
    public async Task Only_who_may_see_a_running_desktop_gets_a_ticket()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("tickets", display.Path);
        using var other = await host.SignedIn("other");
        await other.Post($"/api/domains/{domain}/display-ticket").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        using var admin = await host.SignedIn("admin");
        await admin.Post($"/api/domains/{domain}/display-ticket").Gives(HttpStatusCode.Created);

        using var student = await host.SignedIn("student");
        await SetState(domain, DomainState.Shutdown);
        await student.Post($"/api/domains/{domain}/display-ticket").Refuses(HttpStatusCode.Conflict, "not_running");
    }

    [Fact]
    public async Task A_desktop_that_went_off_after_the_ticket_was_issued_is_refused()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("went-off", display.Path);
        using var browser = await host.SignedIn("student");
        var ticket = await Ticket(browser, domain);
        await SetState(domain, DomainState.Shutdown);
        Assert.Equal(HttpStatusCode.Conflict, await Refusal(browser, ticket));
    }

    public static TheoryData<string> HostileGuests() => ["gone", "silent", "garbage", "endless", "password", "refuses", "reason", "early close", "drip"];

    [Theory]
    [MemberData(nameof(HostileGuests))]
    public async Task A_hostile_guest_is_refused_before_the_websocket_is_opened(string kind)
    {
        using var display = new FakeDisplay(socket => kind switch
        {
            "silent" => FakeDisplay.Idle(socket),
            "garbage" => FakeDisplay.Say(socket, RandomNumberGenerator.GetBytes(100_000)),
            "endless" => Endless(socket),
            "password" => Say(socket, "RFB 003.008\n"u8.ToArray(), [1, 2]),
            "refuses" => Say(socket, "RFB 003.008\n"u8.ToArray(), [1, 1], [0, 0, 0, 1]),
            "reason" => Say(socket, "RFB 003.008\n"u8.ToArray(), [0, 0xff, 0xff, 0xff, 0xff]),
            "early close" => FakeDisplay.Say(socket, "RFB 003.00"u8.ToArray()),
            "drip" => Drip(socket),
            _ => Task.CompletedTask,
        });
        var domain = await Running($"hostile-{kind.Replace(' ', '-')}", kind == "gone" ? display.Path + ".gone" : display.Path);
        using var browser = await host.SignedIn("student");
        Assert.Equal(HttpStatusCode.BadGateway, await Refusal(browser, await Ticket(browser, domain)).WaitAsync(Rfb.GuestTime + Soon));
    }

    [Fact]
    public async Task When_the_guest_closes_the_browser_is_told()
    {
        using var display = FakeDisplay.Proper(_ => Task.CompletedTask);
        var domain = await Running("closes", display.Path);
        using var browser = await host.SignedIn("student");
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        await Settle(socket);
        await IsClosed(socket, "The desktop closed its display.");
    }

    [Fact]
    public async Task A_slow_browser_slows_the_guest_down_instead_of_filling_memory()
    {
        long sent = 0;
        using var display = FakeDisplay.Proper(async socket =>
        {
            var chunk = new byte[64 * 1024];
            while (sent < 200_000_000) sent += await socket.SendAsync(chunk);
        });
        var domain = await Running("flood", display.Path);
        using var browser = await host.SignedIn("student");
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        await Settle(socket);

        // nobody reads: the sender has to come to a stop
        await SessionTests.Eventually(async () =>
        {
            var before = Interlocked.Read(ref sent);
            await Task.Delay(300);
            return before > 0 && Interlocked.Read(ref sent) == before;
        });
        Assert.InRange(Interlocked.Read(ref sent), 1, 50_000_000);
    }

    [Fact]
    public async Task The_display_ends_when_the_desktop_goes_off()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("goes-off", display.Path);
        using var browser = await host.SignedIn("student");
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        await Settle(socket);
        await SetState(domain, DomainState.ShuttingDown);
        await SetState(domain, DomainState.Shutdown);
        await IsClosed(socket, "The desktop is off.");
        await display.HungUp.Task.WaitAsync(Soon);
    }

    [Fact]
    public async Task The_display_ends_when_its_user_signs_out_of_that_session_only()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Echo);
        var domain = await Running("sign-out", display.Path);
        using var browser = await host.SignedIn("student");
        using var elsewhere = await host.SignedIn("student");
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        using var stays = await elsewhere.OpenDisplay(await Ticket(elsewhere, domain));
        await Settle(socket);
        await Settle(stays);
        await browser.Delete("/api/session").Gives(HttpStatusCode.NoContent);
        await IsClosed(socket, "You are signed out.");
        await stays.SendAsync(new byte[] { 7 }, WebSocketMessageType.Binary, true, default);
        Assert.Equal([7], await Hear(stays, 1));
    }

    [Fact]
    public async Task The_display_ends_when_its_user_is_disabled()
    {
        var id = await host.NewUser("watched");
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("disabled", display.Path, id);
        using var browser = await host.SignedIn("watched");
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        await Settle(socket);
        await host.Db.Transaction(async s =>
        {
            await s.Execute("UPDATE users SET is_disabled = 1 WHERE id = @id", new { id });
            EventsTable.Changed(s, EventKind.User, id);
        });
        await IsClosed(socket, "You are signed out.");
    }

    [Fact]
    public async Task The_display_ends_and_no_ticket_counts_when_the_desktop_is_shared_no_more()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("unshared", display.Path);
        using var owner = await host.SignedIn("student");
        await owner.Put($"/api/domains/{domain}/shares/other", new { }).Gives(HttpStatusCode.OK);
        using var browser = await host.SignedIn("other");
        var unused = await Ticket(browser, domain);
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        await Settle(socket);
        await owner.Delete($"/api/domains/{domain}/shares/other").Gives(HttpStatusCode.OK);
        await IsClosed(socket, "The desktop is not there any more.");
        Assert.Equal(HttpStatusCode.Forbidden, await Refusal(browser, unused));
    }

    [Fact]
    public async Task One_user_cannot_take_all_displays()
    {
        var id = await host.NewUser("greedy");
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("greedy", display.Path, id);
        using var browser = await host.SignedIn("greedy");
        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < OpenDisplays.MostPerUser; i++) sockets.Add(await browser.OpenDisplay(await Ticket(browser, domain)));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Refusal(browser, await Ticket(browser, domain)));

        foreach (var socket in sockets) socket.Dispose();
        await SessionTests.Eventually(async () =>
        {
            using var socket = new ClientWebSocket();
            try
            {
                await browser.OpenDisplay(await Ticket(browser, domain), socket);
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_browser_that_speaks_something_else_is_cut_off()
    {
        using var display = FakeDisplay.Proper(FakeDisplay.Idle);
        var domain = await Running("odd-browser", display.Path);
        using var browser = await host.SignedIn("student");
        using var socket = await browser.OpenDisplay(await Ticket(browser, domain));
        await Hear(socket, 12);
        await socket.SendAsync("GET / HTTP/1"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        await Assert.ThrowsAnyAsync<Exception>(() => Hear(socket, 1));
        await display.HungUp.Task.WaitAsync(Soon);
    }

    [Fact]
    public async Task A_display_is_a_websocket_and_nothing_else()
    {
        using var browser = await host.SignedIn("student");
        await browser.Get("/api/display").Refuses(HttpStatusCode.BadRequest, "websocket_required");
    }

    private async Task<Guid> Running(string name, string socketPath, long? owner = null)
    {
        var domain = await host.NewDomain(name, owner ?? host.Student, DomainState.Active);
        await host.Db.Transaction(s => DisplaysTable.Set(s, domain.Id, DisplayKind.Vnc, socketPath));
        return domain.Id;
    }

    private Task SetState(Guid domain, DomainState state) => host.Db.Transaction(s => DomainsTable.SetState(s, domain, state));

    private static async Task<string> Ticket(Browser browser, Guid domain)
    {
        var issued = await browser.Post($"/api/domains/{domain}/display-ticket").Gives(HttpStatusCode.Created);
        Assert.Equal("/api/display", issued.GetProperty("url").GetString());
        Assert.Equal("vnc", issued.GetProperty("protocol").GetString());
        return issued.GetProperty("ticket").GetString()!;
    }

    private static async Task<HttpStatusCode> Refusal(Browser browser, string ticket, string? origin = null)
    {
        using var socket = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => browser.OpenDisplay(ticket, socket, origin));
        return socket.HttpStatusCode;
    }

    private static async Task Settle(ClientWebSocket socket)
    {
        Assert.Equal("RFB 003.008\n"u8.ToArray(), await Hear(socket, 12));
        // cut into pieces, as a browser may do
        await socket.SendAsync("RFB "u8.ToArray(), WebSocketMessageType.Binary, true, default);
        await socket.SendAsync("003.008\n"u8.ToArray(), WebSocketMessageType.Binary, true, default);
        Assert.Equal([1, 1], await Hear(socket, 2));
        await socket.SendAsync(new byte[] { 1 }, WebSocketMessageType.Binary, true, default);
        Assert.Equal([0, 0, 0, 0], await Hear(socket, 4));
    }

    private static async Task<byte[]> Hear(ClientWebSocket socket, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var result = await socket.ReceiveAsync(bytes.AsMemory(read), limit.Token);
            if (result.MessageType == WebSocketMessageType.Close) throw new EndOfStreamException(socket.CloseStatusDescription);
            read += result.Count;
        }

        return bytes;
    }

    private static async Task IsClosed(ClientWebSocket socket, string why)
    {
        using var limit = new CancellationTokenSource(Soon);
        ValueWebSocketReceiveResult result;
        do result = await socket.ReceiveAsync(new byte[1024].AsMemory(), limit.Token);
        while (result.MessageType != WebSocketMessageType.Close);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        Assert.Equal(why, socket.CloseStatusDescription);
    }

    private static async Task Say(Socket socket, params byte[][] parts)
    {
        foreach (var part in parts) await FakeDisplay.Say(socket, part);
        await FakeDisplay.Idle(socket);
    }

    private static async Task Endless(Socket socket)
    {
        await FakeDisplay.Say(socket, "RFB 003.008\n"u8.ToArray());
        var zeros = new byte[64 * 1024];
        while (true) await FakeDisplay.Say(socket, zeros);
    }

    // one byte after the other, never too slow for a timer that starts anew with each
    private static async Task Drip(Socket socket)
    {
        foreach (var b in "RFB 003.008\n"u8.ToArray())
        {
            await FakeDisplay.Say(socket, [b]);
            await Task.Delay(1000);
        }
    }
}
