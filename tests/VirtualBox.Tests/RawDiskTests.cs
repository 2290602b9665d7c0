namespace VirtualBox.Tests;

public sealed class RawDiskTests : IDisposable
{
    private const string Converter = """cat > "$3"; echo "$*" > "$here/arguments" """;
    private readonly string folder = Directory.CreateTempSubdirectory("raw-disk-").FullName;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(1 << 20)]
    [InlineData((3 << 20) + 7)]
    [InlineData(4 << 20)]
    public async Task VirtualBoxGetsExactlyTheBytesOfTheDisk(int length)
    {
        var bytes = Bytes(length);
        using var fake = new FakeVBoxManage(Converter);
        await RawDisk.Create(fake.Runner, $"{folder}/new/d.vdi", 4, new MemoryStream(bytes), DiskFormat.Vmdk);
        byte[] expected = [.. bytes, .. new byte[(4 << 20) - length]];
        Assert.Equal(expected, await File.ReadAllBytesAsync($"{folder}/new/d.vdi"));
        Assert.EndsWith($"d.vdi {4 << 20} --format VMDK", (await File.ReadAllTextAsync(fake.FileOf("arguments"))).Trim(), StringComparison.Ordinal);
        Assert.Equal([$"{folder}/new/d.vdi"], Directory.EnumerateFileSystemEntries($"{folder}/new"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5 << 20)]
    public async Task WhatWouldBeCutOffIsRefusedAndLeavesNothing(int more)
    {
        using var fake = new FakeVBoxManage("head -c 1048576 > /dev/null");
        await Assert.ThrowsAsync<ArgumentException>(() => RawDisk.Create(fake.Runner, $"{folder}/d.vdi", 1, new MemoryStream(Bytes((1 << 20) + more))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task AnErrorOfVirtualBoxIsToldThoughItReadNothing()
    {
        using var fake = new FakeVBoxManage("echo 'VBoxManage: error: No room' >&2; exit 1");
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => RawDisk.Create(fake.Runner, $"{folder}/d.vdi", 8, new MemoryStream(Bytes(8 << 20))));
        Assert.Equal("No room", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task ASourceThatFailsEndsItAndLeavesNothing()
    {
        using var fake = new FakeVBoxManage(Converter);
        var source = new Unplugged(() => File.Exists(fake.FileOf("runs")));
        var error = await Assert.ThrowsAsync<IOException>(() => RawDisk.Create(fake.Runner, $"{folder}/d.vdi", 8, source));
        Assert.Equal("unplugged", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Assert.False(fake.IsRunning);
    }

    [Fact]
    public async Task AFileThatIsThereIsLeftAlone()
    {
        using var fake = new FakeVBoxManage(Converter);
        await File.WriteAllTextAsync($"{folder}/d.vdi", "mine");
        await Assert.ThrowsAsync<IOException>(() => RawDisk.Create(fake.Runner, $"{folder}/d.vdi", 1, new MemoryStream()));
        Assert.Equal("mine", await File.ReadAllTextAsync($"{folder}/d.vdi"));
        Assert.Equal(0, fake.Runs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData((2 << 20) + 1)]
    public async Task ZerosAreWrittenAsManyAsWanted(int count)
    {
        var stream = new MemoryStream();
        await RawDisk.ZeroFill(stream, count);
        Assert.Equal(new byte[count], stream.ToArray());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Gives some bytes, and fails once it is time to.</summary>
    private sealed class Unplugged(Func<bool> time) : MemoryStream(new byte[4096])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length) return await base.ReadAsync(buffer, cancellationToken);
            while (!time()) await Task.Delay(5, cancellationToken);
            throw new IOException("unplugged");
        }
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)(i * 31 >> 3 | 1);
        return bytes;
    }
}
