using Broker.Backend.VmManagers;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What callers may rely on where a host has several folders of disk images.</summary>
public abstract partial class VmManagerContract
{
    [Fact]
    public async Task A_disk_lies_in_the_storage_that_was_named_and_else_in_the_usual_one()
    {
        var id = Guid.NewGuid();
        var (usual, second) = (Node.Disks.PathOf(id), Node.Disks.PathOf(id, "second"));
        Assert.Equal((Settings.PoolFolder, Settings.MoreStorage["second"]), (Path.GetDirectoryName(usual), Path.GetDirectoryName(second)));
        Assert.Equal(usual, Node.Disks.PathOf(id, "default"));
        Assert.Contains("no storage 'third'", Assert.Throws<VmException>(() => Node.Disks.PathOf(id, "third")).Message, StringComparison.Ordinal);

        Node.Disks.Create(second, 8 * MiB);
        var boot = await ImportBlank();
        Assert.Contains(id, Node.Disks.List());
        Assert.Empty(Node.Disks.Unused(new HashSet<string> { boot }));
        Assert.Equal([Path.GetFileName(second)], Node.Disks.Unused(new HashSet<string> { boot }, "second").Select(f => f.File));
        var spec = Spec([new("vda", boot, Node.Disks.Format, []), new("vdb", second, Node.Disks.Format, [])]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);

        var all = Node.Disks.Storage();
        Assert.Equal(["default", "second"], all.Select(s => s.Name));
        Assert.All(all, s => Assert.True(s.Problem is null && s.FreeBytes > 0 && s.FreeBytes <= s.TotalBytes, s.Problem));
    }

    [Fact]
    public void A_storage_whose_folder_is_not_there_says_so_and_the_others_go_on()
    {
        Directory.Delete(Settings.MoreStorage["second"]);

        Assert.Equal(["", "not there"], Node.Disks.Storage().Select(s => s.Problem is null ? "" : s.Problem.Contains("is not there", StringComparison.Ordinal) ? "not there" : s.Problem));
        Assert.Contains("is not there", Assert.Throws<VmException>(() => Node.Disks.Create(Node.Disks.PathOf(Guid.NewGuid(), "second"), MiB)).Message, StringComparison.Ordinal);
        Node.Disks.Create(NewVolume(), MiB);
        Assert.Single(Node.Disks.List());
    }

    [Fact]
    public async Task A_disk_that_was_copied_into_another_storage_is_the_same_on_its_base_and_its_machine_starts_from_there()
    {
        var (lowest, top) = await CloneOfBlank();
        var spec = Spec([new("vda", top, Node.Disks.Format, [lowest])]);
        Node.Define(spec);
        var target = Node.Disks.PathOf(Guid.Parse(Path.GetFileNameWithoutExtension(top)), "second");
        for (var time = 0; time < 2; time++)
        {
            Node.Disks.Copy(top, [lowest], target, isExact: true, new Progress(), CancellationToken.None);
            Node.Disks.Verify(top, target, new Progress(), CancellationToken.None);
        }

        Node.Define(spec with { Disks = [spec.Disks[0] with { Path = target }] });
        Node.Disks.Delete(top);
        Node.Disks.Delete(top);

        Assert.Equal([target], Directory.GetFiles(Settings.MoreStorage["second"]));
        Assert.DoesNotContain(top, Node.FilesOfDomains());
        Assert.Equal((true, true), (await HasMark(target, 'A'), await HasMark(target, 'B')));
        Assert.NotNull(Node.Disks.BackingOf(target));
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Node.Destroy(spec.Id);
        // what lies below it lies in another folder
        Node.Disks.Compact(target, [lowest], new Progress(), CancellationToken.None);
        Node.Disks.Flatten(target, [lowest], new Progress(), CancellationToken.None);
        Assert.Equal((true, true), (await HasMark(target, 'A'), await HasMark(target, 'B')));
    }

    [Fact]
    public async Task A_copy_that_differs_is_found_out()
    {
        var (lowest, top) = await CloneOfBlank();
        var copy = Node.Disks.PathOf(Guid.NewGuid(), "second");
        Node.Disks.Copy(top, [lowest], copy, isExact: true, new Progress(), CancellationToken.None);
        await WriteMark(copy, 'C');

        Assert.Contains("does not hold", Assert.Throws<VmException>(() => Node.Disks.Verify(top, copy, new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Contains("missing", Assert.Throws<VmException>(() => Node.Disks.Verify(top, NewVolume(), new Progress(), CancellationToken.None)).Message, StringComparison.Ordinal);
    }
}
