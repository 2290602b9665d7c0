namespace Libvirt.Tests;

/// <summary>What a daemon with QEMU tells and keeps without a guest that runs all the time.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class QemuHostTests(Qemu qemu)
{
    [Fact]
    public void ADisksContentsAreRead()
    {
        var image = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.raw");
        File.WriteAllBytes(image, [.. Enumerable.Range(0, 1024).Select(i => (byte)(i / 4))]);
        using var domain = qemu.Connect.DomainDefineXML(qemu.Guest(
            $"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{image}'/><target dev='vda'/></disk>"));
        Assert.Equal([100, 100, 100, 100, 101], domain.BlockPeek("vda", 400, 5));
        domain.Undefine();
    }

    [Fact]
    public void ASavedDomainIsRestored()
    {
        var file = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.save");
        using var domain = qemu.Connect.DomainDefineXML(qemu.Guest());
        domain.Create();
        domain.SaveParams(new() { File = file });
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Saved), domain.GetState());
        qemu.Connect.DomainRestoreParams(new() { File = file });
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Restored), domain.GetState());
        domain.ManagedSave();
        domain.Create();
        domain.Destroy();
        domain.Undefine();
    }

    [Fact]
    public void TheHostTellsOfItsMemory()
    {
        var memory = qemu.Connect.NodeGetMemoryStats();
        Assert.True(memory.Total > memory.Free && memory.Free > 0 && memory.Buffers != null && memory.Cached > 0);
        Assert.Empty(memory.Others);
        Assert.Empty(qemu.Connect.NodeGetCPUStats().Others);
        var pages = Assert.Single(qemu.Connect.NodeGetFreePages([4], 0, 1));
        Assert.True(Assert.Single(pages) > 0);
        var shared = qemu.Connect.NodeGetMemoryParameters();
        Assert.Empty(shared.Others);
    }

    [Fact]
    public void ASecretKeepsItsBytes()
    {
        using var secret = qemu.Connect.SecretDefineXML("<secret ephemeral='no' private='no'><usage type='volume'><volume>/nowhere</volume></usage></secret>");
        Assert.Equal(ErrorNumber.NoSecret, Assert.Throws<LibvirtException>(() => secret.GetValue()).Code);
        secret.SetValue([0, 255, 0, 7]);
        Assert.Equal([0, 255, 0, 7], secret.GetValue());
        secret.Undefine();
    }
}
