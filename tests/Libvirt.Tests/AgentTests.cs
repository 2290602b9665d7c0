namespace Libvirt.Tests;

/// <summary>What asks the agent in a guest that has none.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class AgentTests(Qemu qemu)
{
    [Fact]
    public void NobodyOnTheChannelIsAgentUnresponsiveAtOnce()
    {
        var domain = qemu.Start(Driver.Qemu, "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>");
        domain.AgentSetResponseTimeout(1);
        Assert.Equal(ErrorNumber.AgentUnresponsive, Code(() => domain.QemuAgentCommand("{\"execute\":\"guest-ping\"}", 1)));
        Assert.Equal(ErrorNumber.AgentUnresponsive, Code(() => domain.GetTime()));
        Assert.Equal(ErrorNumber.AgentUnresponsive, Code(() => domain.GetHostname(DomainGetHostnameFlags.Agent)));
        Assert.Equal(ErrorNumber.AgentUnresponsive, Code(() => domain.SetUserPassword("root", "secret")));
        Assert.Equal(ErrorNumber.AgentUnresponsive, Code(() => domain.FSTrim(null, 0)));
        Assert.Equal(ErrorNumber.AgentUnresponsive, Code(() => domain.InterfaceAddresses(DomainInterfaceAddressesSource.Agent)));
        Qemu.Remove(domain);
    }

    [Fact]
    public void WithoutAChannelItIsUnsupported()
    {
        var domain = qemu.Start(Driver.Qemu);
        Assert.Equal(ErrorNumber.ArgumentUnsupported, Code(() => domain.QemuAgentCommand("{\"execute\":\"guest-ping\"}", 1)));
        Qemu.Remove(domain);
    }

    // The invented guest obeys everybody.
    [Fact]
    public void TheInventedGuestSetsAnyPassword()
    {
        var domain = qemu.Start(Driver.Test);
        domain.SetUserPassword("root", "secret");
        Qemu.Remove(domain);
    }

    private static ErrorNumber Code(Action call) => Assert.Throws<LibvirtException>(call).Code;

    private static ErrorNumber Code(Func<object?> call) => Assert.Throws<LibvirtException>(call).Code;
}
