using System.Text;
using Broker.Backend.VmManagers;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What callers may rely on of disks.</summary>
public abstract partial class VmManagerContract
{
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

        Refuses(top, other, "does not lie on");
        Refuses(top, null, "does not lie on");
        Refuses(NewVolume(), lowest, "missing");
        Node.Disks.Freeze(top);
        Refuses(top, lowest, "base image");

        Assert.Equal((true, true), (await HasMark(top, 'A'), await HasMark(top, 'B')));

        void Refuses(string path, string? below, string reason)
        {
            var error = Assert.Throws<VmException>(() => Node.Disks.Flatten(path, below == null ? [] : [below], new Progress(), CancellationToken.None));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }
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

    [Fact]
    public async Task A_copy_of_a_clone_has_its_content_on_the_same_base_and_they_go_on_apart()
    {
        var (lowest, top) = await CloneOfBlank();
        var copy = NewVolume();
        var progress = new Progress();

        Node.Disks.Copy(top, [lowest], copy, isExact: false, progress, CancellationToken.None);

        Assert.Equal(100, progress.Values[^1]);
        Assert.Equal(progress.Values.Order(), progress.Values);
        Assert.True(await HasMark(copy, 'B'));
        await WriteMark(copy, 'C');
        Assert.True(await HasMark(top, 'B'));
        // made anew it would have lost that
        Node.Disks.Copy(top, [lowest], copy, isExact: false, progress, CancellationToken.None);
        Assert.True(await HasMark(copy, 'C'));
        Node.Disks.Delete(top);
        Assert.True(await HasMark(copy, 'C'));
        Node.Disks.Flatten(copy, [lowest], progress, CancellationToken.None);
        Assert.True(await HasMark(copy, 'C'));
    }

    [Fact]
    public async Task A_copy_of_what_stands_alone_stands_alone()
    {
        var volume = await ImportBlank();
        await WriteMark(volume, 'A');
        var copy = NewVolume();

        Node.Disks.Copy(volume, [], copy, isExact: false, new Progress(), CancellationToken.None);

        await WriteMark(volume, 'B');
        Assert.True(await HasMark(copy, 'A'));
        // it can become a base as any other
        Node.Disks.Freeze(copy);
        var clone = NewVolume();
        Node.Disks.Clone(copy, clone);
        Assert.True(await HasMark(copy, 'A'));
    }

    [Fact]
    public async Task What_is_frozen_or_lies_on_something_else_is_not_copied_and_a_copy_that_is_cancelled_leaves_nothing()
    {
        var (lowest, top) = await CloneOfBlank();
        var before = PoolFiles();
        using var cancel = new CancellationTokenSource();

        Assert.Throws<VmException>(() => Node.Disks.Copy(lowest, [], NewVolume(), isExact: false, new Progress(), CancellationToken.None));
        Assert.Throws<VmException>(() => Node.Disks.Copy(top, [], NewVolume(), isExact: false, new Progress(), CancellationToken.None));
        Assert.Throws<VmException>(() => Node.Disks.Copy(top, [NewVolume()], NewVolume(), isExact: false, new Progress(), CancellationToken.None));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Node.Disks.Copy(top, [lowest], NewVolume(), isExact: false, new Progress { Reached = _ => cancel.Cancel() }, cancel.Token));

        Assert.Equal(before, PoolFiles());
    }

    [Fact]
    public async Task A_copy_is_the_disk_of_another_domain()
    {
        var (lowest, top) = await CloneOfBlank();
        var copy = NewVolume();
        var first = Spec([new("vda", top, Node.Disks.Format, [lowest])]);
        Node.Define(first);
        Node.Disks.Copy(top, [lowest], copy, isExact: false, new Progress(), CancellationToken.None);
        var second = Spec([new("vda", copy, Node.Disks.Format, [lowest])]);

        Node.Define(second);
        foreach (var id in (Guid[])[first.Id, second.Id]) Node.Start(id);

        Assert.All(Node.Inventory().Where(d => d.Id == first.Id || d.Id == second.Id), d => Assert.Equal(Power.Running, d.Power));
        foreach (var id in (Guid[])[first.Id, second.Id]) Node.Destroy(id);
    }

    private async Task<(string Base, string Clone)> CloneOfBlank(char below = 'A', char above = 'B')
    {
        var lowest = await ImportBlank();
        await WriteMark(lowest, below);
        Node.Disks.Freeze(lowest);
        var top = NewVolume();
        Node.Disks.Clone(lowest, top);
        await WriteMark(top, above);
        return (lowest, top);
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
}
