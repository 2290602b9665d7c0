using System.Globalization;
using System.Net.Sockets;
using System.Threading.Channels;
using System.Xml.Linq;
using Libvirt.Testing;

namespace Libvirt.Tests;

/// <summary>What the README shows, as it stands there: what needs a daemon.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public sealed class QemuReadmeTests(Qemu qemu) : IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));

    // Stands in front of the real one, so that it can be seen what is printed.
    private StringWriter Console { get; } = new(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _limit.Dispose();
        Console.Dispose();
    }

    [Fact]
    public async Task APoolAVolumeAnOverlay()
    {
        var (folder, original, copy, stop) = (Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}"), Path.GetTempFileName(), Path.GetTempFileName(), _limit.Token);
        var name = Path.GetFileName(folder);
        var content = new byte[3 << 20];
        Random.Shared.NextBytes(content);
        await File.WriteAllBytesAsync(original, content);
        using var connect = Connect.Open(qemu.Daemon.Uri);
        var percent = 0L;

        using var pool = connect.StoragePoolDefineXML($"<pool type='dir'><name>{name}</name><target><path>{folder}</path></target></pool>");
        await pool.BuildAsync(cancellationToken: stop);         // makes the folder
        await pool.CreateAsync(cancellationToken: stop);        // starts the pool

        await using var source = File.OpenRead(original);
        var image = new VolumeDescription { Name = "base.raw", Capacity = (ulong)source.Length, Format = "raw" };
        using var volume = await pool.StorageVolCreateXMLAsync(image.ToString(), cancellationToken: stop);
        var progress = new Progress<long>(done => percent = 100 * done / source.Length);
        await volume.UploadAsync(source, flags: StorageVolUploadFlags.SparseStream, progress: progress, cancellationToken: stop);

        var above = new VolumeDescription { Name = "overlay.qcow2", Capacity = volume.GetInfo().Capacity, Format = "qcow2", Backing = (volume.GetPath(), "raw") };
        using var overlay = await pool.StorageVolCreateXMLAsync(above.ToString(), cancellationToken: stop);

        await using (var file = File.Create(copy))
            await volume.DownloadAsync(file, flags: StorageVolDownloadFlags.SparseStream, progress: progress, cancellationToken: stop);

        Assert.Equal(content, await File.ReadAllBytesAsync(copy));
        await Waiting.Until(() => Volatile.Read(ref percent) == 100);
        Assert.Contains("backingStore", overlay.GetXMLDesc(), StringComparison.Ordinal);
        using var cancelled = new CancellationTokenSource();
        var first = new Reported(cancelled.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => volume.DownloadAsync(System.IO.Stream.Null, progress: first, cancellationToken: cancelled.Token));
        pool.Destroy();
        pool.Undefine();
        File.Delete(original);
        File.Delete(copy);
    }

    [Fact]
    public void WhatIsDescribedIsDefined()
    {
        using var connect = Connect.Open(qemu.Daemon.Uri);
        var description = new DomainDescription
        {
            Type = "qemu",      // or kvm, where the processor can
            Name = "guest",
            MemoryKib = 2 * 1024 * 1024,
            Machine = "q35",
            Devices =
            [
                new DiskDescription { Source = "/images/guest.qcow2", Target = "vda" },
                new InterfaceDescription { Network = "default" },
                new XElement("rng", new XAttribute("model", "virtio"), new XElement("backend", new XAttribute("model", "random"), "/dev/urandom")),
            ],
        };
        using var guest = connect.DomainDefineXML(description.ToString(), DomainDefineFlags.Validate);
        Assert.Contains("/dev/urandom", guest.GetXMLDesc(), StringComparison.Ordinal);
        guest.Undefine();
    }

    [Fact]
    public async Task ConsolesAndDisplays()
    {
        var (buffer, stop) = (new byte[12], _limit.Token);
        using var connect = Connect.Open(qemu.Daemon.Uri);
        using var domain = connect.DomainDefineXML(qemu.Guest("<serial type='pty'/>", Qemu.Display));

        connect.SetKeepAlive(5, 3);
        connect.Calls.TimeLimit = TimeSpan.FromMinutes(2);
        await domain.CreateAsync(cancellationToken: stop);

        await using var console = connect.NewStream(StreamFlags.Nonblock);
        domain.OpenConsole(null, console);
        await console.WriteAsync("root\n"u8.ToArray(), stop);

        using var display = new NetworkStream(new Socket(domain.OpenGraphicsFD(0)), ownsSocket: true);
        await display.ReadExactlyAsync(buffer, stop);       // RFB 003.008

        Assert.StartsWith("RFB", System.Text.Encoding.ASCII.GetString(buffer), StringComparison.Ordinal);
        domain.Destroy();
        domain.Undefine();
    }

    [Fact]
    public void OnlyWhatIsSetIsSent()
    {
        using var domain = qemu.Define(Driver.Qemu);
        var error = Assert.Throws<LibvirtException>(() => Set(domain));
        Assert.Contains("of_tomorrow", error.Message, StringComparison.Ordinal);
        Assert.Equal(1048576ul, domain.GetMemoryParameters().SoftLimit);
        Assert.Equal("unlimited\n", $"{Console}");
        domain.Undefine();
    }

    [Fact]
    public async Task WhoWatchesGoesOnAfterTheDaemonsEnd()
    {
        await using var daemon = await PrivateLibvirtd.Start();
        var news = Channel.CreateUnbounded<DomainEventLifecycle>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        var watching = Watch(daemon.Uri, news.Writer, stop.Token);
        await Hears();
        await daemon.KillDaemon();
        await Hears();
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);

        async Task Hears()
        {
            while (news.Reader.TryRead(out _))
            {
            }
            await Waiting.Until(() =>
            {
                try
                {
                    using var connect = Connect.Open(daemon.Uri);
                    using var domain = connect.DomainDefineXML(Qemu.Guest(daemon));
                    domain.Undefine();
                }
                catch (LibvirtException)
                {
                    // it isn't there yet
                }
                return news.Reader.TryPeek(out _);
            });
        }
    }

    private void Set(Domain domain)
    {
        domain.SetMemoryParameters(new() { SoftLimit = 1048576 });          // KiB; only what is set is sent
        if (domain.GetMemoryParameters().HardLimit == Constants.DomainMemoryParamUnlimited)
            Console.WriteLine("unlimited");                                 // null: the driver doesn't say, which is not zero
        domain.SetBlkioParameters(new() { Weight = 500, Others = new Dictionary<string, object> { ["of_tomorrow"] = 5u } });
    }

    private static async Task Watch(string uri, ChannelWriter<DomainEventLifecycle> news, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                using var connect = await Connect.OpenAsync(uri, timeLimit: TimeSpan.FromSeconds(20), cancellationToken: stop);
                connect.SetKeepAlive(5, 3);         // a daemon that is silent for 20 s is gone
                var events = connect.ReadEvents<DomainEventLifecycle>(handler => connect.DomainEventLifecycleRegister(handler), stop);
                // here: look at everything once; what changes from now on is told
                await foreach (var e in events)     // ends when the connection breaks
                    news.TryWrite(e);
            }
            catch (LibvirtException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
        }
    }

    private sealed class Reported(Action then) : IProgress<long>
    {
        public void Report(long value) => then();
    }
}
