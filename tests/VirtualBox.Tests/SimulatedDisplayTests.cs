using System.Net;
using System.Net.Sockets;
using VirtualBox.Simulator.Guests;

namespace VirtualBox.Tests;

/// <summary>What machines show, against the simulator alone.</summary>
public sealed class SimulatedDisplayTests(SimulatedInstallation simulated) : IClassFixture<SimulatedInstallation>
{
    private const byte VncAuthentication = 2;

    [Fact]
    public void TheCipherOfVncAnswersAsItsStandardSays()
    {
        // FIPS 46-3's worked example
        Assert.Equal(0x85E813540F0AB405UL, Des.Encrypt(0x133457799BBCDFF1, 0x0123456789ABCDEF));
    }

    [Fact]
    public async Task ARunningMachineShowsItsScreenToWhoKnowsThePassword()
    {
        var machine = await simulated.NewMachine();
        var port = FreePort();
        await machine.SetRemoteDisplay(new(IPAddress.Loopback, port) { Password = "s3cret" });
        await machine.Start();
        Assert.Equal(port, (await machine.Read()).RemoteDisplayPort);
        Assert.Null(await Viewer.Connect(port, "wrong"));

        var before = await machine.Screenshot();
        using (var viewer = await Viewer.Connect(port, "s3cret"))
        {
            await viewer!.Press('g');
            while ((await machine.Screenshot()).SequenceEqual(before)) await Task.Delay(10);
        }
        await machine.ChangeDisplayPassword("other");
        Assert.Null(await Viewer.Connect(port, "s3cret"));
        (await Viewer.Connect(port, "other"))!.Dispose();

        await machine.AskToShutDown(restart: true);
        Assert.Equal(before, await machine.Screenshot());
        await machine.Delete();
        await Assert.ThrowsAnyAsync<SocketException>(() => Viewer.Connect(port, "other"));
    }

    [Fact]
    public async Task WhatWasSavedIsShownAgain()
    {
        var machine = await simulated.NewMachine();
        var port = FreePort();
        await machine.SetRemoteDisplay(new(IPAddress.Loopback, port) { Password = "s3cret" });
        await machine.Start();
        var before = await machine.Screenshot();
        using (var viewer = await Viewer.Connect(port, "s3cret")) await viewer!.Press('g');
        while ((await machine.Screenshot()).SequenceEqual(before)) await Task.Delay(10);
        var typed = await machine.Screenshot();

        await machine.Save();
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.Screenshot());
        await machine.Start();

        Assert.Equal(typed, await machine.Screenshot());
        await machine.Delete();
    }

    [Fact]
    public async Task APortThatIsTakenIsNotTold()
    {
        using var taker = new TcpListener(IPAddress.Loopback, 0);
        taker.Start();
        var port = (ushort)((IPEndPoint)taker.LocalEndpoint).Port;
        var machine = await simulated.NewMachine();
        await machine.SetRemoteDisplay(new(IPAddress.Loopback, port) { Password = "s3cret" });
        Assert.Equal(MachineState.Running, await machine.Start());
        Assert.Equal(port, (await machine.Read()).RemoteDisplayPort);
        await machine.Delete();
    }

    private static ushort FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (ushort)((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>As much of RFB 3.8 as it takes to press a key.</summary>
    private sealed class Viewer : IDisposable
    {
        private readonly NetworkStream stream;

        private Viewer(NetworkStream stream) => this.stream = stream;

        /// <returns>Null if the password is refused.</returns>
        public static async Task<Viewer?> Connect(int port, string password)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            var viewer = new Viewer(new(socket, ownsSocket: true));
            Assert.Equal("RFB 003.008\n"u8.ToArray(), await viewer.Read(12));
            await viewer.stream.WriteAsync("RFB 003.008\n"u8.ToArray());
            Assert.Equal([1, VncAuthentication], await viewer.Read(2));
            await viewer.stream.WriteAsync(new[] { VncAuthentication });
            await viewer.stream.WriteAsync(Des.VncAnswer(password, await viewer.Read(16)));
            if ((await viewer.Read(4))[3] != 0)
            {
                viewer.Dispose();
                return null;
            }
            await viewer.stream.WriteAsync(new byte[] { 1 });
            await viewer.Read(24);
            return viewer;
        }

        public async Task Press(char key)
        {
            foreach (var down in new byte[] { 1, 0 }) await stream.WriteAsync(new byte[] { 4, down, 0, 0, 0, 0, 0, (byte)key });
        }

        public void Dispose() => stream.Dispose();

        private async Task<byte[]> Read(int count)
        {
            var bytes = new byte[count];
            await stream.ReadExactlyAsync(bytes);
            return bytes;
        }
    }
}
