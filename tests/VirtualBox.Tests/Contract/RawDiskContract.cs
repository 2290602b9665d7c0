namespace VirtualBox.Tests;

public abstract class RawDiskContract(Installation tried)
{
    [ContractTheory]
    [InlineData(DiskFormat.Vdi, 1 << 20)]
    [InlineData(DiskFormat.Vmdk, 1 << 20)]
    [InlineData(DiskFormat.Vhd, 1 << 20)]
    [InlineData(DiskFormat.Vdi, 100)]
    [InlineData(DiskFormat.Vmdk, 100)]
    [InlineData(DiskFormat.Vhd, 100)]
    public async Task RawBytesBecomeADiskAndComeBackInWhateverPartsTheyCome(DiskFormat format, int part)
    {
        var folder = tried.NewFolder();
        var bytes = new byte[(1 << 20) + 333];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i * 31 >> 3 | 1);
        await RawDisk.Create(tried.VBox, $"{folder}/disk.image", 3, new Parts(bytes, part), format);

        var medium = await Medium.Get(tried.VBox, $"{folder}/disk.image");
        Assert.Equal((3, format.ToString().ToUpperInvariant()), (medium.CapacityMiB, medium.Format));
        await tried.VBox.Run(tried.VBox.Command("clonemedium", "disk", medium.Location, $"{folder}/back.raw", "--format", "RAW"));
        byte[] expected = [.. bytes, .. new byte[(3 << 20) - bytes.Length]];
        Assert.Equal(expected, await File.ReadAllBytesAsync($"{folder}/back.raw"));
    }

    /// <summary>Gives no more than so many bytes at a time.</summary>
    private sealed class Parts(byte[] bytes, int part) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(part, buffer.Length)], cancellationToken);
    }
}
