namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class QemuDomainTests(Qemu qemu)
{
    [Fact]
    public void AGuestStartsRunsAndIsStopped()
    {
        using var domain = qemu.Connect.DomainDefineXML(qemu.Guest(Qemu.Disk(qemu.NewImage()), Qemu.Display));
        domain.Create();
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Booted), domain.GetState());
        domain.Destroy();
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Destroyed), domain.GetState());
        domain.Undefine();
    }
}
