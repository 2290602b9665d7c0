using System.Security.Cryptography;
using Broker.Backend.VmManagers;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What callers may rely on of disks that are added, grown and made new, of CDs, and of files that nobody needs.</summary>
public abstract partial class VmManagerContract
{
    private const long MiB = 1 << 20;

    /// <summary>How big a guest sees a disk.</summary>
    protected abstract Task<long> CapacityOf(string disk);

    [Fact]
    public async Task An_empty_disk_is_made_once_and_a_domain_has_it()
    {
        var target = NewVolume();
        Node.Disks.Create(target, 8 * MiB);
        await WriteMark(target, 'A');
        Node.Disks.Create(target, 8 * MiB);

        Assert.True(await HasMark(target, 'A'));
        Assert.Equal(8 * MiB, await CapacityOf(target));
        Assert.InRange(Node.Disks.SizeOf(target)!.Value, 1, 8 * MiB);
        Assert.Null(Node.Disks.SizeOf(NewVolume()));
        var spec = Spec([new("vda", await ImportBlank(), Node.Disks.Format, []), new("vdb", target, Node.Disks.Format, [])]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
        Node.Define(spec with { Disks = [spec.Disks[0]] });
        Node.Disks.Delete(target);
        Node.Start(spec.Id);
    }

    [Fact]
    public async Task A_disk_for_which_there_is_no_room_is_refused_and_leaves_nothing()
    {
        var small = NewVolume();
        Node.Disks.Create(small, MiB);
        var all = new DriveInfo(Settings.PoolFolder).AvailableFreeSpace;

        Assert.Contains("no room", Assert.Throws<VmException>(() => Node.Disks.Create(NewVolume(), all)).Message, StringComparison.Ordinal);
        Assert.Contains("no room", Assert.Throws<VmException>(() => Node.Disks.Grow(small, all)).Message, StringComparison.Ordinal);

        Assert.Equal([small], PoolFiles());
        Assert.Equal(MiB, await CapacityOf(small));
    }

    [Fact]
    public async Task A_disk_grows_with_what_is_on_it_and_never_shrinks()
    {
        var disk = await ImportBlank();
        await WriteMark(disk, 'A');
        Node.Disks.Grow(disk, 96 * MiB);
        Node.Disks.Grow(disk, 96 * MiB);
        Node.Disks.Grow(disk, 64 * MiB);
        Assert.Equal((96 * MiB, true), (await CapacityOf(disk), await HasMark(disk, 'A')));

        Node.Disks.Freeze(disk);
        Assert.Contains("base image", Assert.Throws<VmException>(() => Node.Disks.Grow(disk, 128 * MiB)).Message, StringComparison.Ordinal);
        var clone = NewVolume();
        Node.Disks.Clone(disk, clone);
        await WriteMark(clone, 'B');
        Node.Disks.Grow(clone, 128 * MiB);
        Assert.Equal((128 * MiB, true, true), (await CapacityOf(clone), await HasMark(clone, 'A'), await HasMark(clone, 'B')));
        Assert.Equal(96 * MiB, await CapacityOf(disk));
    }

    [Fact]
    public async Task A_disk_that_is_made_new_has_what_its_base_has_and_its_machine_starts()
    {
        var (lowest, top) = await CloneOfBlank();
        var blank = NewVolume();
        Node.Disks.Create(blank, 8 * MiB);
        await WriteMark(blank, 'C');
        var spec = Spec([new("vda", top, Node.Disks.Format, [lowest]), new("vdb", blank, Node.Disks.Format, [])]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Node.Destroy(spec.Id);

        for (var time = 0; time < 2; time++)
        {
            Node.Disks.Renew(top, lowest, 96 * MiB);
            Node.Disks.Renew(blank, null, 8 * MiB);
        }

        Assert.Equal((true, false, false), (await HasMark(top, 'A'), await HasMark(top, 'B'), await HasMark(blank, 'C')));
        Assert.Equal((96 * MiB, 8 * MiB), (await CapacityOf(top), await CapacityOf(blank)));
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Assert.Contains("base image", Assert.Throws<VmException>(() => Node.Disks.Renew(lowest, null, MiB)).Message, StringComparison.Ordinal);
        Assert.True(await HasMark(lowest, 'A'));
    }

    [Fact]
    public async Task Files_are_unused_that_no_volume_domain_link_or_disk_above_needs()
    {
        var (lowest, top) = await CloneOfBlank();
        var ofDomain = await ImportBlank();
        Node.Define(Spec([new("vda", ofDomain, Node.Disks.Format, [])]));
        var orphan = await ImportBlank();
        var extension = Path.GetExtension(orphan);
        var linked = Path.Combine(Settings.PoolFolder, "linked" + extension);
        File.Move(await ImportBlank(), linked);
        File.CreateSymbolicLink(Path.Combine(Settings.PoolFolder, "link"), "linked" + extension);
        File.CreateSymbolicLink(Path.Combine(Settings.PoolFolder, "elsewhere"), "/etc/hostname");
        File.CreateSymbolicLink(Path.Combine(Settings.PoolFolder, "terminal"), "/dev/ptmx");      // as the console of a machine is one
        await File.WriteAllTextAsync(Path.Combine(Settings.PoolFolder, "notes"), "on nothing");
        await File.WriteAllTextAsync(top + ".part", "being made");
        Directory.CreateDirectory(Path.Combine(Settings.PoolFolder, "folder"));

        var used = Node.FilesOfDomains().Append(top).ToHashSet();
        Assert.Contains(ofDomain, used);
        var unused = Node.Disks.Unused(used);

        Assert.Equal(new[] { Path.GetFileName(orphan), "notes" }.Order(StringComparer.Ordinal), unused.Select(f => f.File));
        Assert.Equal("on nothing".Length, unused.Single(f => f.File == "notes").SizeBytes);
        Node.Disks.DeleteUnused("notes");
        Node.Disks.DeleteUnused(Path.GetFileName(orphan));
        Assert.Throws<VmException>(() => Node.Disks.DeleteUnused("../library/" + Blank));
        Assert.False(File.Exists(orphan));
        Assert.Empty(Node.Disks.Unused(used));
        Assert.True(await HasMark(top, 'A'), lowest);
    }

    [Fact]
    public async Task Machines_share_a_CD_of_the_library_which_stays_as_it_is()
    {
        var first = MakeCd("CD with ISO in its name.iso");
        var second = MakeCd(new string('i', 251) + ".iso");
        var (before, mode) = (SHA256.HashData(await File.ReadAllBytesAsync(InLibrary(first))), File.GetUnixFileMode(InLibrary(first)));
        Assert.Equal(InLibrary(first), Node.Disks.FindCd(first));
        Assert.Equal("iso", Node.Disks.Library().Single(i => i.File == first).Format);
        Assert.Contains("CD", Assert.Throws<VmException>(() => Import(first, NewVolume())).Message, StringComparison.Ordinal);
        await MakeBlank(InLibrary(Blank));
        Assert.Null(Node.Disks.FindCd(Blank));
        Assert.Null(Node.Disks.FindCd("absent.iso"));

        DomainSpec[] machines = [With(first), With(first), With(second), With(null)];
        foreach (var machine in machines)
        {
            Node.Define(machine);
            Node.Start(machine.Id);
            Assert.Equal(Power.Running, Inventory(machine)!.Power);
        }

        if (Node.As<ICanChangeCds>() is { } live)
        {
            foreach (var file in (string?[])[null, null, second, first])
            {
                live.ChangeCd(machines[0].Id, new("hda", file));
                live.ChangeCd(machines[3].Id, new("hda", file));
            }
            Assert.Throws<VmException>(() => live.ChangeCd(machines[0].Id, new("hdb", first)));
            Assert.Throws<VmException>(() => live.ChangeCd(machines[0].Id, new("hda", "absent.iso")));
        }

        foreach (var machine in machines)
        {
            Node.Destroy(machine.Id);
            Node.Define(machine with { Cds = [new("hda", null)] });
            Node.Define(machine with { Cds = [] });
            Node.Undefine(machine.Id);
        }
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(InLibrary(first))));
        Assert.Equal(mode, File.GetUnixFileMode(InLibrary(first)));

        DomainSpec With(string? file) => Spec([new("vda", NewBlank(), Node.Disks.Format, [])]) with { Cds = [new("hda", file)] };
    }

