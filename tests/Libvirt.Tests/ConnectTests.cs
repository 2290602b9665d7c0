namespace Libvirt.Tests;

public class ConnectTests
{
    [Fact]
    public async Task OpensOnAThreadOfItsOwnForReadingToo()
    {
        using var connect = await Connect.OpenAsync("test:///default", ConnectFlags.Ro);
        using var domain = connect.LookupDomainByName("test");
        var error = await Assert.ThrowsAsync<LibvirtException>(() => domain.DestroyAsync());
        Assert.Equal(ErrorNumber.OperationDenied, error.Code);
        await Assert.ThrowsAsync<LibvirtException>(() => Connect.OpenAsync("test:///nowhere.xml"));
    }

    [Fact]
    public void OpensAndTellsWhatItIsConnectedTo()
    {
        using var connect = Connect.Open("test:///default");
        Assert.True(connect.IsAlive());
        Assert.Equal("test:///default", connect.GetURI());
        Assert.Equal(Connect.GetLibraryVersion(), connect.GetLibVersion());
        Assert.Contains("<capabilities>", connect.GetCapabilities());
        Assert.NotEmpty(connect.GetHostname());
        Assert.True(connect.GetVersion() > 0);
    }

    [Fact]
    public void NodeHasProcessorsAndMemory()
    {
        using var connect = Connect.Open("test:///default");
        var node = connect.NodeGetInfo();
        Assert.Equal((16u, 3145728L, "i686"), (node.Cpus, node.Memory, node.Model));
        Assert.True(connect.NodeGetFreeMemory() > 0);
    }

    [Fact]
    public void AnUnknownTransportIsInvalidArg()
    {
        var error = Assert.Throws<LibvirtException>(() => Connect.Open("qemu+pigeon:///system"));
        Assert.Equal(ErrorNumber.InvalidArg, error.Code);
        Assert.Equal(ErrorLevel.Error, error.Level);
        Assert.False(error.IsConnectionLost);
    }

    [Fact]
    public void AnAbsentDaemonIsSystemErrorOfRpc()
    {
        var error = Assert.Throws<LibvirtException>(() => Connect.Open("qemu:///system?socket=/nonexistent/libvirt-sock"));
        Assert.Equal((ErrorNumber.SystemError, ErrorDomain.Rpc), (error.Code, error.Domain));
        Assert.Contains("/nonexistent/libvirt-sock", error.Message);
    }

    [Fact]
    public void ReadOnlyConnectionsRefuseChanges()
    {
        using var connect = Connect.OpenReadOnly("test:///default");
        Assert.NotEmpty(connect.GetURI());
        var error = Assert.Throws<LibvirtException>(() => connect.DomainDefineXML(Xml.Domain()));
        Assert.Equal(ErrorNumber.OperationDenied, error.Code);
    }

    [Fact]
    public void WhatTheDriverCannotDoIsNoSupport()
    {
        using var connect = Connect.Open("test:///default");
        var error = Assert.Throws<LibvirtException>(() => connect.SetKeepAlive(5, 3));
        Assert.Equal(ErrorNumber.NoSupport, error.Code);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => connect.GetDomainCapabilities()).Code);
    }

    [Fact]
    public void AStringWithAZeroCharacterIsRefusedBeforeItIsCutShort()
    {
        using var connect = Connect.Open("test:///default");
        Assert.Throws<ArgumentException>(() => connect.LookupDomainByName("test\0ing"));
    }

    [Fact]
    public void AfterDisposeEveryCallIsObjectDisposed()
    {
        var connect = Connect.Open("test:///default");
        connect.Close();
        connect.Dispose();
        Assert.Throws<ObjectDisposedException>(() => connect.GetURI());
        Assert.Throws<ObjectDisposedException>(() => connect.ListAllDomains());
        Assert.Throws<ObjectDisposedException>(() => connect.Ref());
        Assert.Throws<ObjectDisposedException>(() => connect.DomainEventLifecycleRegister(_ => { }));
    }

    [Fact]
    public void ASecondOwnerKeepsTheConnectionOpen()
    {
        var first = Connect.Open("test:///default");
        using var second = first.Ref();
        first.Dispose();
        Assert.True(second.IsAlive());
    }
}
