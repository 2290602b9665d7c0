using Microsoft.Win32.SafeHandles;

namespace Libvirt.Tests;

/// <summary>The test driver has one stream: a fixed picture as screenshot.</summary>
public sealed class StreamTests : IDisposable
{
    private readonly Connect _connect = Connect.Open("test:///default");
    private readonly Domain _domain;
    private readonly byte[] _picture;

    public StreamTests()
    {
        _domain = _connect.LookupDomainByName("test");
        using var picture = new MemoryStream();
        Assert.Equal("image/png", _domain.Screenshot(picture));
        _picture = picture.ToArray();
        Assert.Equal("IEND"u8.ToArray(), _picture[^8..^4]);
    }

    public void Dispose()
    {
        _domain.Dispose();
        _connect.Dispose();
    }

    [Theory]
    [InlineData(default(StreamFlags))]
    [InlineData(StreamFlags.Nonblock)]
    public void ItIsReadLikeAnyOtherStream(StreamFlags flags)
    {
        using var stream = Screenshot(flags);
        Assert.True(stream.CanRead && stream.CanWrite && !stream.CanSeek);
        using var picture = new MemoryStream();
        stream.CopyTo(picture, 1000);
        stream.Finish();
        Assert.Equal(_picture, picture.ToArray());
    }

    [Theory]
    [InlineData(default(StreamFlags))]
    [InlineData(StreamFlags.Nonblock)]
    public async Task ItIsReadAsynchronously(StreamFlags flags)
    {
        await using var stream = Screenshot(flags);
        using var picture = new MemoryStream();
        await stream.CopyToAsync(picture, 1000);
        await stream.FinishAsync();
        Assert.Equal(_picture, picture.ToArray());
    }

    [Fact]
    public async Task AScreenshotIsTakenAsynchronously()
    {
        using var picture = new MemoryStream();
        Assert.Equal("image/png", await _domain.ScreenshotAsync(picture));
        Assert.Equal(_picture, picture.ToArray());
    }

    [Fact]
    public async Task NothingCanBeReadIntoNothing()
    {
        using var stream = Screenshot();
        Assert.Equal(0, stream.Read([]));
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(_picture[0], stream.ReadByte());
    }

    [Fact]
    public async Task WithATokenThatIsCancelledNothingIsRead()
    {
        await using var stream = Screenshot(StreamFlags.Nonblock);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ReadAsync(new byte[1], new CancellationToken(canceled: true)).AsTask());
        using var picture = new MemoryStream();
        await stream.CopyToAsync(picture);
        Assert.Equal(_picture, picture.ToArray());
    }

    [Fact]
    public void WhatTheOtherStreamThrowsBreaksTheTransferOffAndReachesTheCaller()
    {
        using var stream = Screenshot();
        var thrown = new IOException("disk full");
        Assert.Same(thrown, Assert.Throws<IOException>(() => stream.RecvAll(new Full(thrown))));
        Assert.Throws<LibvirtException>(() => stream.Recv(new byte[1]));
    }

    [Fact]
    public void CsLoopsAreForStreamsThatBlock()
    {
        using var stream = Screenshot(StreamFlags.Nonblock);
        Assert.Equal(ErrorNumber.OperationInvalid, Assert.Throws<LibvirtException>(() => stream.RecvAll(new MemoryStream())).Code);
    }

    [Fact]
    public async Task AStreamThatIsDisposedIsNotRead()
    {
        var stream = Screenshot();
        await stream.DisposeAsync();
        stream.Dispose();
        Assert.False(stream.CanRead || stream.CanWrite);
        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1]).AsTask());
        Assert.Throws<ObjectDisposedException>(stream.Finish);
    }

    [Fact]
    public void AStreamThatNobodyWasGivenFails()
    {
        using var stream = _connect.NewStream();
        Assert.Throws<LibvirtException>(() => stream.Read(new byte[1]));
        Assert.Throws<LibvirtException>(() => stream.Write([1]));
        Assert.Throws<LibvirtException>(stream.Finish);
    }

    [Fact]
    public async Task TheTestDriverMovesNoVolumes()
    {
        using var pool = _connect.LookupStoragePoolByName("default-pool");
        using var volume = pool.StorageVolCreateXML($"<volume><name>{Guid.NewGuid():N}</name><capacity>1024</capacity></volume>");
        using var stream = _connect.NewStream();
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => volume.Upload(stream)).Code);
        Assert.Equal(ErrorNumber.NoSupport, (await Assert.ThrowsAsync<LibvirtException>(() => volume.UploadAsync(new MemoryStream()))).Code);
        Assert.Equal(ErrorNumber.NoSupport, (await Assert.ThrowsAsync<LibvirtException>(() => volume.DownloadAsync(new MemoryStream()))).Code);
        volume.Delete();
    }

    [Fact]
    public async Task TheTestDriverOpensNoConsolesAndDisplays()
    {
        using var stream = _connect.NewStream(StreamFlags.Nonblock);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => _domain.OpenConsole(null, stream)).Code);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => _domain.OpenChannel(null, stream)).Code);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => _domain.OpenGraphicsFD(0)).Code);
        Assert.Equal(ErrorNumber.NoSupport, (await Assert.ThrowsAsync<LibvirtException>(() => _connect.DomainQemuAttachAsync(1))).Code);
    }

    [Fact]
    public async Task ADomainIsStartedWithFiles()
    {
        using SafeFileHandle one = Null(), two = Null();
        using var domain = _connect.DomainDefineXML(Xml.Domain());
        domain.CreateWithFiles([one, two]);
        Assert.True(domain.IsActive());
        domain.Destroy();
        await domain.CreateWithFilesAsync([]);
        domain.Destroy();
        domain.Undefine();
        using var transient = await _connect.DomainCreateXMLWithFilesAsync(Xml.Domain(), [one]);
        Assert.False(transient.IsPersistent());
        transient.Destroy();
        Assert.False(one.IsClosed);
    }

    [Fact]
    public void AFileThatIsClosedIsNotPassed()
    {
        using var one = Null();
        var two = Null();
        two.Dispose();
        using var domain = _connect.DomainDefineXML(Xml.Domain());
        Assert.Throws<ObjectDisposedException>(() => domain.CreateWithFiles([one, two]));
        one.Dispose();
        Assert.True(one.IsClosed);      // nothing holds it
        domain.Undefine();
    }

    private static SafeFileHandle Null() => File.OpenHandle("/dev/null");

    private Stream Screenshot(StreamFlags flags = default)
    {
        var stream = _connect.NewStream(flags);
        _domain.Screenshot(stream);
        return stream;
    }

    private sealed class Full(Exception e) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw e;
    }
}
