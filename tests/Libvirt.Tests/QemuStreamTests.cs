using System.Net.Sockets;
using System.Text;

namespace Libvirt.Tests;

/// <summary>
/// Consoles, displays and the monitor of a guest that is nothing but a boot sector: it says &gt; on its serial port and repeats what it is told.
/// </summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public sealed class QemuStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Qemu _qemu;
    private readonly Connect _connect;
    private readonly Domain _domain;

    public QemuStreamTests(Qemu qemu)
    {
        _qemu = qemu;
        _connect = Connect.Open(qemu.Daemon.Uri);
        _domain = _connect.DomainDefineXML(qemu.Guest(Echo.Disk(qemu), "<serial type='pty'/>", Qemu.Display,
            "<channel type='unix'><target type='virtio' name='org.example.1'/></channel>"));
        _domain.Create(DomainCreateFlags.StartPaused);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        if (_domain.IsActive())
            _domain.Destroy();
        _domain.Undefine();
        _domain.Dispose();
        _connect.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task AConsoleIsReadAndWritten()
    {
        await using var console = await Console();
        await console.WriteAsync("abc"u8.ToArray());
        Assert.Equal("abc", await Read(console, 3));
        console.Write("de"u8);
        var last = new byte[2];
        console.ReadExactly(last);
        Assert.Equal("de"u8.ToArray(), last);
    }

    [Fact]
    public async Task WaitingForAConsoleHoldsNoThreadAndACancelledWaitLosesNothing()
    {
        await using var console = await Console();
        for (var i = 0; i < 20; i++)
        {
            using var cancel = new CancellationTokenSource();
            var silence = console.ReadAsync(new byte[10], cancel.Token).AsTask();
            Assert.False(silence.IsCompleted);
            Assert.Equal(0, _connect.Calls.Threads);
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => silence.WaitAsync(Limit));
        }
        await console.WriteAsync("x"u8.ToArray());
        Assert.Equal("x", await Read(console, 1));
    }

    [Fact]
    public async Task AConsoleEndsWithItsMachine()
    {
        await using var console = await Console();
        var end = Read(console, 1);
        await _domain.DestroyAsync();
        Assert.Equal("", await end);
    }

    [Fact]
    public async Task WhoDisposesAStreamEndsItsReads()
    {
        var console = await Console();
        var read = console.ReadAsync(new byte[1]).AsTask();
        await console.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(Limit));

        // one that blocks: its read is inside libvirt
        var blocking = _connect.NewStream();
        _domain.OpenConsole(null, blocking);
        var entered = blocking.ReadAsync(new byte[1]).AsTask();
        await blocking.DisposeAsync();
        Assert.NotNull(await Record.ExceptionAsync(() => entered.WaitAsync(Limit)));
        (await Console(resume: false)).Dispose();     // free again
    }

    [Fact]
    public async Task ACancelledReadOfAStreamThatBlocksIsItsLast()
    {
        using var cancel = new CancellationTokenSource();
        await using var console = _connect.NewStream();
        _domain.OpenConsole("serial0", console);
        var read = console.ReadAsync(new byte[1], cancel.Token).AsTask();
        Assert.True(SpinWait.SpinUntil(() => _connect.Calls.Threads == 1, Limit));
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Limit));
        await Assert.ThrowsAsync<InvalidOperationException>(() => console.ReadAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task AConsoleIsForOneAtATimeUnlessForced()
    {
        await using var first = await Console();
        await using var second = _connect.NewStream(StreamFlags.Nonblock);
        Assert.Equal(ErrorNumber.OperationFailed, Assert.Throws<LibvirtException>(() => _domain.OpenConsole(null, second)).Code);
        await using var third = _connect.NewStream(StreamFlags.Nonblock);
        _domain.OpenConsole(null, third, DomainConsoleFlags.Force);
        await third.WriteAsync("y"u8.ToArray());
        Assert.Equal("y", await Read(third, 1));
    }

    [Fact]
    public async Task AChannelIsOpenedByTheNameThatTheGuestKnows()
    {
        await using var first = _connect.NewStream(StreamFlags.Nonblock);
        _domain.OpenChannel("org.example.1", first);
        await using var second = _connect.NewStream(StreamFlags.Nonblock);
        Assert.Equal(ErrorNumber.OperationFailed, Assert.Throws<LibvirtException>(() => _domain.OpenChannel(null, second)).Code);
        await using var third = _connect.NewStream(StreamFlags.Nonblock);
        Assert.NotEqual(ErrorNumber.Ok, Assert.Throws<LibvirtException>(() => _domain.OpenChannel("org.example.2", third)).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStreamThatIsDisposedOrForgottenIsReleased(bool disposed)
    {
        var before = Handles.References(_connect);
        await Use();
        await Waiting.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Handles.References(_connect) == before;
        });

        // Waiting has registered a callback.
        async Task Use()
        {
            using var cancel = new CancellationTokenSource();
            var console = await Console();
            Assert.True(Handles.References(_connect) > before);
            var read = console.ReadAsync(new byte[1], cancel.Token).AsTask();
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
            if (disposed)
                await console.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ADisplayTalksAtOnce(bool ours)
    {
        using var socket = ours ? Pair() : new Socket(_domain.OpenGraphicsFD(0, DomainOpenGraphicsFlags.Skipauth));
        using var stream = new NetworkStream(socket);
        var version = new byte[12];
        await stream.ReadExactlyAsync(version).AsTask().WaitAsync(Limit);
        Assert.StartsWith("RFB 003.", Encoding.ASCII.GetString(version));
        Assert.Throws<LibvirtException>(() => _domain.OpenGraphicsFD(1));

        Socket Pair()
        {
            var address = new UnixDomainSocketEndPoint($"\0{Guid.NewGuid():N}");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(address);
            listener.Listen();
            var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            near.Connect(address);
            using var far = listener.Accept();
            _domain.OpenGraphics(0, far.SafeHandle, DomainOpenGraphicsFlags.Skipauth);
            return near;
        }
    }

    [Fact]
    public async Task AScreenshotIsAPicture()
    {
        using var picture = new MemoryStream();
        var type = await _domain.ScreenshotAsync(picture);
        var magic = picture.ToArray()[..4];
        if (type == "image/png")
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], magic);
        else
            Assert.Equal(("image/x-portable-pixmap", "P6"), (type, Encoding.ASCII.GetString(magic, 0, 2)));
    }

    [Fact]
    public async Task TheMonitorAnswers()
    {
        Assert.Contains("\"status\":\"prelaunch\"", _domain.QemuMonitorCommand("""{"execute":"query-status"}"""));
        Assert.Contains("VM status: paused", await _domain.QemuMonitorCommandAsync("info status", DomainQemuMonitorCommandFlags.Hmp));
        Assert.Contains("\"error\"", _domain.QemuMonitorCommand("""{"execute":"no-such-thing"}"""));
    }

    [Fact]
    public async Task TheMonitorTakesFiles()
    {
        using var file = File.OpenHandle("/dev/null");
        var (result, files) = await _domain.QemuMonitorCommandWithFilesAsync("""{"execute":"getfd","arguments":{"fdname":"null"}}""", [file]);
        Assert.Contains("\"return\":{}", result);
        Assert.Empty(files);
        Assert.Contains("\"return\":{}", _domain.QemuMonitorCommand("""{"execute":"closefd","arguments":{"fdname":"null"}}"""));
        Assert.Contains("\"error\"", _domain.QemuMonitorCommandWithFiles("""{"execute":"getfd","arguments":{"fdname":"null"}}""", []).Result);
    }

    [Fact]
    public void ADiskIsAFileThatTheDaemonCouldNotOpen()
    {
        var hidden = Path.GetTempFileName();
        File.WriteAllBytes(hidden, Echo.Image);
        using var file = File.OpenHandle(hidden, FileMode.Open, FileAccess.ReadWrite);
        File.Delete(hidden);
        using var domain = _connect.DomainDefineXML(_qemu.Guest(
            "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/nowhere' fdgroup='boot'/><target dev='hda' bus='ide'/></disk>"));
        Assert.Throws<LibvirtException>(() => domain.Create());
        domain.FDAssociate("boot", [file]);
        domain.Create();
        domain.Destroy();
        domain.Undefine();
    }

    [Fact]
    public void QemuTakesNeitherFilesForItsFirstProcessNorOtherPeoplesMachines()
    {
        using var file = File.OpenHandle("/dev/null");
        using var domain = _connect.DomainDefineXML(_qemu.Guest());
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => domain.CreateWithFiles([file])).Code);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => _connect.DomainCreateXMLWithFiles(_qemu.Guest(), [file])).Code);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => _connect.DomainQemuAttach((uint)Environment.ProcessId)).Code);
        domain.Undefine();
    }

    /// <summary>The console of the guest, which runs and has said its first word.</summary>
    private async Task<Stream> Console(bool resume = true)
    {
        var console = _connect.NewStream(StreamFlags.Nonblock);
        _domain.OpenConsole(null, console);
        if (resume)
        {
            _domain.Resume();
            Assert.Equal(">", await Read(console, 1));
        }
        return console;
    }

    /// <summary>So many characters, or fewer if it ends.</summary>
    private static async Task<string> Read(Stream stream, int count)
    {
        var bytes = new byte[count];
        var length = await stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false).AsTask().WaitAsync(Limit);
        return Encoding.ASCII.GetString(bytes, 0, length);
    }
}
