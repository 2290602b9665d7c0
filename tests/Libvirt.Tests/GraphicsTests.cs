using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class GraphicsTests(Qemu qemu)
{
    [Fact]
    public async Task AViewerComesIsLetInAndLeaves()
    {
        var path = Path.Combine(qemu.Daemon.Displays, $"{Guid.NewGuid():N}");
        var domain = qemu.Start(Driver.Qemu, $"<graphics type='vnc' socket='{path}'/>");
        var events = Channel.CreateUnbounded<DomainEventGraphics>();
        using var registration = qemu.Connect.DomainEventGraphicsRegister(e => events.Writer.TryWrite(e), domain);

        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            // RFB: both say their version, the server offers "none", we take it, it agrees, we share the screen
            var buffer = new byte[12];
            await Read(socket, buffer);
            Assert.StartsWith("RFB 003.", Encoding.ASCII.GetString(buffer), StringComparison.Ordinal);
            await socket.SendAsync("RFB 003.008\n"u8.ToArray());
            await Read(socket, buffer.AsMemory(0, 2));
            Assert.Equal([1, 1], buffer[..2]);
            await socket.SendAsync(new byte[] { 1 });
            await Read(socket, buffer.AsMemory(0, 4));
            Assert.Equal([0, 0, 0, 0], buffer[..4]);
            await socket.SendAsync(new byte[] { 1 });

            var connected = await events.Next(e => e.Phase == DomainEventGraphicsPhase.Connect);
            Assert.Equal((domain.GetUUID(), DomainEventGraphicsAddressType.Unix, path), (connected.UUID, connected.Local.Family, connected.Local.Service));
            Assert.NotEmpty((await events.Next(e => e.Phase == DomainEventGraphicsPhase.Initialize)).AuthScheme);
        }
        await events.Next(e => e.Phase == DomainEventGraphicsPhase.Disconnect);
        Qemu.Remove(domain);
    }

    [Fact]
    public void TheInventedGuestHasNoDisplayToOpen()
    {
        var domain = qemu.Start(Driver.Test);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => domain.OpenGraphicsFD(0)).Code);
        Qemu.Remove(domain);
    }

    private static async Task Read(Socket socket, Memory<byte> all)
    {
        while (all.Length > 0)
        {
            var count = await socket.ReceiveAsync(all);
            Assert.NotEqual(0, count);
            all = all[count..];
        }
    }
}
