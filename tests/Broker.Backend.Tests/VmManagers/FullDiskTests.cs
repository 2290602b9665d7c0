using System.Security.Cryptography;
using Broker.Backend.VmManagers;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>A disk that is really full, before or in the middle of what is being made: that fails, and nothing half made is left.</summary>
[Trait("Needs", "libvirt")]     // root, for a mount of its own
public sealed class FullDiskTests : Qcow2Tests
{
    private const int ContentBytes = 8 << 20;

    private readonly DirectoryInfo _tools = Directory.CreateTempSubdirectory("broker-tools-");

    [Theory]
    [InlineData(null)]
    [InlineData("convert")]
    public void An_import_that_finds_no_room_halfway_leaves_nothing(string? word)
    {
        WriteRaw();
        OnPool(() =>
        {
            var target = _disks.PathOf(Guid.NewGuid());
            var full = FullAt(word);
            Fails("No space left", () => _disks.Import("disk.raw", target, full, CancellationToken.None));
        });
    }

    [Theory]
    [InlineData("copy", null)]
    [InlineData("flatten", "convert")]
    [InlineData("compact", "convert")]
    [InlineData("rebase", "rebase")]
    [InlineData("rebase", "convert")]
    public void What_is_made_of_a_volume_and_finds_no_room_halfway_leaves_the_volume_as_it_was(string what, string? word)
    {
        WriteRaw();
        OnPool(() =>
        {
            var (lowest, clone, onto) = (Import(), _disks.PathOf(Guid.NewGuid()), Import());
            _disks.Freeze(lowest, onto);
            _disks.Clone(lowest, clone);
            Io(clone, "write -q -P 7 0 6M");
            var before = SHA256.HashData(File.ReadAllBytes(clone));

            var full = FullAt(word);
            Fails("No space left", () =>
            {
                if (what is "copy") _disks.Copy(clone, [lowest], _disks.PathOf(Guid.NewGuid()), isExact: false, full, CancellationToken.None);
                else if (what is "flatten") _disks.Flatten(clone, [lowest], full, CancellationToken.None);
                else if (what is "compact") _disks.Compact(clone, [lowest], full, CancellationToken.None);
                else _disks.Rebase(clone, [lowest], [onto], full, CancellationToken.None);
            });

            Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(clone)));
            Io(clone, "read -q -P 7 0 6M");
        });
    }

    [Fact]
    public void Nothing_is_made_prepared_cloned_or_restored_where_there_is_no_byte_left()
    {
        WriteRaw();
        OnPool(() =>
        {
            var (lowest, clone, machine) = (Import(), _disks.PathOf(Guid.NewGuid()), Import());
            _disks.Freeze(lowest);
            _disks.Clone(lowest, clone);
            Io(clone, "write -q -P 7 0 1M");
            SmallDisk.Leave(_settings.PoolFolder, 0);

            Fails("no room", () => _disks.Create(_disks.PathOf(Guid.NewGuid()), 1 << 20));
            Fails("no room", () => _disks.Grow(machine, 64 << 20));
            Fails("no room", () => _disks.Freeze(machine));
            Fails("no room", () => _disks.Import("disk.raw", _disks.PathOf(Guid.NewGuid()), new Told(_ => { }), CancellationToken.None));
            Fails("no room", () => _disks.Copy(machine, [], _disks.PathOf(Guid.NewGuid()), isExact: false, new Told(_ => { }), CancellationToken.None));
            Fails("could not be made", () => _disks.Clone(lowest, _disks.PathOf(Guid.NewGuid())));
            Fails("could not be made", () => _disks.Renew(clone, lowest, ContentBytes));

            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(machine));
            Io(clone, "read -q -P 7 0 1M");
        });
    }

    public override void Dispose()
    {
        _tools.Delete(recursive: true);
        base.Dispose();
    }

    private void OnPool(Action act) => SmallDisk.On(_settings.PoolFolder, 512, act);

    // the pool has the same files afterwards
    private void Fails(string why, Action act)
    {
        var before = Directory.GetFiles(_settings.PoolFolder).Order(StringComparer.Ordinal).ToList();
        Assert.Contains(why, Assert.Throws<VmException>(act).Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(_settings.PoolFolder).Order(StringComparer.Ordinal));
    }

    // others take all but a little of the room: when qemu-img begins with a word, or else with the first percent that we copy ourselves
    private Told FullAt(string? word)
    {
        var isFull = word is not null;
        if (isFull)
        {
            File.SetUnixFileMode(_tools.FullName, (UnixFileMode)0b111_101_101);
            SmallDisk.BeforeQemuImg(word!, _tools.FullName, Fill);
        }
        return new(value =>
        {
            if (isFull || value < 1) return;
            isFull = true;
            Fill();
        });

        void Fill() => SmallDisk.Leave(_settings.PoolFolder, 1 << 20);
    }

    // noise: nothing of it is left out as zeros
    private void WriteRaw()
    {
        var disk = RandomNumberGenerator.GetBytes(ContentBytes);
        (disk[510], disk[511]) = (0x55, 0xAA);
        File.WriteAllBytes(Path.Combine(_settings.LibraryFolder, "disk.raw"), disk);
    }

    private string Import()
    {
        var target = _disks.PathOf(Guid.NewGuid());
        _disks.Import("disk.raw", target, new Told(_ => { }), CancellationToken.None);
        return target;
    }

    // on this thread, which alone sees the folder's files
    private static void Io(string disk, string command) => Programs.Run("qemu-io", "-f", "qcow2", "-c", command, disk).GetAwaiter().GetResult();

    private sealed class Told(Action<int> told) : IProgress<int>
    {
        public void Report(int value) => told(value);
    }
}