    [Fact]
    public void A_CD_that_the_front_end_could_exchange_is_not_put_into_a_drive()
    {
        Directory.CreateDirectory(InLibrary("uploads"));
        MakeCd("uploads/uploaded.iso");
        MakeCd("real.iso");
        File.CreateSymbolicLink(InLibrary("link.iso"), "real.iso");

        Assert.Contains("uploaded", Assert.Throws<VmException>(() => Node.Disks.FindCd("uploaded.iso")).Message, StringComparison.Ordinal);
        Assert.Contains("link", Assert.Throws<VmException>(() => Node.Disks.FindCd("link.iso")).Message, StringComparison.Ordinal);
        var spec = Spec([]) with { Cds = [new("hda", "absent.iso")] };
        Assert.Contains("absent.iso", Assert.Throws<VmException>(() =>
        {
            Node.Define(spec);
            Node.Start(spec.Id);
        }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_domain_gets_a_disk_that_grows()
    {
        if (Node.As<ICanHotplugDisks>() is not { } live) return;
        var spec = await DefineBlank();
        var disk = new DiskSpec("vdb", NewBlank(), Node.Disks.Format, []);
        Assert.Contains("off", Assert.Throws<VmException>(() => live.AttachDisk(spec.Id, disk)).Message, StringComparison.Ordinal);
        Node.Start(spec.Id);

        live.AttachDisk(spec.Id, disk);
        live.AttachDisk(spec.Id, disk);
        foreach (var target in (string[])["vdc", "vdd", "vde"]) live.AttachDisk(spec.Id, disk with { Target = target, Path = NewBlank() });
        live.GrowDisk(spec.Id, disk, 16 * MiB);
        live.DetachDisk(spec.Id, "vdx");

        Assert.Equal(16 * MiB, await CapacityOf(disk.Path));
        Assert.Contains(disk.Path, Node.FilesOfDomains());
        Node.Destroy(spec.Id);
        Node.Start(spec.Id);
        Assert.Contains(disk.Path, Node.FilesOfDomains());
    }

    /// <summary>A file with the sign of ISO 9660 and nothing else, which no guest boots from.</summary>
    private string MakeCd(string file)
    {
        var cd = new byte[40 * 2048];
        cd[16 * 2048] = 1;
        "CD001"u8.CopyTo(cd.AsSpan((16 * 2048) + 1));
        File.WriteAllBytes(InLibrary(file), cd);
        return file;
    }

    private string NewBlank()
    {
        var path = NewVolume();
        Node.Disks.Create(path, 8 * MiB);
        return path;
    }
}
