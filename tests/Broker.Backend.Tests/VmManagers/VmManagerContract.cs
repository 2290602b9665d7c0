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
        foreach (var folder in (string[])[Settings.PoolFolder, Path.GetDirectoryName(Settings.LibraryFolder)!])
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
        await Until(() => Addresses().ContainsKey(spec.Mac));
        Assert.Matches(@"^\d+\.\d+\.\d+\.\d+$", Addresses()[spec.Mac]);
        await Until(() => Marked() > 0.5);

        using (await PaintScreen(spec))
            await Until(() => Marked() < 0.5);
        Node.Reboot(spec.Id);
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

        IReadOnlyDictionary<string, string> Addresses() => Node.As<ICanReportAddresses>()!.Addresses();
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

    [Fact]
    public async Task A_base_gives_clones_its_content_and_keeps_it_when_it_is_one_no_more()
    {
        var original = await ImportBlank();
        await WriteMark(original, 'A');

        Node.Disks.Freeze(original);
        Node.Disks.Freeze(original);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(original) & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        var first = NewVolume();
        var second = NewVolume();
        Node.Disks.Clone(original, first);
        Node.Disks.Clone(original, second);
        await WriteMark(first, 'B');
        Node.Disks.Clone(original, first);

        Assert.Equal((true, true), (await HasMark(first, 'A'), await HasMark(first, 'B')));
        Assert.Equal((true, false), (await HasMark(second, 'A'), await HasMark(second, 'B')));

        Node.Disks.Delete(first);
        Node.Disks.Delete(second);
        Node.Disks.Thaw(original);
        Node.Disks.Thaw(original);
        Assert.Equal((true, false), (await HasMark(original, 'A'), await HasMark(original, 'B')));
        await WriteMark(original, 'C');
        Assert.True(await HasMark(original, 'C'));
        Assert.Throws<VmException>(() => Node.Disks.Clone(original, NewVolume()));
    }

    [Fact]
    public async Task A_clone_can_become_a_base_and_its_clones_start()
    {
        var lowest = await ImportBlank();
        await WriteMark(lowest, 'A');
        Node.Disks.Freeze(lowest);
        var middle = NewVolume();
        Node.Disks.Clone(lowest, middle);
        await WriteMark(middle, 'B');
        Node.Disks.Freeze(middle);
        var top = NewVolume();
        Node.Disks.Clone(middle, top);

        Assert.Equal((true, true), (await HasMark(top, 'A'), await HasMark(top, 'B')));
        var spec = Spec([new("vda", top, Node.Disks.Format, [middle, lowest])]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
        Node.Disks.Clone(middle, NewVolume());      // having been used by a guest spoils no base
    }

    [Fact]
    public async Task A_clone_that_is_flattened_keeps_its_content_and_needs_its_bases_no_more()
    {
        var lowest = await ImportBlank();
        await WriteMark(lowest, 'A');
        Node.Disks.Freeze(lowest);
        var middle = NewVolume();
        Node.Disks.Clone(lowest, middle);
        await WriteMark(middle, 'B');
        Node.Disks.Freeze(middle);
        var top = NewVolume();
        Node.Disks.Clone(middle, top);
        await WriteMark(top, 'C');
        var progress = new Progress();

        Node.Disks.Flatten(top, [middle, lowest], progress, CancellationToken.None);
        Node.Disks.Flatten(top, [middle, lowest], new Progress(), CancellationToken.None);
        Node.Disks.Flatten(top, [], new Progress(), CancellationToken.None);

        Assert.Equal(100, progress.Values[^1]);
        Assert.Equal(progress.Values.Order(), progress.Values);
        Node.Disks.Delete(middle);
        Node.Disks.Delete(lowest);
        Assert.Equal([top], PoolFiles());
        Assert.Equal((true, true, true, false), (await HasMark(top, 'A'), await HasMark(top, 'B'), await HasMark(top, 'C'), await HasMark(top, 'D')));
        await WriteMark(top, 'D');
        Node.Disks.Freeze(top);
        var clone = NewVolume();
        Node.Disks.Clone(top, clone);
        Assert.Equal((true, true), (await HasMark(clone, 'A'), await HasMark(clone, 'D')));
        var spec = Spec([new("vda", clone, Node.Disks.Format, [top])]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_flattening_that_is_cancelled_leaves_the_clone_on_its_base()
    {
        var (lowest, top) = await CloneOfBlank();
        using var cancel = new CancellationTokenSource();
        var before = PoolFiles();

        Assert.ThrowsAny<OperationCanceledException>(() => Node.Disks.Flatten(top, [lowest], new Progress { Reached = _ => cancel.Cancel() }, cancel.Token));

        Assert.Equal(before, PoolFiles());
        Assert.Equal((true, true), (await HasMark(top, 'A'), await HasMark(top, 'B')));
        Assert.Throws<VmException>(() => Node.Disks.Flatten(lowest, [], new Progress(), CancellationToken.None));
        Node.Disks.Flatten(top, [lowest], new Progress(), CancellationToken.None);
        Assert.Equal((true, true), (await HasMark(top, 'A'), await HasMark(top, 'B')));
    }

    [Fact]
    public async Task What_is_a_base_or_lies_on_another_than_was_said_is_not_flattened()
    {
        var (lowest, top) = await CloneOfBlank();
        var other = await ImportBlank();
        Node.Disks.Freeze(other);

        Assert.Contains("does not lie on", Assert.Throws<VmException>(() => Node.Disks.Flatten(top, [other], new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("does not lie on", Assert.Throws<VmException>(() => Node.Disks.Flatten(top, [], new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);
        Node.Disks.Freeze(top);
        Assert.Contains("base image", Assert.Throws<VmException>(() => Node.Disks.Flatten(top, [lowest], new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("missing", Assert.Throws<VmException>(() => Node.Disks.Flatten(NewVolume(), [lowest], new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);

        Assert.Equal((true, true), (await HasMark(top, 'A'), await HasMark(top, 'B')));
    }

    [Fact]
    public async Task A_file_in_the_way_of_a_clone_is_left_as_it_is()
    {
        var lowest = await ImportBlank();
        Node.Disks.Freeze(lowest);
        var target = await ImportBlank();
        await WriteMark(target, 'X');

        Assert.Contains("in the way", Assert.Throws<VmException>(() => Node.Disks.Clone(lowest, target)).Message, StringComparison.Ordinal);

        Assert.True(await HasMark(target, 'X'));
    }

    [Fact]
    public async Task Deleting_takes_all_that_belongs_to_a_volume_and_can_be_repeated()
    {
        await MakeBlank(InLibrary(Blank));
        var volume = Guid.NewGuid();
        var path = Node.Disks.PathOf(volume);
        Import(Blank, path);
        Node.Disks.Freeze(path);
        Assert.Contains(volume, Node.Disks.List());
        Assert.StartsWith(Settings.PoolFolder, path, StringComparison.Ordinal);

        Node.Disks.Delete(path);
        Node.Disks.Delete(path);

        Assert.DoesNotContain(volume, Node.Disks.List());
        Assert.Empty(PoolFiles());
    }

    [Fact]
    public void Only_files_named_by_an_id_are_volumes()
    {
        File.WriteAllText(Path.Combine(Settings.PoolFolder, "somebody" + Path.GetExtension(Node.Disks.PathOf(Guid.NewGuid()))), "else");
        File.WriteAllText(Node.Disks.PathOf(Guid.NewGuid()) + ".part", "half");

        Assert.Empty(Node.Disks.List());
    }

    [Fact]
    public async Task An_import_tells_its_progress_and_the_capacity_and_can_be_repeated()
    {
        await MakeBlank(InLibrary(Blank));
        var target = NewVolume();
        var progress = new Progress();

        Assert.Equal(64L << 20, Node.Disks.Import(Blank, target, progress, CancellationToken.None));

        Assert.Equal(100, progress.Values[^1]);
        Assert.Equal(progress.Values.Order(), progress.Values);
        await WriteMark(target, 'A');
        Assert.Equal(64L << 20, Node.Disks.Import(Blank, target, progress, CancellationToken.None));
        Assert.True(await HasMark(target, 'A'));
        Assert.Equal([target], PoolFiles());
    }

    [Theory]
    [InlineData("link", "link")]
    [InlineData("link to a folder", "link")]
    [InlineData("folder", "plain file")]
    [InlineData("pipe", "plain file")]
    [InlineData("../outside.qcow2", "plain name")]
    [InlineData("/etc/hostname", "plain name")]
    [InlineData("..", "plain name")]
    [InlineData("absent", "no file")]
    [InlineData("backing file", "backing file")]
    [InlineData("data file", "another file")]
    [InlineData("text", "neither")]
    [InlineData("nothing", "neither")]
    [InlineData("too large", "GiB")]
    [InlineData("encrypted", "encrypted")]
    [InlineData("damaged", "")]
    [InlineData("machine without its disk", "not in it")]
    [InlineData("machine with two disks", "2 hard disks (disk.vmdk, disk.vmdk)")]
    [InlineData("machine with a damaged disk", "SHA1 sum")]
    [InlineData("machine that is cut off", "not there to its end")]
    public async Task What_is_dangerous_or_no_image_is_not_imported(string file, string reason)
    {
        await MakeDangerous(file);
        var target = NewVolume();

        var error = Assert.Throws<VmException>(() => Node.Disks.Import(file, target, new Progress(), CancellationToken.None));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(PoolFiles());
    }

    [Fact]
    public async Task The_disk_of_an_exported_machine_is_imported()
    {
        await File.WriteAllBytesAsync(InLibrary("machine.ova"), Ova.Machine(await StreamOptimized(), 64 << 20));
        var target = NewVolume();

        Assert.Equal(64L << 20, Node.Disks.Import("machine.ova", target, new Progress(), CancellationToken.None));

        Assert.Equal([target], PoolFiles());
        Assert.Equal(("ova", 64 << 20), Node.Disks.Library().Select(image => (image.Format, image.CapacityBytes)).Single());
    }

    [Fact]
    public async Task A_cancelled_import_leaves_nothing_behind()
    {
        await MakeBlank(InLibrary(Blank));
        using var cancel = new CancellationTokenSource();
        var progress = new Progress { Reached = _ => cancel.Cancel() };

        Assert.ThrowsAny<OperationCanceledException>(() => Node.Disks.Import(Blank, NewVolume(), progress, cancel.Token));

        Assert.Empty(PoolFiles());
    }

    [Fact]
    public async Task The_library_shows_what_can_be_imported_and_why_the_rest_can_not()
    {
        await MakeBlank(InLibrary(Blank));
        await MakeDangerous("backing file");
        await MakeDangerous("link");
        await MakeDangerous("text");
        await File.WriteAllTextAsync(InLibrary(".hidden"), "");

        var images = Node.Disks.Library();

        Assert.Equal(["backing file", Blank, "link", "text"], images.Select(image => image.File).Where(file => file != "plain.qcow2").Order(StringComparer.Ordinal));
        var good = images.Single(image => image.File == Blank);
        Assert.NotNull(good.Format);
        Assert.Null(good.Problem);
        Assert.Equal(new FileInfo(InLibrary(Blank)).Length, good.SizeBytes);
        Assert.All(images.Where(image => image.File is "backing file" or "link" or "text"), image =>
        {
            Assert.Null(image.Format);
            Assert.NotNull(image.Problem);
        });
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

    private async Task<(string Base, string Clone)> CloneOfBlank()
    {
        var lowest = await ImportBlank();
        await WriteMark(lowest, 'A');
        Node.Disks.Freeze(lowest);
        var top = NewVolume();
        Node.Disks.Clone(lowest, top);
        await WriteMark(top, 'B');
        return (lowest, top);
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

    private DomainReport? Inventory(DomainSpec spec) => Node.Inventory().SingleOrDefault(report => report.Id == spec.Id);

    private DomainReport? Last(DomainSpec spec) => _news.LastOrDefault(news => news.Id == spec.Id);

    private void Connect()
    {
        Node = Manager.Connect(Settings);
        Node.Changed += _news.Enqueue;
    }

    private async Task Reconnect()
    {
        Node.Dispose();
        await Until(() => Record.Exception(Connect) is not VmException { IsConnectionLost: true });
    }

    private async Task MakeDangerous(string kind)
    {
        var path = InLibrary(kind);
        switch (kind)
        {
            case "link":
                await MakeBlank(Path.Combine(Settings.LibraryFolder, "..", "target.img"));
                File.CreateSymbolicLink(path, "../target.img");
                break;
            case "link to a folder":
                File.CreateSymbolicLink(path, "/etc");
                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            case "pipe":
                await Programs.Run("mkfifo", path);
                break;
            case "../outside.qcow2":
                await MakeBlank(path);
                break;
            case "backing file":
                await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", InLibrary("plain.qcow2"), "1M");
                await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", InLibrary("plain.qcow2"), "-F", "qcow2", path);
                break;
            case "data file":
                await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={InLibrary("data.raw")}", path, "1M");
                break;
            case "text":
                await File.WriteAllTextAsync(path, new string('x', 4096));
                break;
            case "nothing":
                await File.WriteAllTextAsync(path, "");
                break;
            case "too large":
                await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=2M", path, "40T");
                break;
            case "encrypted":
                await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=key,data=secret", "-o", "encrypt.format=aes,encrypt.key-secret=key", path, "1M");
                break;
            case "damaged":
                await File.WriteAllBytesAsync(path, [.. "QFI"u8, 0xFB, 0, 0, 0, 3]);
                break;
            case "machine without its disk":
                await File.WriteAllBytesAsync(path, Ova.Pack(("machine.ovf", Encoding.UTF8.GetBytes(Ova.Description(64 << 20)))));
                break;
            case "machine with two disks":
                var two = Ova.Description(64 << 20).Replace("<Disk ", "<Disk ovf:fileRef=\"file1\"/><Disk ", StringComparison.Ordinal);
                await File.WriteAllBytesAsync(path, Ova.Pack(("machine.ovf", Encoding.UTF8.GetBytes(two)), ("disk.vmdk", await StreamOptimized())));
                break;
            case "machine with a damaged disk":
                var machine = Ova.Machine(await StreamOptimized(), 64 << 20);
                machine[^3000] ^= 1;
                await File.WriteAllBytesAsync(path, machine);
                break;
            case "machine that is cut off":
                await File.WriteAllBytesAsync(path, Ova.Machine(await StreamOptimized(), 64 << 20)[..^3000]);
                break;
        }
    }

    private async Task<byte[]> StreamOptimized()
    {
        var disk = Path.Combine(Settings.LibraryFolder, "..", "disk.vmdk");
        await Programs.Run("qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=streamOptimized", disk, "64M");
        return await File.ReadAllBytesAsync(disk);
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
