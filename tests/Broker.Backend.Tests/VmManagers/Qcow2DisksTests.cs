using System.Text;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Core.Library;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

public sealed class Qcow2DisksTests : Qcow2Tests
{
    [Fact]
    public async Task A_raw_disk_becomes_a_sparse_qcow2_of_its_size()
    {
        var raw = Path.Combine(_settings.LibraryFolder, "disk.raw");
        await Programs.Run("qemu-img", "create", "-q", "-f", "raw", raw, "300M");
        await using (var file = File.OpenWrite(raw))
        {
            file.Seek(510, SeekOrigin.Begin);
            file.Write([0x55, 0xAA]);
            file.Seek(200 << 20, SeekOrigin.Begin);
            file.Write("far inside"u8);
        }
        File.SetUnixFileMode(raw, UnixFileMode.UserRead);
        var target = _disks.PathOf(Guid.NewGuid());

        Assert.Equal(300L << 20, _disks.Import("disk.raw", target, new Progress<int>(), CancellationToken.None));

        Assert.InRange(new FileInfo(target).Length, 1, 4 << 20);
        await Programs.Run("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", raw, target);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
    }

    [Fact]
    public async Task Nothing_of_an_earlier_try_is_in_the_way_of_the_next()
    {
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", Path.Combine(_settings.LibraryFolder, "disk"), "1M");
        var target = _disks.PathOf(Guid.NewGuid());
        await File.WriteAllTextAsync(target + ".part", "half");
        await File.WriteAllTextAsync(target + ".source", "half");

        _disks.Import("disk", target, new Progress<int>(), CancellationToken.None);
        await File.WriteAllTextAsync(target + ".template.part", "half");
        _disks.Freeze(target);
        var clone = _disks.PathOf(Guid.NewGuid());
        await File.WriteAllTextAsync(clone + ".part", "half");
        _disks.Clone(target, clone);

        await Programs.Run("qemu-img", "check", "-q", "-f", "qcow2", clone);
        Assert.Equal(new[] { clone, target, target + ".template" }.Order(StringComparer.Ordinal),
            Directory.GetFiles(_settings.PoolFolder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_others_keep_in_a_disk_goes_with_it_into_another_storage_but_not_into_another_machine()
    {
        var (path, exact, other) = (_disks.PathOf(Guid.NewGuid()), _disks.PathOf(Guid.NewGuid()), _disks.PathOf(Guid.NewGuid()));
        _disks.Create(path, 8 << 20);
        await Programs.Run("qemu-img", "snapshot", "-c", "somebody's", path);

        _disks.Copy(path, [], exact, isExact: true, new Progress<int>(), CancellationToken.None);
        _disks.Verify(path, exact, new Progress<int>(), CancellationToken.None);
        _disks.Copy(path, [], other, isExact: false, new Progress<int>(), CancellationToken.None);

        Assert.Contains("somebody's", await Programs.Run("qemu-img", "snapshot", "-l", exact), StringComparison.Ordinal);
        Assert.DoesNotContain("somebody's", await Programs.Run("qemu-img", "snapshot", "-l", other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_does_not_fit_is_refused_before_it_is_copied()
    {
        var free = new DriveInfo(_settings.PoolFolder).AvailableFreeSpace;
        var raw = Path.Combine(_settings.LibraryFolder, "disk.raw");
        await using (var file = File.OpenWrite(raw))
        {
            file.Seek(510, SeekOrigin.Begin);
            file.Write([0x55, 0xAA]);
            file.SetLength(Math.Min(free, ImageHeader.MostCapacityBytes) / 512 * 512);
        }

        var error = Assert.Throws<VmException>(() => _disks.Import("disk.raw", _disks.PathOf(Guid.NewGuid()), new Progress<int>(), CancellationToken.None));

        Assert.Contains("no room", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_settings.PoolFolder));
    }

    // What QEMU writes a guest could write, if it got out of there: the file of a clone can name anything.
    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("json:{\"driver\":\"file\",\"filename\":\"/etc/hostname\"}")]
    public async Task A_clone_that_names_another_file_than_its_base_is_not_flattened(string backing)
    {
        var (lowest, clone) = await MakeClone();
        await using (var file = File.OpenWrite(clone))
        {
            file.Seek(8, SeekOrigin.Begin);
            file.Write([0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, (byte)backing.Length]);
            file.Seek(0x200, SeekOrigin.Begin);
            file.Write(Encoding.ASCII.GetBytes(backing));
        }

        Assert.Contains("does not lie on", NotFlattened(clone, lowest), StringComparison.Ordinal);
        Assert.NotEmpty(NotFlattened(clone, backing));
    }

    [Fact]
    public async Task A_clone_or_base_that_keeps_data_elsewhere_is_not_flattened()
    {
        foreach (var hostile in (bool[])[false, true])
        {
            var (lowest, clone) = await MakeClone();
            var path = hostile ? lowest : clone;
            var mode = File.GetUnixFileMode(path);
            File.SetUnixFileMode(path, UnixFileMode.UserWrite);
            await using (var file = File.OpenWrite(path))
            {
                file.Seek(79, SeekOrigin.Begin);
                file.WriteByte(4);      // a data file
            }
            File.SetUnixFileMode(path, mode);

            Assert.Contains("keeps its data in another file", NotFlattened(clone, lowest), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_can_be_written_is_no_base_of_a_clone()
    {
        var (lowest, clone) = await MakeClone();
        File.SetUnixFileMode(lowest, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Contains("does not lie on", NotFlattened(clone, lowest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flattening_takes_over_from_one_that_was_killed_and_names_no_base()
    {
        var (lowest, clone) = await MakeClone();
        await File.WriteAllTextAsync(clone + ".source", "half");
        await File.WriteAllTextAsync(clone + ".part", "half");

        _disks.Flatten(clone, [lowest], new Progress<int>(), CancellationToken.None);

        Assert.Equal(new[] { clone, lowest, lowest + ".template" }.Order(StringComparer.Ordinal), Directory.GetFiles(_settings.PoolFolder).Order(StringComparer.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(clone));
        using (var file = File.OpenHandle(clone)) Assert.Equal(new("qcow2", 1 << 20, null), LibraryFolder.ReadHeader(file));
        await Programs.Run("qemu-io", "-r", "-f", "qcow2", "-c", "read -q -P 7 0 64k", "-c", "read -q -P 8 64k 64k", "-c", "read -q -P 0 128k 64k", clone);
    }

    [Fact]
    public async Task An_overlay_records_the_format_of_what_is_below_it()
    {
        var (lowest, clone) = await MakeClone();
        var (other, _) = await MakeClone();

        Assert.Contains("\"backing-filename-format\": \"qcow2\"", await Info(clone), StringComparison.Ordinal);
        _disks.Rebase(clone, [lowest], [other], new Progress<int>(), CancellationToken.None);
        Assert.Contains("\"backing-filename-format\": \"qcow2\"", await Info(clone), StringComparison.Ordinal);
        _disks.Renew(clone, lowest, 1 << 20);
        Assert.Contains("\"backing-filename-format\": \"qcow2\"", await Info(clone), StringComparison.Ordinal);

        static Task<string> Info(string image) => Programs.Run("qemu-img", "info", "--output=json", image);
    }

    [Fact]
    public async Task A_definition_with_another_base_than_the_files_is_refused()
    {
        var (lowest, clone) = await MakeClone();
        var (other, _) = await MakeClone();

        Qcow2Disks.CheckBacking([new("vda", clone, "qcow2", [lowest]), new("vdb", lowest, "qcow2", []), new("vdc", "/absent", "qcow2", [other])]);
        foreach (var wrong in (string[][])[[], [other], [other, lowest]])
            Assert.Contains("does not lie on", Assert.Throws<VmException>(() => Qcow2Disks.CheckBacking([new("vda", clone, "qcow2", wrong)])).Message, StringComparison.Ordinal);
    }

    // 1 MiB disks: the first base has sevens up to 128k, the clone eights from 64k to 128k; the other base has nines from 0 to 64k and from 192k to 256k
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Zeros_over_what_a_base_has_are_zeros_afterwards_and_take_no_room(bool isRebased)
    {
        var (lowest, clone) = await MakeClone();
        var (other, _) = await MakeClone();
        File.SetUnixFileMode(other, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Programs.Run("qemu-io", "-f", "qcow2", "-c", "write -q -P 9 0 64k", "-c", "write -q -P 9 192k 64k", other);
        _disks.Freeze(other);
        // zeros the guest wrote, and what it threw away
        await Programs.Run("qemu-io", "-f", "qcow2", "-c", "write -q -P 0 0 64k", "-c", "write -q -P 6 512k 256k", "-c", "write -q -z 640k 64k", "-c", "write -q -P 0 704k 64k", clone);
        var before = Posix.RoomOf(clone);
        await File.WriteAllTextAsync(clone + ".source", "half");
        await File.WriteAllTextAsync(clone + ".part", "half");

        if (isRebased)
        {
            _disks.Rebase(clone, [lowest], [other], new Progress<int>(), CancellationToken.None);
        }
        else
        {
            var won = _disks.Compact(clone, [lowest], new Progress<int>(), CancellationToken.None);
            Assert.Equal(before - Posix.RoomOf(clone), won);
        }

        await Programs.Run("qemu-img", "check", "-q", "-f", "qcow2", clone);
        await Programs.Run("qemu-io", "-r", "-f", "qcow2", "-c", "read -q -P 0 0 64k", "-c", "read -q -P 8 64k 64k", "-c", "read -q -P 0 128k 384k", "-c", "read -q -P 6 512k 128k",
            "-c", "read -q -P 0 640k 384k", clone);
        Assert.True(Posix.RoomOf(clone) < before, $"{Posix.RoomOf(clone)} of {before}");
        Assert.Equal(isRebased ? other : lowest, _disks.BackingOf(clone));
        Assert.DoesNotContain(Directory.GetFiles(_settings.PoolFolder), file => file.StartsWith(clone + ".", StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(clone));
    }

    [Fact]
    public async Task A_disk_that_grew_beyond_its_base_keeps_its_size()
    {
        var (lowest, clone) = await MakeClone();
        var (other, _) = await MakeClone();
        await Programs.Run("qemu-img", "resize", "-q", "-f", "qcow2", clone, "3M");
        await Programs.Run("qemu-io", "-f", "qcow2", "-c", "write -q -P 5 2M 64k", clone);

        _disks.Compact(clone, [lowest], new Progress<int>(), CancellationToken.None);
        _disks.Rebase(clone, [lowest], [other], new Progress<int>(), CancellationToken.None);

        await Programs.Run("qemu-io", "-r", "-f", "qcow2", "-c", "read -q -P 8 64k 64k", "-c", "read -q -P 5 2M 64k", "-c", "read -q -P 0 2112k 960k", clone);
    }

    private async Task<(string Base, string Clone)> MakeClone()
    {
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", Path.Combine(_settings.LibraryFolder, "disk"), "1M");
        var (lowest, clone) = (_disks.PathOf(Guid.NewGuid()), _disks.PathOf(Guid.NewGuid()));
        _disks.Import("disk", lowest, new Progress<int>(), CancellationToken.None);
        await Programs.Run("qemu-io", "-f", "qcow2", "-c", "write -q -P 7 0 128k", lowest);
        _disks.Freeze(lowest);
        _disks.Clone(lowest, clone);
        await Programs.Run("qemu-io", "-f", "qcow2", "-c", "write -q -P 8 64k 64k", clone);
        return (lowest, clone);
    }

    private string NotFlattened(string clone, string below)
    {
        var before = File.ReadAllBytes(clone);
        var error = Assert.Throws<VmException>(() => _disks.Flatten(clone, [below], new Progress<int>(), CancellationToken.None)).Message;
        Assert.Equal(before, File.ReadAllBytes(clone));
        Assert.DoesNotContain(Directory.GetFiles(_settings.PoolFolder), file => file.StartsWith(clone + ".", StringComparison.Ordinal));
        return error;
    }

    [Fact]
    public async Task A_damaged_image_is_refused_by_whoever_looks_closely()
    {
        var image = Path.Combine(_settings.LibraryFolder, "disk");
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", image, "1M");
        await using (var file = File.OpenWrite(image))
        {
            file.Seek(40, SeekOrigin.Begin);
            file.Write([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0]);     // where the table of clusters should be
        }

        Assert.Throws<VmException>(() => _disks.Import("disk", _disks.PathOf(Guid.NewGuid()), new Progress<int>(), CancellationToken.None));

        Assert.Empty(Directory.GetFiles(_settings.PoolFolder));
    }
}
