using Broker.Backend.VmManagers;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What ties clones to their bases, and what unties them.</summary>
public abstract partial class VmManagerContract
{
    [Theory]
    [InlineData("a file in the way of the first")]
    [InlineData("a file in the way of the second")]
    [InlineData("the second missing")]
    public async Task Disks_are_frozen_all_or_none(string trouble)
    {
        string[] disks = [await ImportBlank(), await ImportBlank()];
        var inTheWay = Backend.VmManagers.PoolFiles.TemplateOf(disks[trouble.EndsWith("first", StringComparison.Ordinal) ? 0 : 1]);
        if (trouble == "the second missing") File.Delete(disks[1]);
        else await File.WriteAllTextAsync(inTheWay, "somebody else's");
        var before = PoolFiles();

        var error = Assert.Throws<VmException>(() => Node.Disks.Freeze(disks));

        Assert.Contains(trouble == "the second missing" ? "missing" : "in the way", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, PoolFiles());
        await WriteMark(disks[0], 'A');
        if (trouble == "the second missing") return;
        Node.Disks.Thaw(disks[0]);
        Node.Disks.Thaw(disks[1]);
        Assert.Equal("somebody else's", await File.ReadAllTextAsync(inTheWay));
        File.Delete(inTheWay);
        Node.Disks.Freeze(disks);
        Node.Disks.Clone(disks[0], NewVolume());
        Node.Disks.Clone(disks[1], NewVolume());
    }

    [Fact]
    public async Task A_volume_that_is_made_new_is_as_its_base_is()
    {
        var (lowest, top) = await CloneOfBlank();
        var (other, _) = await CloneOfBlank('X', 'Y');
        var spec = Spec([new("vda", top, Node.Disks.Format, [lowest])]);
        Node.Define(spec);

        Node.Disks.Renew(top, lowest, 64 << 20);
        Assert.Equal((true, false, lowest), (await HasMark(top, 'A'), await HasMark(top, 'B'), Node.Disks.BackingOf(top)));
        Node.Disks.Renew(top, other, 64 << 20);
        Node.Disks.Renew(top, other, 64 << 20);

        Assert.Equal((false, true, other), (await HasMark(top, 'A'), await HasMark(top, 'X'), Node.Disks.BackingOf(top)));
        Node.Define(spec with { Disks = [new("vda", top, Node.Disks.Format, [other])] });
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
        File.Delete(top);
        Node.Disks.Renew(top, other, 64 << 20);
        Assert.True(await HasMark(top, 'X'));
        Assert.Throws<VmException>(() => Node.Disks.Renew(lowest, other, 64 << 20));
        Assert.Throws<VmException>(() => Node.Disks.Renew(NewVolume(), top, 64 << 20));
    }

    [Fact]
    public async Task A_clone_that_is_put_onto_another_base_keeps_its_content_and_needs_the_first_no_more()
    {
        var (lowest, top) = await CloneOfBlank();
        var (other, second) = await CloneOfBlank('X', 'Y');
        Node.Disks.Freeze(second);
        var progress = new Progress();

        Node.Disks.Rebase(top, [lowest], [second, other], progress, CancellationToken.None);
        if (Node.Disks.BackingOf(top) is { } backing)
        {
            Assert.Equal(second, backing);
            Node.Disks.Rebase(top, [lowest], [second, other], new Progress(), CancellationToken.None);
        }

        Assert.Equal(100, progress.Values[^1]);
        Assert.Equal(progress.Values.Order(), progress.Values);
        Node.Disks.Delete(lowest);
        Assert.Equal((true, true, false, false), (await HasMark(top, 'A'), await HasMark(top, 'B'), await HasMark(top, 'X'), await HasMark(top, 'Y')));
        await WriteMark(top, 'C');
        var spec = Spec([new("vda", top, Node.Disks.Format, Node.Disks.BackingOf(top) is null ? [] : [second, other])]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_clone_that_is_not_put_onto_another_base_to_the_end_stays_on_its_own()
    {
        var (lowest, top) = await CloneOfBlank();
        var (other, _) = await CloneOfBlank('X', 'Y');
        using var cancel = new CancellationTokenSource();
        var before = PoolFiles();

        Assert.ThrowsAny<OperationCanceledException>(() => Node.Disks.Rebase(top, [lowest], [other], new Progress { Reached = _ => cancel.Cancel() }, cancel.Token));
        Assert.Contains("does not lie on", Refused(top, []), StringComparison.Ordinal);
        Assert.Contains("base image", Refused(lowest, []), StringComparison.Ordinal);

        Assert.Equal(before, PoolFiles());
        Assert.Equal((true, true, lowest), (await HasMark(top, 'A'), await HasMark(top, 'B'), Node.Disks.BackingOf(top)));

        string Refused(string path, IReadOnlyList<string> backing) =>
            Assert.Throws<VmException>(() => Node.Disks.Rebase(path, backing, [other], new Progress(), CancellationToken.None)).Message;
    }

    [Fact]
    public async Task A_disk_that_is_compacted_loses_its_zeros_and_nothing_else()
    {
        var (lowest, top) = await CloneOfBlank();
        foreach (var zeros in "\0\0") await WriteMark(top, zeros);
        using var cancel = new CancellationTokenSource();
        var before = PoolFiles();
        var progress = new Progress();
        Assert.ThrowsAny<OperationCanceledException>(() => Node.Disks.Compact(top, [lowest], new Progress { Reached = _ => cancel.Cancel() }, cancel.Token));
        Assert.Contains("base image", Assert.Throws<VmException>(() => Node.Disks.Compact(lowest, [], new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);

        Assert.True(Node.Disks.Compact(top, [lowest], progress, CancellationToken.None) > 0);
        Assert.Equal(0, Node.Disks.Compact(top, [lowest], new Progress(), CancellationToken.None));

        Assert.Equal(100, progress.Values[^1]);
        Assert.Equal(progress.Values.Order(), progress.Values);
        Assert.Equal(before, PoolFiles());
        Assert.Equal((true, true, lowest), (await HasMark(top, 'A'), await HasMark(top, 'B'), Node.Disks.BackingOf(top)));
        var spec = Spec([new("vda", top, Node.Disks.Format, [lowest])]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_running_clone_stands_alone_without_a_pause_where_the_host_can()
    {
        var (lowest, top) = await CloneOfBlank();
        var disk = new DiskSpec("vda", top, Node.Disks.Format, [lowest]);
        var spec = Spec([disk]);
        Node.Define(spec);
        if (Node.As<ICanDetachLive>() is not { } detaching) return;
        Assert.Contains("off", Assert.Throws<VmException>(() => detaching.Detach(spec.Id, disk, new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);
        Node.Start(spec.Id);
        var progress = new Progress();

        detaching.Detach(spec.Id, disk, progress, CancellationToken.None);
        detaching.Detach(spec.Id, disk, new Progress(), CancellationToken.None);

        Assert.Equal(100, progress.Values[^1]);
        Assert.Equal((null, Power.Running), (Node.Disks.BackingOf(top), Inventory(spec)!.Power));
        Node.Define(spec with { Disks = [disk with { Backing = [] }] });
        Node.Destroy(spec.Id);
        Node.Disks.Delete(lowest);
        Assert.Equal((true, true), (await HasMark(top, 'A'), await HasMark(top, 'B')));
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }
}
