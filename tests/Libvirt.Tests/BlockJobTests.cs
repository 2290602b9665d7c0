using System.Threading.Channels;
using System.Xml.Linq;

namespace Libvirt.Tests;

/// <summary>Disks of a running guest, changed under it.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class BlockJobTests(Qemu qemu)
{
    [Fact]
    public async Task APulledOverlayStandsOnItsOwn()
    {
        var lower = qemu.NewImage();
        var upper = qemu.NewImage(lower);
        var domain = qemu.Start(Driver.Qemu, Qemu.Disk(upper));
        Assert.Equal([upper, lower], Chain(domain));
        var events = Channel.CreateUnbounded<DomainEventBlockJob2>();
        using var registration = qemu.Connect.DomainEventBlockJob2Register(e => events.Writer.TryWrite(e), domain);

        domain.BlockPull("vda", 0);

        var end = await events.Next(e => e.Status != ConnectDomainEventBlockJobStatus.Ready);
        Assert.Equal(("vda", DomainBlockJobType.Pull, ConnectDomainEventBlockJobStatus.Completed), (end.Disk, end.Type, end.Status));
        Assert.Equal([upper], Chain(domain));
        Qemu.Remove(domain);
    }

    [Fact]
    public async Task ACommittedOverlayGivesWayToWhatIsBelow()
    {
        var lower = qemu.NewImage();
        var upper = qemu.NewImage(lower);
        var domain = qemu.Start(Driver.Qemu, Qemu.Disk(upper));
        var events = Channel.CreateUnbounded<DomainEventBlockJob2>();
        using var registration = qemu.Connect.DomainEventBlockJob2Register(e => events.Writer.TryWrite(e), domain);

        domain.BlockCommit("vda", null, null, 0, DomainBlockCommitFlags.Active);
        Assert.Equal(DomainBlockJobType.ActiveCommit, (await events.Next(e => e.Status == ConnectDomainEventBlockJobStatus.Ready)).Type);
        domain.BlockJobAbort("vda", DomainBlockJobAbortFlags.Pivot);

        await events.Next(e => e.Status == ConnectDomainEventBlockJobStatus.Completed);
        Assert.Equal([lower], Chain(domain));
        Qemu.Remove(domain);
    }

    [Fact]
    public void ADiskGrowsUnderItsGuest()
    {
        var image = qemu.NewImage();
        var domain = qemu.Start(Driver.Qemu, Qemu.Disk(image));
        domain.BlockResize("vda", 4 * 1024 * 1024, DomainBlockResizeFlags.Bytes);
        Qemu.Remove(domain);
        Assert.Contains("4 MiB", Programs.Run("qemu-img", "info", image));
    }

    [Fact]
    public async Task ABackupOfARunningGuestIsWritten()
    {
        var domain = qemu.Start(Driver.Qemu, Qemu.Disk(qemu.NewImage()));
        var events = Channel.CreateUnbounded<DomainEventJobCompleted>();
        using var registration = qemu.Connect.DomainEventJobCompletedRegister(e => events.Writer.TryWrite(e), domain);
        var copy = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.backup");

        domain.BackupBegin($"<domainbackup mode='push'><disks><disk name='vda' type='file'><target file='{copy}'/><driver type='qcow2'/></disk></disks></domainbackup>", null);

        var end = await events.Next(e => true);
        Assert.Equal(domain.GetUUID(), end.UUID);
        Assert.Equal((DomainJobOperation.Backup, true, 1048576ul), (end.Params.Operation, end.Params.Success, end.Params.DiskTotal));
        Assert.Empty(end.Params.Others);
        Assert.Equal((DomainJobType.Completed, end.Params), domain.GetJobStats(DomainGetJobStatsFlags.Completed));
        Assert.Equal(ErrorNumber.NoDomainBackup, Assert.Throws<LibvirtException>(() => domain.BackupGetXMLDesc()).Code);
        Qemu.Remove(domain);
        Assert.Contains("1 MiB", Programs.Run("qemu-img", "info", copy));
    }

    [Fact]
    public async Task ADiskComesAndGoesWithAWord()
    {
        // halted: a disk that is in use while it is taken away may stay
        var domain = qemu.Define(Driver.Qemu);
        domain.Create(DomainCreateFlags.StartPaused);
        var removed = Channel.CreateUnbounded<DomainEventDeviceRemoved>();
        using var registration = qemu.Connect.DomainEventDeviceRemovedRegister(e => removed.Writer.TryWrite(e), domain);
        // USB: it goes without the guest's consent
        var disk = Qemu.Disk(qemu.NewImage(), "sda").Replace("<target dev='sda'/>", "<target dev='sda' bus='usb'/>", StringComparison.Ordinal);

        domain.AttachDeviceFlags(disk, DomainDeviceModifyFlags.Live);
        Assert.Single(Disks(domain));
        domain.DetachDeviceFlags(disk, DomainDeviceModifyFlags.Live);

        Assert.StartsWith("usb-disk", (await removed.Next(e => true)).DevAlias, StringComparison.Ordinal);
        Assert.Empty(Disks(domain));
        Qemu.Remove(domain);
    }

    private static IEnumerable<XElement> Disks(Domain domain) => XElement.Parse(domain.GetXMLDesc()).Element("devices")!.Elements("disk");

    /// <summary>The files that the disk is made of, the upper first.</summary>
    private static IEnumerable<string> Chain(Domain domain)
    {
        for (var layer = Disks(domain).Single(); layer?.Element("source") is { } source; layer = layer.Element("backingStore"))
            yield return (string)source.Attribute("file")!;
    }
}
