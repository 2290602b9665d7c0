using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Broker.Backend.VmManagers;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>
/// What callers may rely on, whichever VM manager drives the node. What is not tested here is not promised.
/// </summary>
public abstract partial class VmManagerContract : IAsyncLifetime
{
    /// <summary>A disk without a system: what it is made of is <see cref="MakeBlank"/>'s business.</summary>
    protected const string Blank = "blank.img";

    /// <summary>A disk from which a guest boots.</summary>
    protected const string Bootable = "bootable.img";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<DomainReport> _news = [];
    private readonly List<Guid> _defined = [];
    private int _macs;

    protected NodeSettings Settings { get; private set; } = null!;

    protected IVmNode Node { get; private set; } = null!;

    /// <summary>The one that is tried.</summary>
    protected abstract IVmManager Manager { get; }

    /// <summary>A node with empty folders of its own; the one above the library's is removed with it.</summary>
    protected abstract Task<NodeSettings> MakeSettings();

    /// <summary>Makes a file that <see cref="IDisks.Import"/> takes, with a disk of 64 MiB in it.</summary>
    protected abstract Task MakeBlank(string path);

    /// <summary>Makes a file that <see cref="IDisks.Import"/> takes and guests boot from.</summary>
    protected abstract Task MakeBootable(string path);

    /// <summary>Writes a mark on a disk as a guest would.</summary>
    protected abstract Task WriteMark(string disk, char mark);

    /// <summary>Whether a guest would find the mark.</summary>
    protected abstract Task<bool> HasMark(string disk, char mark);

    /// <summary>Makes the node's connection break; its host is back soon.</summary>
    protected abstract Task BreakConnection();

    /// <summary>The red and blue of the marker colour.</summary>
    protected abstract byte Marker { get; }

    public async Task InitializeAsync()
    {
        Settings = await MakeSettings();
        Settings = Settings with { MoreStorage = new Dictionary<string, string> { ["second"] = Settings.PoolFolder + "-second" } };
        var second = Directory.CreateDirectory(Settings.MoreStorage["second"]).FullName;
        File.SetUnixFileMode(second, File.GetUnixFileMode(second) | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Settings.LibraryFolder);
        Connect();
    }

