using System.Net.Sockets;
using Broker.Backend.Displays;
using Broker.Backend.Tests.Requests;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Reconcile;

public sealed class ClientsTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Fact]
    public async Task WhoeverStartsADesktopIsExpectedThereThenItIsDisconnected()
    {
        var desktop = await Running(_b.Caller);
        Assert.Equal((ClientStatus.Connecting, _b.Caller.Address), (desktop.ClientStatus, desktop.ClientAddress));

        var unattended = await Running(_b.Caller with { Address = null });
        Assert.Equal(ClientStatus.Disconnected, (await Becomes(unattended, ClientStatus.Disconnected)).ClientStatus);

        await _b.Do(new HibernateDomain(desktop.Id));
        Assert.Null((await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.ClientStatus);
    }

    [Fact]
    public async Task AProgramOfThisHostThatIsConnectedToTheDisplayCounts()
    {
        var desktop = await Running(_b.Caller with { Address = null });
        var path = Path.Combine(_b.Settings.DisplayFolder, $"{desktop.Id:N}.sock");
        using (var viewer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await viewer.ConnectAsync(new UnixDomainSocketEndPoint(path));
            Assert.Null((await Becomes(desktop, ClientStatus.Connected)).ClientAddress);
        }

        await Becomes(desktop, ClientStatus.Disconnected);
    }

    [Fact]
    public async Task ALookThroughAFrontEndCountsAsLongAsTheFrontEndSaysThatItGoesOn()
    {
        var desktop = await Running(_b.Caller with { Address = null });
        await _b.Db.Transaction(s => s.Execute(
            "INSERT INTO display_sessions (user_id, domain_id, address, started_at, seen_at) VALUES (@UserId, @Id, '192.0.2.9', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
            new { _b.Caller.UserId, desktop.Id }));
        Assert.Equal("192.0.2.9", (await Becomes(desktop, ClientStatus.Connected)).ClientAddress);

        // its front end died a minute ago
        await _b.Db.Transaction(s => s.Execute("UPDATE display_sessions SET seen_at = UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE"));
        await Becomes(desktop, ClientStatus.Disconnected);
    }

    [Fact]
    public void OnlyTheEndThatListenedOfAConnectionNamesTheSocket() =>
        Assert.Equal(["/run/a b.sock"], LocalViewers.Read(
        [
            "Num       RefCount Protocol Flags    Type St Inode Path",
            "00000000158193ee: 00000002 00000000 00010000 0001 01 10791568 /run/listens.sock",
            "0000000096e4627e: 00000003 00000000 00000000 0001 03 10795113 /run/a b.sock",
            "00000000cc1aaad7: 00000003 00000000 00000000 0001 03  1061",
            "0000000096e4627f: 00000003 00000000 00000000 0001 03 10795114 @abstract",
        ]));

    private async Task<DomainRow> Running(Caller caller)
    {
        var desktop = await _b.Do(new ImportDomain("tiny.img", $"desktop-{Guid.NewGuid():N}"[..20]));
        return await _b.Do(new StartDomain(desktop.Id), caller);
    }

    private async Task<DomainRow> Becomes(DomainRow desktop, ClientStatus status) => (await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.ClientStatus == status))!;
}
