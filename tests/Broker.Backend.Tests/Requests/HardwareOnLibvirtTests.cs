using System.Xml.Linq;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>A real guest whose hardware changes while it runs.</summary>
public sealed class HardwareOnLibvirtTests : GuestsOnLibvirt
{
    private DomainRow _desktop = null!;

    [Fact]
    public async Task AGuestGetsProcessorsMemoryAndNetworkCardsWhileItRunsAndTheRestAfterItWasOff()
    {
        _desktop = await _b.Do(new ImportDomain("tiny.qcow2", $"growing-{Guid.NewGuid().ToString("N")[..8]}", MemoryMib: 128));
        _made.Add(_desktop.Id);
        await Change(DeviceKind.Vcpus, "maximum=2");
        await Change(DeviceKind.Memory, "maximum_mib=256");
        await _b.Do(new StartDomain(_desktop.Id));
        // from here on it listens to what comes and goes
        await _b.Until(s => DomainsTable.Get(s, _desktop.Id), d => d is { State: DomainState.Active, Address: not null });

        Assert.False((await Change(DeviceKind.Vcpus, "count=2")).NeedsRestart);
        Assert.Null(Running().Element("vcpu")!.Attribute("current"));
        Assert.False((await Change(DeviceKind.Memory, "mib=192")).NeedsRestart);
        Assert.False((await _b.Do(new AddHardware(_desktop.Id, DeviceKind.Network, DeviceOptions.Parse("model=virtio")))).NeedsRestart);
        Assert.Equal(2, Running().Element("devices")!.Elements("interface").Count());
        Assert.False((await _b.Do(new RemoveHardware(_desktop.Id, DeviceKind.Network, 2))).NeedsRestart);
        Assert.Equal(_desktop.Mac, (string?)Assert.Single(Running().Element("devices")!.Elements("interface")).Element("mac")!.Attribute("address"));

        Assert.True((await Change(DeviceKind.Video, "model=virtio")).NeedsRestart);
        Assert.Equal("vga", Video());
        await _b.Do(new ForceShutdownDomain(_desktop.Id));
        Assert.False((await _b.Do(new StartDomain(_desktop.Id))).NeedsRestart);
        Assert.Equal("virtio", Video());
        Assert.Null(Running().Element("vcpu")!.Attribute("current"));
        // what it is made of boots with other hardware
        await _b.Until(s => DomainsTable.Get(s, _desktop.Id), d => d is { State: DomainState.Active, Address: not null });
    }

    private Task<DomainRow> Change(DeviceKind kind, string options) => _b.Do(new ChangeHardware(_desktop.Id, kind, Options: DeviceOptions.Parse(options)));

    private string? Video() => (string?)Running().Element("devices")!.Element("video")!.Element("model")!.Attribute("type");

    private XElement Running()
    {
        using var connect = global::Libvirt.Connect.Open(_libvirt.Uri);
        using var domain = connect.LookupDomainByUUID(_desktop.Id);
        return XElement.Parse(domain.GetXMLDesc());
    }
}