    public async Task DisposeAsync()
    {
        if (!Node.IsAlive) await Reconnect();
        foreach (var id in _defined)
        {
            Node.Destroy(id);
            Node.Undefine(id);
        }
        Node.Dispose();
        foreach (var folder in (string[])[.. Settings.Storage.Values, Path.GetDirectoryName(Settings.LibraryFolder)!])
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_node_tells_what_it_is()
    {
        Assert.True(Node.IsAlive);
        Assert.NotEmpty(Node.Facts["hypervisor"]);
        Assert.NotEmpty(Node.Facts["virt_type"]);
        Assert.True(int.Parse(Node.Facts["host_cpus"], System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.True(long.Parse(Node.Facts["host_memory_kib"], System.Globalization.CultureInfo.InvariantCulture) > 100_000);
    }

    [Fact]
    public async Task A_defined_domain_is_known_and_off()
    {
        var spec = await DefineBlank();

        var report = Inventory(spec);
        Assert.Equal((spec.Name, Power.Off), (report!.Name, report.Power));
        await Until(() => _news.Any(news => news.Id == spec.Id && news.Power == Power.Off));
    }

    [Fact]
    public async Task Defining_again_changes_what_differs_and_the_name()
    {
        var spec = await DefineBlank();
        Node.Define(spec);
        Node.Define(spec with { MemoryKib = spec.MemoryKib * 2 });
        Node.Define(spec with { Name = spec.Name + "-new" });

        Assert.Equal(spec.Name + "-new", Inventory(spec)!.Name);
        Assert.Single(Node.Inventory(), report => report.Id == spec.Id);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_its_owner_is_left_alone()
    {
        var owner = await DefineBlank();
        var other = Spec([]) with { Name = owner.Name };

        Assert.Contains("name", Assert.Throws<VmException>(() => Node.Define(other)).Message, StringComparison.OrdinalIgnoreCase);

        Assert.Equal(owner.Name, Inventory(owner)!.Name);
        Assert.Null(Inventory(other));
    }

    [Fact]
    public async Task Start_destroy_and_undefine_can_be_repeated_and_are_reported()
    {
        var spec = await DefineBlank();

        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        await Until(() => Last(spec)?.Power == Power.Running);

        Node.Destroy(spec.Id);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
        await Until(() => Last(spec) is { Power: Power.Off, Detail: "destroyed" });

        Node.Undefine(spec.Id);
        Assert.Null(Inventory(spec));
        Node.Undefine(spec.Id);
        Node.Destroy(spec.Id);
        Node.Shutdown(spec.Id);
        await Until(() => Last(spec)?.Power == Power.Gone);
        Assert.All(spec.Disks, disk => Assert.True(File.Exists(disk.Path)));
    }

    [Fact]
    public async Task A_domain_that_runs_is_not_forgotten()
    {
        var spec = await DefineBlank();
        Node.Start(spec.Id);

        Assert.Contains("running", Assert.Throws<VmException>(() => Node.Undefine(spec.Id)).Message, StringComparison.Ordinal);

        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public void What_is_not_defined_does_not_start()
    {
        var error = Assert.Throws<VmException>(() => Node.Start(Guid.NewGuid()));

        Assert.False(error.IsConnectionLost);
        Assert.Throws<VmException>(() => Node.Reboot(Guid.NewGuid()));
    }

    [Fact]
    public async Task A_start_without_the_disk_says_which_one_is_missing()
    {
        var spec = await DefineBlank();
        File.Delete(spec.Disks[0].Path);

        var error = Assert.Throws<VmException>(() => Node.Start(spec.Id));

        Assert.Contains(spec.Disks[0].Path, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsConnectionLost);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_domain_that_is_off_can_not_be_restarted()
    {
        var spec = await DefineBlank();

        Assert.Contains("off", Assert.Throws<VmException>(() => Node.Reboot(spec.Id)).Message, StringComparison.Ordinal);
        Assert.Contains("off", Assert.Throws<VmException>(() => Node.As<ICanReset>()!.Reset(spec.Id)).Message, StringComparison.Ordinal);
        Node.Shutdown(spec.Id);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_guest_shows_its_screen_gets_an_address_restarts_and_obeys_the_power_button()
    {
        var spec = await DefineBootable();
        var screens = Node.As<ICanScreenshot>()!;
        Assert.Throws<VmException>(() => screens.Screenshot(spec.Id));

        Node.Start(spec.Id);
        if (Node.As<ICanReportAddresses>() is { } network)
        {
            await Until(() => network.Addresses().ContainsKey(spec.Mac));
            Assert.Matches(@"^\d+\.\d+\.\d+\.\d+$", network.Addresses()[spec.Mac]);
        }
        await Until(() => Marked() > 0.5);

        using (await PaintScreen(spec))
            await Until(() => Marked() < 0.5);
        Node.Reboot(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        await Until(() => Marked() > 0.5);

        using (await PaintScreen(spec))
            await Until(() => Marked() < 0.5);
        Node.As<ICanReset>()!.Reset(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        await Until(() => Marked() > 0.5);

        // A guest that is just booting does not hear the button.
        await Until(() =>
        {
            Node.Shutdown(spec.Id);
            return Inventory(spec)!.Power == Power.Off;
        });
        await Until(() => Last(spec) is { Power: Power.Off, Detail: "shutdown" });
        Assert.Throws<VmException>(() => screens.Screenshot(spec.Id));

        double Marked() => PngPicture.FromPng(screens.Screenshot(spec.Id)).PartOf(Marker, 0, Marker);
    }

    /// <summary>Presses g in the guest, which makes its screen green, as a viewer does. One that leaves at once may take its keys with it.</summary>
    private static async Task<IDisposable> PaintScreen(DomainSpec spec)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(spec.DisplaySocket));
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync("RFB 003.008\n"u8.ToArray());
        await stream.WriteAsync(new byte[] { 1, 1 });      // no security; shared
        await Read(stream, 12 + 2 + 4 + 24);
        await stream.WriteAsync(new byte[] { 4, 1, 0, 0, 0, 0, 0, (byte)'g' });
        await stream.WriteAsync(new byte[] { 4, 0, 0, 0, 0, 0, 0, (byte)'g' });
        return stream;
    }

    private static async Task<byte[]> Read(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    [Fact]
    public async Task A_running_domain_serves_its_display_without_a_password()
    {
        var spec = await DefineBlank();
        Node.Start(spec.Id);

        Assert.True(File.GetUnixFileMode(spec.DisplaySocket).HasFlag(UnixFileMode.GroupWrite));
        for (var viewer = 0; viewer < 2; viewer++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(spec.DisplaySocket));
            await using var stream = new NetworkStream(socket);
            Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(await Read(stream, 12)));
            await stream.WriteAsync("RFB 003.008\n"u8.ToArray());
            Assert.Contains((byte)1, await Read(stream, (await Read(stream, 1))[0]));
        }
    }

    [Fact]
    public async Task Ports_lead_to_a_domain_whether_it_runs_or_not()
    {
        var spec = await DefineBlank();
        if (Node.As<ICanForwardPorts>() is not { } ports) return;
        var loopback = System.Net.IPAddress.Loopback;
        Assert.Empty(ports.Forwarded(spec.Id));

        ports.Forward(spec.Id, [new(22, loopback, 40022), new(80, loopback, 40080)]);
        Node.Start(spec.Id);
        Assert.Equal([new(22, loopback, 40022), new(80, loopback, 40080)], ports.Forwarded(spec.Id));
        ports.Forward(spec.Id, [new(80, loopback, 40081)]);
        ports.Forward(spec.Id, [new(80, loopback, 40081)]);
        Node.Destroy(spec.Id);
        Node.Start(spec.Id);
        Node.Define(spec);

        Assert.Equal([new(80, loopback, 40081)], ports.Forwarded(spec.Id));
        ports.Forward(spec.Id, []);
        Assert.Empty(ports.Forwarded(spec.Id));
        Assert.Throws<VmException>(() => ports.Forward(Guid.NewGuid(), []));
        Assert.Empty(ports.Forwarded(Guid.NewGuid()));
    }

    [Fact]
    public async Task Nobody_is_connected_to_a_domain_that_nobody_has_heard_of()
    {
        var spec = await DefineBlank();
        if (Node.As<ICanReportClients>() is not { } clients) return;
        Node.Start(spec.Id);
        Assert.DoesNotContain(spec.Id, clients.Clients(new Dictionary<System.Net.IPAddress, Guid> { [System.Net.IPAddress.Parse("192.0.2.200")] = spec.Id }));
    }

    [Fact]
    public async Task Domains_outlive_the_connection()
    {
        var running = await DefineBlank();
        var off = await DefineBlank();
        Node.Start(running.Id);

        Node.Dispose();
        Connect();

        Assert.Equal(Power.Running, Inventory(running)!.Power);
        Assert.Equal(Power.Off, Inventory(off)!.Power);
        Node.Destroy(running.Id);
        await Until(() => Last(running)?.Power == Power.Off);
    }

    [Fact]
    public async Task A_lost_connection_is_told_apart_and_a_new_one_works()
    {
        var spec = await DefineBlank();
        Node.Start(spec.Id);
        await BreakConnection();

        VmException? lost = null;
        await Until(() =>
        {
            lost = Record.Exception(() => Node.Inventory()) as VmException;
            return lost != null;
        });
        Assert.True(lost!.IsConnectionLost, lost.Message);

        await Reconnect();
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
    }

    /// <summary>A condition that is reached by itself, soon.</summary>
    protected static async Task Until(Func<bool> condition)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, "It took too long.");
            await Task.Delay(50);
        }
    }

    protected string InLibrary(string file) => Path.Combine(Settings.LibraryFolder, file);

    protected DomainSpec Spec(IReadOnlyList<DiskSpec> disks)
    {
        var id = Guid.NewGuid();
        _defined.Add(id);
        return new(id, $"contract-{id.ToString("N")[..8]}", 128 * 1024, 1, $"52:54:00:{id.ToByteArray()[0]:x2}:{id.ToByteArray()[1]:x2}:{Interlocked.Increment(ref _macs):x2}",
            disks, Path.Combine(Settings.DisplayFolder, $"{id}.sock"));
    }

    private async Task<DomainSpec> DefineBlank()
    {
        var spec = Spec([new("vda", await ImportBlank(), Node.Disks.Format, [])]);
        Node.Define(spec);
        return spec;
    }

    private async Task<DomainSpec> DefineBootable()
    {
        await MakeBootable(InLibrary(Bootable));
        var frozen = NewVolume();
        Import(Bootable, frozen);
        Node.Disks.Freeze(frozen);
        var disk = NewVolume();
        Node.Disks.Clone(frozen, disk);
        var spec = Spec([new("vda", disk, Node.Disks.Format, [frozen])]);
        Node.Define(spec);
        return spec;
    }

    private async Task<string> ImportBlank()
    {
        if (!File.Exists(InLibrary(Blank))) await MakeBlank(InLibrary(Blank));
        var path = NewVolume();
        Import(Blank, path);
        return path;
    }

    private void Import(string file, string target) => Node.Disks.Import(file, target, new Progress(), CancellationToken.None);

    private string NewVolume() => Node.Disks.PathOf(Guid.NewGuid());

    private string[] PoolFiles() => [.. Directory.GetFiles(Settings.PoolFolder).Order(StringComparer.Ordinal)];

    protected DomainReport? Inventory(DomainSpec spec) => Node.Inventory().SingleOrDefault(report => report.Id == spec.Id);

    protected DomainReport? Last(DomainSpec spec) => _news.LastOrDefault(news => news.Id == spec.Id);

    protected void Connect()
    {
        Node = Manager.Connect(Settings);
        Node.Changed += _news.Enqueue;
    }

    private async Task Reconnect()
    {
        Node.Dispose();
        await Until(() => Record.Exception(Connect) is not VmException { IsConnectionLost: true });
    }

    private sealed class Progress : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public Action<int>? Reached { get; init; }

        public void Report(int value)
        {
            Values.Add(value);
            Reached?.Invoke(value);
        }
    }
}
