namespace Libvirt.Tests;

public sealed class HolesTests : IDisposable
{
    private const int Part = 1024 * 1024;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void AFileIsDataAndHoles()
    {
        using var file = Sparse(hole: Part, data: Part, tail: Part);
        Assert.Equal((false, Part), Holes.Next(file));
        file.Position = Part;
        Assert.Equal((true, Part), Holes.Next(file));
        file.Position = Part + 1000;
        Assert.Equal((true, Part - 1000), Holes.Next(file));
        file.Position = 2 * Part;
        Assert.Equal((false, Part), Holes.Next(file));
        file.Position = 3 * Part;
        Assert.Equal((true, 0), Holes.Next(file));
    }

    [Fact]
    public void LookingForHolesDoesNotMoveTheFile()
    {
        using var file = Sparse(hole: 0, data: 3, tail: Part);
        Assert.Equal(1, file.ReadByte());
        Assert.True(Holes.Next(file).IsData);
        Assert.Equal(1, file.Position);
        Assert.Equal(2, file.ReadByte());
    }

    [Fact]
    public void WhatIsNoFileIsData()
    {
        Assert.Equal((true, 5), Holes.Next(new MemoryStream(new byte[5])));
        Assert.Equal((true, long.MaxValue), Holes.Next(new Endless()));
    }

    [Fact]
    public async Task AHoleLengthensWhatEndsAndClearsWhatIsThere()
    {
        var stream = new MemoryStream();
        stream.Write([1, 2, 3, 4]);
        stream.Position = 1;
        Holes.Write(stream, 2);
        Assert.Equal(3, stream.Position);
        Assert.Equal([1, 0, 0, 4], stream.ToArray());
        await Holes.WriteAsync(stream, 3, CancellationToken.None);
        Assert.Equal([1, 0, 0, 0, 0, 0], stream.ToArray());
        Assert.Equal(6, stream.Position);
        Holes.Write(stream, 2);
        Assert.Equal([1, 0, 0, 0, 0, 0, 0, 0], stream.ToArray());
    }

    // As a file of the host's disks is.
    [Fact]
    public async Task WhatCanSeekAndHasNoLengthGetsZeros()
    {
        var disk = new Disk();
        Holes.Write(disk, 2);
        await Holes.WriteAsync(disk, 1, CancellationToken.None);
        Assert.Equal(3, disk.Position);
        Assert.Equal([0, 0, 0, 9], disk.ToArray());
    }

    [Fact]
    public async Task WhatCanNotSeekGetsZeros()
    {
        var stream = new Endless();
        Holes.Write(stream, 200_000);
        await Holes.WriteAsync(stream, 100_000, CancellationToken.None);
        Assert.Equal(300_000, stream.Zeros);
    }

    private FileStream Sparse(int hole, int data, int tail)
    {
        var file = new FileStream(_file, FileMode.Create, FileAccess.ReadWrite);
        file.Seek(hole, SeekOrigin.Begin);
        var bytes = new byte[data];
        for (var i = 0; i < data; i++)
            bytes[i] = (byte)(i + 1);
        file.Write(bytes);
        file.Flush();
        file.SetLength(hole + data + tail);
        file.Position = 0;
        return file;
    }

    /// <summary>Like the other end of a network.</summary>
    private sealed class Endless : MemoryStream
    {
        public int Zeros { get; private set; }

        public override bool CanSeek => false;

        public override void Write(byte[] buffer, int offset, int count) => Zeros += buffer.AsSpan(offset, count).Count((byte)0);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Zeros += buffer.Span.Count((byte)0);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Disk() : MemoryStream([9, 9, 9, 9])
    {
        public override long Length => 0;

        public override void SetLength(long value)
        {
        }
    }
}
