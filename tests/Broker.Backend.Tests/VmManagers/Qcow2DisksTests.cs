using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Core.Library;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

public sealed class Qcow2DisksTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-");     // closed to others, as a checkout below /root is
    private readonly NodeSettings _settings;
    private readonly Qcow2Disks _disks;

    public Qcow2DisksTests()
    {
        _settings = new("here", "qemu:///system", _folder.CreateSubdirectory("pool").FullName, _folder.CreateSubdirectory("library").FullName, "/absent");
        _disks = new(_settings);
    }

    public void Dispose() => _folder.Delete(recursive: true);

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
