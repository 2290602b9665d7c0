using System.Security.Cryptography;
using Broker.Backend.VmManagers;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What callers may rely on of copies of volumes that are kept elsewhere, where the host can make them.</summary>
public abstract partial class VmManagerContract
{
    private static readonly Progress<int> Unheard = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_kept_copy_of_a_clone_becomes_its_content_again_on_its_base_or_without(bool isWhole)
    {
        if (Node.As<ICanBackup>() is not { } backups) return;
        var (frozen, clone) = await CloneOfBlank();
        var (kept, restored) = (NewVolume(), NewVolume());

        backups.Save(clone, [frozen], isWhole, kept, Unheard, CancellationToken.None);
        backups.Save(clone, [frozen], isWhole, kept, Unheard, CancellationToken.None);
        await WriteMark(clone, 'C');
        using var file = File.OpenHandle(kept);
        var copy = await Kept(file, clone, isOverlay: !isWhole);
        Assert.Null(backups.Problem(copy));
        IReadOnlyList<string> below = isWhole ? [] : [frozen];
        backups.Restore(copy, restored, below, Unheard, CancellationToken.None);
        backups.Restore(copy, restored, below, Unheard, CancellationToken.None);

        Assert.Equal((true, true, false), (await HasMark(restored, 'A'), await HasMark(restored, 'B'), await HasMark(restored, 'C')));
        Assert.Equal(isWhole ? null : frozen, Node.Disks.BackingOf(restored));
        await WriteMark(restored, 'D');
        var spec = Spec([new("vda", restored, Node.Disks.Format, below)]);
        Node.Define(spec);
        Node.Start(spec.Id);
        Node.Destroy(spec.Id);
        Node.Disks.Delete(kept);
        Assert.False(File.Exists(kept));
    }

    [Fact]
    public async Task A_base_is_kept_as_it_is_and_stays_one()
    {
        if (Node.As<ICanBackup>() is not { } backups) return;
        var (frozen, clone) = await CloneOfBlank();
        var (mode, kept, restored) = (File.GetUnixFileMode(frozen), NewVolume(), NewVolume());
        backups.Save(frozen, [], isWhole: false, kept, Unheard, CancellationToken.None);
        using var file = File.OpenHandle(kept);
        backups.Restore(await Kept(file, frozen, isOverlay: false), restored, [], Unheard, CancellationToken.None);

        Assert.Equal((true, false), (await HasMark(restored, 'A'), await HasMark(restored, 'B')));
        Assert.Equal(mode, File.GetUnixFileMode(frozen));
        Assert.True(await HasMark(clone, 'B'));
        Node.Disks.Freeze(restored);
        Node.Disks.Clone(restored, NewVolume());
    }

    [Fact]
    public async Task A_copy_that_is_not_what_it_is_said_to_be_makes_no_volume_and_leaves_nothing()
    {
        if (Node.As<ICanBackup>() is not { } backups) return;
        var (frozen, clone) = await CloneOfBlank();
        var (kept, restored) = (NewVolume(), NewVolume());
        backups.Save(clone, [frozen], isWhole: false, kept, Unheard, CancellationToken.None);
        using var file = File.OpenHandle(kept);
        var copy = await Kept(file, clone, isOverlay: true);
        var files = PoolFiles();

        // what it names as the image below it is nobody's business
        Refuse(copy with { IsOverlay = false }, []);
        Refuse(copy with { CapacityBytes = copy.CapacityBytes + 512 }, [frozen]);
        Refuse(copy with { Format = "other" }, [frozen]);
        Refuse(copy with { Bytes = copy.Bytes with { Offset = 7, Length = copy.Bytes.Length - 7 } }, [frozen]);
        Assert.Throws<VmException>(() => backups.Restore(copy with { Sum = new(HashAlgorithmName.SHA256, new string('0', 64)) }, restored, [frozen], Unheard, CancellationToken.None));
        Assert.Throws<VmException>(() => backups.Restore(copy, restored, [clone], Unheard, CancellationToken.None));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => backups.Restore(copy, restored, [frozen], Unheard, stopped.Token));
        Assert.Equal(files, PoolFiles());

        void Refuse(BackedUpDisk forged, IReadOnlyList<string> below)
        {
            Assert.NotNull(backups.Problem(forged));
            Assert.Throws<VmException>(() => backups.Restore(forged, restored, below, Unheard, CancellationToken.None));
        }
    }

    private async Task<BackedUpDisk> Kept(Microsoft.Win32.SafeHandles.SafeFileHandle file, string of, bool isOverlay)
    {
        var bytes = FilePart.Whole(file);
        return new("vda", Node.Disks.Format, bytes, new(HashAlgorithmName.SHA256, bytes.ReadAll(null, Unheard, CancellationToken.None)), await CapacityOf(of), isOverlay);
    }
}
