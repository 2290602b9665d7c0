using System.Security.Cryptography;

namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public sealed class QemuVolumeTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Qemu _qemu;
    private readonly Connect _connect;
    private readonly string _folder;
    private readonly StoragePool _pool;

    public QemuVolumeTests(Qemu qemu)
    {
        _qemu = qemu;
        _connect = Connect.Open(qemu.Daemon.Uri);
        var name = $"p-{Guid.NewGuid():N}";
        _folder = Directory.CreateDirectory(Path.Combine(qemu.Folder, name)).FullName;
        _pool = _connect.StoragePoolCreateXML($"<pool type='dir'><name>{name}</name><target><path>{_folder}</path></target></pool>");
    }

    public void Dispose()
    {
        _pool.Destroy();
        _pool.Dispose();
        _connect.Dispose();
    }

    [Fact]
    public async Task WhatIsUploadedIsDownloaded()
    {
        using var volume = New(5 * MiB);
        var content = RandomNumberGenerator.GetBytes(5 * MiB);
        var progress = new Progress();
        await volume.UploadAsync(new MemoryStream(content), progress: progress);
        Assert.Equal(5 * MiB, progress.Last);
        Assert.Equal(content, File.ReadAllBytes(volume.GetPath()));

        using var whole = new MemoryStream();
        await volume.DownloadAsync(whole, progress: progress);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(whole.ToArray()));
        Assert.Equal(5 * MiB, progress.Last);

        using var part = new MemoryStream();
        await volume.DownloadAsync(part, offset: MiB, length: 1000);
        Assert.Equal(content[MiB..(MiB + 1000)], part.ToArray());
        await volume.UploadAsync(new MemoryStream([1, 2, 3]), offset: 7);
        Assert.Equal([.. content[..7], 1, 2, 3, .. content[10..20]], File.ReadAllBytes(volume.GetPath())[..20]);
    }

    [Fact]
    public void CsOwnLoopsMoveTheSame()
    {
        using var volume = New(MiB);
        var content = RandomNumberGenerator.GetBytes(MiB);
        using (var stream = _connect.NewStream())
        {
            volume.Upload(stream);
            stream.SendAll(new MemoryStream(content));
            stream.Finish();
        }
        using var back = new MemoryStream();
        using (var stream = _connect.NewStream())
        {
            volume.Download(stream);
            stream.RecvAll(back);
            stream.Finish();
        }
        Assert.Equal(content, back.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HolesAreKept(bool inC)
    {
        // data at 1 MiB and at 60 MiB, a hole at the end
        var content = RandomNumberGenerator.GetBytes(MiB);
        var source = Path.Combine(_folder, "source");
        using (var file = File.Create(source))
        {
            file.Position = MiB;
            file.Write(content);
            file.Position = 60 * MiB;
            file.Write(content);
            file.SetLength(64 * MiB);
        }
        using var volume = New(64 * MiB);
        var destination = Path.Combine(_folder, "destination");
        var progress = new Progress();
        using (var file = File.OpenRead(source))
        {
            if (inC)
                Transfer(s => volume.Upload(s, flags: StorageVolUploadFlags.SparseStream), s => s.SparseSendAll(file));
            else
                await volume.UploadAsync(file, flags: StorageVolUploadFlags.SparseStream, progress: progress);
        }
        using (var file = File.Create(destination))
        {
            if (inC)
                Transfer(s => volume.Download(s, flags: StorageVolDownloadFlags.SparseStream), s => s.SparseRecvAll(file));
            else
                await volume.DownloadAsync(file, flags: StorageVolDownloadFlags.SparseStream, progress: progress);
        }
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(source)), SHA256.HashData(File.ReadAllBytes(volume.GetPath())));
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(source)), SHA256.HashData(File.ReadAllBytes(destination)));
        Assert.InRange(Blocks(source), 2 * MiB / 512, 3 * MiB / 512);
        Assert.InRange(Blocks(volume.GetPath()), 2 * MiB / 512, 3 * MiB / 512);
        Assert.InRange(Blocks(destination), 2 * MiB / 512, 3 * MiB / 512);
        Assert.Equal(inC ? 0 : 64 * MiB, progress.Last);
    }

    [Fact]
    public async Task HolesAreZerosForWhoDoesNotAskForThem()
    {
        using var volume = New(3 * MiB);
        using var content = new MemoryStream();
        await volume.DownloadAsync(content);
        Assert.Equal(new byte[3 * MiB], content.ToArray());
    }

    [Fact]
    public async Task AHoleLeavesWhatWasThere()
    {
        using var volume = New(2 * MiB);
        var content = RandomNumberGenerator.GetBytes(2 * MiB);
        await volume.UploadAsync(new MemoryStream(content));
        await using var stream = _connect.NewStream();
        volume.Upload(stream, flags: StorageVolUploadFlags.SparseStream);
        stream.SendHole(MiB);
        stream.Write([1]);
        stream.Finish();
        Assert.Equal([.. content[..MiB], 1], File.ReadAllBytes(volume.GetPath()));
    }

    [Fact]
    public void ThatMoreWasSentThanSaidIsToldAtTheEnd()
    {
        using var volume = New(MiB);
        // A connection of its own: libvirt 9.0 closes it, one time in four.
        using var connect = Connect.Open(_qemu.Daemon.Uri);
        using var same = connect.LookupStorageVolByPath(volume.GetPath());
        using var stream = connect.NewStream();
        same.Upload(stream, length: 10);
        stream.Write(new byte[100]);
        Assert.Equal(ErrorNumber.SystemError, Assert.Throws<LibvirtException>(stream.Finish).Code);
    }

    [Fact]
    public async Task ADownloadThatIsCancelledLeavesNothingBehind()
    {
        using var volume = New(2048L * MiB);
        using var cancel = new CancellationTokenSource();
        var progress = new Progress(_ => cancel.Cancel());
        var download = volume.DownloadAsync(System.IO.Stream.Null, progress: progress, cancellationToken: cancel.Token);
        var error = await Record.ExceptionAsync(() => download.WaitAsync(Limit));
        Assert.IsAssignableFrom<OperationCanceledException>(error);
        Assert.InRange(progress.Last, 1, 100L * MiB);
        await WorksStill(volume);
    }

    [Fact]
    public async Task AnUploadThatIsCancelledLeavesNothingBehind()
    {
        using var volume = New(2048L * MiB);
        using var cancel = new CancellationTokenSource();
        var progress = new Progress(_ => cancel.Cancel());
        using var source = new FileStream("/dev/zero", FileMode.Open);
        var upload = volume.UploadAsync(source, progress: progress, cancellationToken: cancel.Token);
        var error = await Record.ExceptionAsync(() => upload.WaitAsync(Limit));
        Assert.IsAssignableFrom<OperationCanceledException>(error);
        await WorksStill(volume);
    }

    [Fact]
    public async Task WhatTheOtherStreamThrowsReachesTheCallerAndBreaksTheTransferOff()
    {
        using var volume = New(2048L * MiB);
        var thrown = new IOException("disk full");
        using var bad = new Bad(thrown);
        Assert.Same(thrown, await Record.ExceptionAsync(() => volume.DownloadAsync(bad)));
        Assert.Same(thrown, await Record.ExceptionAsync(() => volume.UploadAsync(bad)));
        Assert.Same(thrown, Record.Exception(() => Transfer(s => volume.Download(s), s => s.RecvAll(bad))));
        Assert.Same(thrown, Record.Exception(() => Transfer(s => volume.Upload(s), s => s.SendAll(bad))));
        Assert.Same(thrown, Record.Exception(() => Transfer(s => volume.Download(s, flags: StorageVolDownloadFlags.SparseStream), s => s.SparseRecvAll(bad))));
        Assert.Same(thrown, Record.Exception(() => Transfer(s => volume.Upload(s, flags: StorageVolUploadFlags.SparseStream), s => s.SparseSendAll(bad))));
        await WorksStill(volume);
    }

    [Fact]
    public async Task AWriteOfManyMessagesArrivesWhole()
    {
        using var volume = New(40 * MiB);
        var content = RandomNumberGenerator.GetBytes(40 * MiB);
        await using (var stream = _connect.NewStream(StreamFlags.Nonblock))
        {
            volume.Upload(stream);
            await stream.WriteAsync(content.AsMemory(0, 20 * MiB));
            stream.Write(content.AsSpan(20 * MiB));
            await stream.FinishAsync();
        }
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(File.ReadAllBytes(volume.GetPath())));
    }

    /// <summary>The volume isn't in use, the connection answers.</summary>
    private async Task WorksStill(StorageVolume volume)
    {
        await volume.UploadAsync(new MemoryStream([1, 2, 3]));
        using var content = new MemoryStream();
        await volume.DownloadAsync(content, length: 3);
        Assert.Equal([1, 2, 3], content.ToArray());
        volume.Delete();
        Assert.True(_connect.IsAlive());
    }

    private void Transfer(Action<Stream> start, Action<Stream> move)
    {
        using var stream = _connect.NewStream();
        start(stream);
        move(stream);
        stream.Finish();
    }

    private StorageVolume New(long capacity) => _pool.StorageVolCreateXML($"""
        <volume><name>v-{Guid.NewGuid():N}</name><capacity>{capacity}</capacity><allocation>0</allocation><target><format type='raw'/></target></volume>
        """);

    /// <summary>Of 512 bytes, on the disk.</summary>
    private static int Blocks(string path) => int.Parse(Programs.Run("stat", "-c", "%b", path), System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Progress(Action<long>? report = null) : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value)
        {
            Last = value;
            report?.Invoke(value);
        }
    }

    private sealed class Bad(Exception e) : MemoryStream
    {
        public override int Read(Span<byte> buffer) => throw e;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw e;

        public override void Write(ReadOnlySpan<byte> buffer) => throw e;

        public override void Write(byte[] buffer, int offset, int count) => throw e;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw e;

        public override void SetLength(long value) => throw e;

        public override long Length => 1;
    }
}
