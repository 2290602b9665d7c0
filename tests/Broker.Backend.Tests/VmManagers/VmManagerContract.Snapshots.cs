using Broker.Backend.VmManagers;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What was on the disks of a domain is kept, gone back to and forgotten.</summary>
public abstract partial class VmManagerContract
{
    private ICanSnapshot Snapshotting => Node.As<ICanSnapshot>()!;

    /// <summary>The file that the guest writes to now when it writes to a disk.</summary>
    protected virtual Task<string> WrittenTo(DomainSpec spec, int disk) => Task.FromResult(spec.Disks[disk].Path);

    [Fact]
    public async Task A_domain_goes_back_to_any_of_its_snapshots_and_their_removal_leaves_what_is_there()
    {
        var (spec, kept) = await DefineCloneWithTwoDisks();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        Snapshotting.Take(spec.Id, first, kept);
        Snapshotting.Take(spec.Id, first, kept);
        await WriteOnBoth(spec, 'C');
        Snapshotting.Take(spec.Id, second, kept);
        await WriteOnBoth(spec, 'D');
        Assert.Equal([first, second], Snapshotting.Snapshots(spec.Id, kept).Order(Comparer<Guid>.Create((a, b) => a == first ? -1 : b == first ? 1 : 0)));

        Snapshotting.Revert(spec.Id, first, kept);
        Node.Define(spec);
        Assert.Equal("AB", await Content(spec));
        Snapshotting.Revert(spec.Id, second, kept);
        Node.Define(spec);
        Assert.Equal("ABC", await Content(spec));
        Runs(spec);

        Snapshotting.Remove(spec.Id, first, kept);
        Snapshotting.Remove(spec.Id, first, kept);
        Assert.Equal("ABC", await Content(spec));
        Assert.Equal([second], Snapshotting.Snapshots(spec.Id, kept));
        await WriteOnBoth(spec, 'E');
        Snapshotting.Revert(spec.Id, second, kept);
        Node.Define(spec);
        Assert.Equal("ABC", await Content(spec));
        Snapshotting.Remove(spec.Id, second, kept);
        Assert.Empty(Snapshotting.Snapshots(spec.Id, kept));
        Assert.Equal("ABC", await Content(spec));
        Runs(spec);
        // as if there had never been any
        Node.Disks.Freeze(spec.Disks[0].Path);
    }

    [Fact]
    public async Task What_is_on_or_has_saved_memory_is_neither_kept_nor_gone_back()
    {
        var (spec, kept) = await DefineCloneWithTwoDisks();
        var (there, other) = (Guid.NewGuid(), Guid.NewGuid());
        Snapshotting.Take(spec.Id, there, kept);
        Assert.Contains("no snapshot", Assert.Throws<VmException>(() => Snapshotting.Revert(spec.Id, other, kept)).Message, StringComparison.Ordinal);
        Assert.Throws<VmException>(() => Snapshotting.Take(Guid.NewGuid(), other, kept));
        Node.Start(spec.Id);

        Assert.Equal([there], Snapshotting.Snapshots(spec.Id, kept));
        foreach (var call in (Action[])[() => Snapshotting.Take(spec.Id, other, kept), () => Snapshotting.Revert(spec.Id, there, kept), () => Snapshotting.Remove(spec.Id, there, kept)])
            Assert.Contains("is running", Assert.Throws<VmException>(call).Message, StringComparison.Ordinal);
        Hibernating.Hibernate(spec.Id);
        foreach (var call in (Action[])[() => Snapshotting.Take(spec.Id, other, kept), () => Snapshotting.Revert(spec.Id, there, kept)])
            Assert.Contains("hibernated", Assert.Throws<VmException>(call).Message, StringComparison.Ordinal);

        Assert.Equal([there], Snapshotting.Snapshots(spec.Id, kept));
        Node.Start(spec.Id);
        Assert.True(Inventory(spec)!.IsRestored);
    }

