using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;

namespace Broker.Backend.Tests.VmManagers;

public sealed class SimulatedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("broker-").FullName;
    private readonly NodeSettings _settings;
    private IVmNode _node;

    public SimulatedTests()
    {
        _settings = new("simulated", Path.Combine(_folder, "node"), Path.Combine(_folder, "pool"), Path.Combine(_folder, "library"), _folder);
        _node = Connect();
    }

    public void Dispose()
    {
        _node.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Two_thousand_domains_are_listed_quickly()
    {
        for (var number = 0; number < 2000; number++) _node.Define(Spec($"d{number}"));
        Assert.Equal(2000, _node.Inventory().Count);

        var started = Stopwatch.GetTimestamp();
        for (var round = 0; round < 5; round++) _node.Inventory();

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), $"five times took {Stopwatch.GetElapsedTime(started)}");
    }

    [Fact]
    public void Another_process_sees_and_changes_the_same_domains()
    {
        var spec = Spec("shared");
        using var other = Connect();
        _node.Define(spec);
        _node.Start(spec.Id);

        Assert.Equal(Power.Running, other.Inventory().Single().Power);
        other.Start(spec.Id);
        other.Destroy(spec.Id);

        Assert.Equal(Power.Off, _node.Inventory().Single().Power);
        Assert.False(File.Exists(spec.DisplaySocket));
    }

    [Fact]
    public async Task Displays_of_running_domains_are_served_again_after_a_restart()
    {
        var spec = Spec("running");
        _node.Define(spec);
        _node.Start(spec.Id);
        _node.Dispose();
        Assert.False(File.Exists(spec.DisplaySocket));

        _node = Connect();

        using var viewer = await Viewer.Connect(spec.DisplaySocket);
        Assert.Equal("running", viewer.Name);
    }

    [Fact]
    public async Task The_screen_is_magenta_and_keys_change_it_for_all_viewers()
    {
        var spec = Start("screen");
        using var first = await Viewer.Connect(spec.DisplaySocket);
        using var second = await Viewer.Connect(spec.DisplaySocket);
        await first.Ask(isIncremental: false);
        await second.Ask(isIncremental: false);
        var full = await first.Update();
        await second.Update();
        Assert.Equal((640 * 480, 0xAA00AAu), (full.Length, full[^1]));
        Assert.Contains(0xFFFFFFu, full);

        await second.Ask(isIncremental: true);
        await first.Ask(isIncremental: true);
        await first.Key('g');

        Assert.Equal(0x00AA00u, (await first.Update())[^1]);
        Assert.Equal(0x00AA00u, (await second.Update())[^1]);
        await first.Ask(isIncremental: true);
        await first.Key('m');
        Assert.Equal(0xAA00AAu, (await first.Update())[^1]);
    }

    [Fact]
    public async Task Typing_updates_only_the_rows_that_changed()
    {
        var spec = Start("typing");
        using var viewer = await Viewer.Connect(spec.DisplaySocket);
        await viewer.Ask(isIncremental: false);
        await viewer.Update();

        await viewer.Ask(isIncremental: true);
        await viewer.Key('x');

        Assert.InRange((await viewer.Update()).Length, 1, 640 * 100);
    }

    [Theory]
    [InlineData(32, false, 16, 8, 0)]
    [InlineData(32, false, 0, 8, 16)]
    [InlineData(32, true, 16, 8, 0)]
    [InlineData(16, false, 11, 5, 0)]
    [InlineData(8, false, 0, 3, 6)]
    public async Task Viewers_get_the_pixel_format_they_want(int bits, bool isBigEndian, int red, int green, int blue)
    {
        var spec = Start("format");
        using var viewer = await Viewer.Connect(spec.DisplaySocket);
        var (redMax, greenMax, blueMax) = bits switch { 32 => (255, 255, 255), 16 => (31, 63, 31), _ => (7, 7, 3) };
        await viewer.SetFormat(bits, isBigEndian, (redMax, greenMax, blueMax), (red, green, blue));
        await viewer.Ask(isIncremental: false);

        var expected = (uint)(170 * redMax / 255 << red | 170 * blueMax / 255 << blue);
        Assert.Equal(expected, (await viewer.Update())[^1]);
    }

    [Fact]
    public async Task Clipboard_pointer_and_encodings_are_taken_and_nonsense_ends_the_connection()
    {
        var spec = Start("messages");
        using var viewer = await Viewer.Connect(spec.DisplaySocket);
        await viewer.Send([2, 0, 0, 2, 0, 0, 0, 7, 0xFF, 0xFF, 0xFF, 0x21]);
        await viewer.Send([5, 1, 0, 10, 0, 10]);
        await viewer.Send([6, 0, 0, 0, 0, 0, 0, 2, (byte)'h', (byte)'i']);
        await viewer.Ask(isIncremental: false);
        Assert.NotEmpty(await viewer.Update());

        await viewer.Send([99]);
        await Assert.ThrowsAnyAsync<IOException>(() => viewer.Update());
    }

    [Fact]
    public async Task Turning_off_cuts_viewers_off()
    {
        var spec = Start("off");
        using var viewer = await Viewer.Connect(spec.DisplaySocket);

        _node.Destroy(spec.Id);

        await Assert.ThrowsAnyAsync<IOException>(() => viewer.Update());
    }

    [Fact]
    public void A_fault_fails_as_often_as_asked()
    {
        var spec = Spec("faulty");
        _node.Define(spec);
        Faults.Set(_settings.Uri, new Fault("start", Fail: "No memory.", Times: 2));

        Assert.Equal("No memory.", Assert.Throws<VmException>(() => _node.Start(spec.Id)).Message);
        Assert.Throws<VmException>(() => _node.Start(spec.Id));
        _node.Start(spec.Id);
    }

    [Fact]
    public void A_guest_can_be_made_deaf()
    {
        var spec = Start("deaf");
        Faults.Set(_settings.Uri, new Fault("shutdown", IsIgnored: true));

        _node.Shutdown(spec.Id);

        Assert.False(SpinWait.SpinUntil(() => _node.Inventory().Single().Power == Power.Off, 200));
        _node.Destroy(spec.Id);
        Assert.Equal(Power.Off, _node.Inventory().Single().Power);
    }

    [Fact]
    public async Task A_call_that_hangs_ends_with_the_connection()
    {
        var spec = Spec("hanging");
        _node.Define(spec);
        Faults.Set(_settings.Uri, new Fault("start", HangSeconds: 3600));
        var start = Task.Run(() => Record.Exception(() => _node.Start(spec.Id)));
        Assert.False(start.IsCompleted);

        _node.Dispose();

        await start.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private IVmNode Connect() => new SimulatedVmManager(TimeSpan.FromMilliseconds(20)).Connect(_settings);

    private DomainSpec Spec(string name)
    {
        var id = Guid.NewGuid();
        return new(id, name, 1024, 1, "52:54:00:00:00:01", [], Path.Combine(_folder, $"{id}.sock"));
    }

    private DomainSpec Start(string name)
    {
        var spec = Spec(name);
        _node.Define(spec);
        _node.Start(spec.Id);
        return spec;
    }

    /// <summary>As much of an RFB viewer as the tests need.</summary>
    private sealed class Viewer : IDisposable
    {
        private readonly NetworkStream _stream;
        private int _bytes = 4;
        private bool _isBigEndian;

        private Viewer(NetworkStream stream) => _stream = stream;

        public string Name { get; private set; } = "";

        public static async Task<Viewer> Connect(string path)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            var viewer = new Viewer(new(socket, ownsSocket: true));
            await viewer.Read(12);
            await viewer.Send([.. "RFB 003.008\n"u8]);
            Assert.Equal([1, 1], await viewer.Read(2));
            await viewer.Send([1]);
            Assert.Equal(new byte[4], await viewer.Read(4));
            await viewer.Send([1]);
            var init = await viewer.Read(24);
            Assert.Equal((640, 480), (BinaryPrimitives.ReadUInt16BigEndian(init), BinaryPrimitives.ReadUInt16BigEndian(init.AsSpan(2))));
            viewer.Name = Encoding.UTF8.GetString(await viewer.Read(BinaryPrimitives.ReadInt32BigEndian(init.AsSpan(20))));
            return viewer;
        }

        public void Dispose() => _stream.Dispose();

        public async Task Send(byte[] message) => await _stream.WriteAsync(message);

        public Task Ask(bool isIncremental) => Send([3, (byte)(isIncremental ? 1 : 0), 0, 0, 0, 0, 2, 128, 1, 224]);

        public async Task Key(char key)
        {
            await Send([4, 1, 0, 0, 0, 0, 0, (byte)key]);
            await Send([4, 0, 0, 0, 0, 0, 0, (byte)key]);
        }

        public Task SetFormat(int bits, bool isBigEndian, (int Red, int Green, int Blue) max, (int Red, int Green, int Blue) shift)
        {
            _bytes = bits / 8;
            _isBigEndian = isBigEndian;
            return Send([0, 0, 0, 0, (byte)bits, (byte)bits, (byte)(isBigEndian ? 1 : 0), 1, 0, (byte)max.Red, 0, (byte)max.Green, 0, (byte)max.Blue,
                (byte)shift.Red, (byte)shift.Green, (byte)shift.Blue, 0, 0, 0]);
        }

        /// <summary>Waits for one update and gives its pixels as numbers.</summary>
        public async Task<uint[]> Update()
        {
            var head = await Read(16);
            Assert.Equal((0, 1, 0), (head[0], BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(2)), BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(12))));
            var pixels = await Read(BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(8)) * BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(10)) * _bytes);
            return [.. pixels.Chunk(_bytes).Select(pixel => (_bytes, _isBigEndian) switch
            {
                (1, _) => pixel[0],
                (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(pixel),
                (2, true) => BinaryPrimitives.ReadUInt16BigEndian(pixel),
                (_, false) => BinaryPrimitives.ReadUInt32LittleEndian(pixel),
                (_, true) => BinaryPrimitives.ReadUInt32BigEndian(pixel),
            })];
        }

        private async Task<byte[]> Read(int count)
        {
            var bytes = new byte[count];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _stream.ReadExactlyAsync(bytes, limit.Token);
            return bytes;
        }
    }
}
