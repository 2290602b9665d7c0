using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;
using Libvirt;
using DomainState = Broker.Core.Domains.DomainState;

namespace Broker.Backend.Tests.Reconcile;

/// <summary>Who is connected to real guests past the gateway.</summary>
public sealed class ClientsOnLibvirtTests : GuestsOnLibvirt
{
    [Fact]
    public async Task WhoeverIsConnectedToADisplayByTcpOrToAPortOfTheGuestIsThereAndFromWhereIsShown()
    {
        var desktop = await _b.Do(new ImportDomain("tiny.qcow2", $"direct-{Guid.NewGuid():N}"[..14], MemoryMib: 128));
        _made.Add(desktop.Id);
        // as somebody makes it who wants another viewer: the display listens on TCP, and the machine is started on its host
        using var host = Connect.Open(_libvirt.Uri);
        using (var domain = host.LookupDomainByUUID(desktop.Id))
        {
            var xml = XElement.Parse(domain.GetXMLDesc());
            xml.Element("devices")!.Element("graphics")!.ReplaceWith(XElement.Parse("<graphics type='vnc' autoport='yes'><listen type='address' address='127.0.0.1'/></graphics>"));
            host.DomainDefineXML(xml.ToString()).Dispose();
            domain.Create();
        }

        await Becomes(ClientStatus.Disconnected);
        int port;
        using (var domain = host.LookupDomainByUUID(desktop.Id))
            port = int.Parse(XElement.Parse(domain.GetXMLDesc()).Element("devices")!.Element("graphics")!.Attribute("port")!.Value, null);
        using (await Connected("127.0.0.1", port))
        {
            Assert.Equal("127.0.0.1", (await Becomes(ClientStatus.Connected)).ClientAddress);
            // a back end that comes later finds him there
            await _b.Stop();
            await _b.Db.Transaction(s => s.Execute("UPDATE domains SET client_status = 'disconnected' WHERE id = @Id", new { desktop.Id }));
            await _b.Start();
            await Becomes(ClientStatus.Connected);
        }

        await Becomes(ClientStatus.Disconnected);
        var address = (await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.Address is not null))!.Address!;
        await Page(address, "boot");
        using (var client = await Connected(address, 80))
            Assert.Equal(((IPEndPoint)client.LocalEndPoint!).Address.ToString(), (await Becomes(ClientStatus.Connected)).ClientAddress);

        async Task<DomainRow> Becomes(ClientStatus status) => (await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d is { State: DomainState.Active } && d.ClientStatus == status))!;
    }

    private Task<Socket> Connected(string address, int port) => _libvirt.Inside(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Parse(address), port);
        return socket;
    });
}