    [Fact]
    public async Task Disks_that_no_snapshot_holds_are_made_new_as_before_and_CDs_change()
    {
        var (spec, kept) = await DefineCloneWithTwoDisks();
        // one that a clone has of its base's
        var (blank, overlay) = await CloneOfBlank();
        var swap = new DiskSpec("vdc", overlay, Node.Disks.Format, [blank]);
        spec = spec with { Disks = [.. spec.Disks, swap] };
        Node.Define(spec);
        var snapshot = Guid.NewGuid();
        Snapshotting.Take(spec.Id, snapshot, kept);
        Node.Define(spec);
        await WriteMark(await WrittenTo(spec, 2), 'S');
        await WriteOnBoth(spec, 'C');

        Snapshotting.Revert(spec.Id, snapshot, kept);
        Node.Define(spec);
        Assert.Equal("AB", await Content(spec));
        Assert.True(await HasMark(await WrittenTo(spec, 2), 'S'));
        Node.Disks.Renew(swap.Path, blank, 64 << 20);
        Node.Define(spec with { Cds = [new("hda", null)] });
        Assert.False(await HasMark(await WrittenTo(spec, 2), 'S'));
        Assert.Equal("AB", await Content(spec));
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_domain_with_snapshots_is_renamed_and_removed_with_them_and_a_copy_has_none()
    {
        var (spec, kept) = await DefineCloneWithTwoDisks();
        Snapshotting.Take(spec.Id, Guid.NewGuid(), kept);
        Snapshotting.Take(spec.Id, Guid.NewGuid(), kept);
        var renamed = spec with { Name = spec.Name + "-b" };
        Node.Define(renamed);
        Assert.Equal(renamed.Name, Inventory(spec)!.Name);
        var copy = kept[0] with { Path = NewVolume() };
        // VirtualBox's disk alone is not all of its content: it says so
        if (Record.Exception(() => Node.Disks.Copy(kept[0].Path, kept[0].Backing, copy.Path, isExact: false, new Progress(), CancellationToken.None)) is { } refused)
            Assert.Contains("snapshots", Assert.IsType<VmException>(refused).Message, StringComparison.Ordinal);
        else
            Assert.Empty(Snapshotting.Snapshots(spec.Id, [copy]));

        Node.Undefine(spec.Id);
        foreach (var disk in spec.Disks) Node.Disks.Delete(disk.Path);

        Assert.Null(Inventory(spec));
        foreach (var disk in spec.Disks) Assert.DoesNotContain(PoolFiles(), f => f.StartsWith(Path.GetFileName(disk.Path), StringComparison.Ordinal));
        Node.Disks.Thaw(kept[0].Backing[0]);
    }

    /// <summary>A clone with A below and B above on its first disk, AB on its second, which stands alone.</summary>
    private async Task<(DomainSpec Spec, IReadOnlyList<DiskSpec> Disks)> DefineCloneWithTwoDisks()
    {
        var (lowest, top) = await CloneOfBlank();
        var data = NewVolume();
        Node.Disks.Create(data, 64 << 20);
        foreach (var mark in "AB") await WriteMark(data, mark);
        var spec = Spec([new("vda", top, Node.Disks.Format, [lowest]), new("vdb", data, Node.Disks.Format, [])]);
        Node.Define(spec);
        return (spec, spec.Disks);
    }

    private async Task WriteOnBoth(DomainSpec spec, char mark)
    {
        foreach (var disk in (int[])[0, 1]) await WriteMark(await WrittenTo(spec, disk), mark);
    }

    /// <summary>The marks that are on both disks.</summary>
    private async Task<string> Content(DomainSpec spec)
    {
        var found = "";
        foreach (var mark in "ABCDE")
        {
            var (on, too) = (await HasMark(await WrittenTo(spec, 0), mark), await HasMark(await WrittenTo(spec, 1), mark));
            Assert.Equal(on, too);
            if (on) found += mark;
        }

        return found;
    }

    private void Runs(DomainSpec spec)
    {
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
    }
}
