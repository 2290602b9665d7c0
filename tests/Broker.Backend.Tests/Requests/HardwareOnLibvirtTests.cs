using System.Xml.Linq;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests.Domains;
using Broker.Testing;
using Libvirt.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>A real guest whose hardware changes while it runs.</summary>
[Trait("Needs", "libvirt")]
public sealed class HardwareOnLibvirtTests : IAsyncLifetime
{
    private PrivateLibvirtd _libvirt = null!;
    private RunningBackEnd _b = null!;
    private DomainRow? _desktop;

    public async Task InitializeAsync()
    {
        _libvirt = await PrivateLibvirtd.Shared;
        var library = Repository.NewFolder("library");
        File.Copy(await GuestImage.Tiny, Path.Combine(library, "tiny.qcow2"));
        _b = await RunningBackEnd.Prepare(await (await PrivateMariaDb.Shared).NewDatabase(), Path.GetDirectoryName(_libvirt.Displays)!,
            s => s with { Library = library, Pool = Path.Combine(_libvirt.Shares, Guid.NewGuid().ToString("N")[..8]) }, VmManagerKind.Libvirt, _libvirt.Uri);
        File.SetUnixFileMode(_b.Settings.Pool, File.GetUnixFileMode(_b.Settings.Pool) | UnixFileMode.OtherExecute);
        await _b.Start();
    }

    public async Task DisposeAsync()
    {
        if (_desktop is not null) await _b.Ask(new RemoveDomain(_desktop.Id));
        await _b.DisposeAsync();
        Directory.Delete(_b.Settings.Library, recursive: true);
        Directory.Delete(_b.Settings.Pool, recursive: true);
    }

    [Fact]
    public async Task AGuestGetsProcessorsMemoryAndNetworkCardsWhileItRunsAndTheRestAfterItWasOff()
    {
        _desktop = await _b.Do(new ImportDomain("tiny.qcow2", $"growing-{Guid.NewGuid().ToString("N")[..8]}", MemoryMib: 128));
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

    private Task<DomainRow> Change(DeviceKind kind, string options) => _b.Do(new ChangeHardware(_desktop!.Id, kind, Options: DeviceOptions.Parse(options)));

    private string? Video() => (string?)Running().Element("devices")!.Element("video")!.Element("model")!.Attribute("type");

    private XElement Running()
    {
        using var connect = global::Libvirt.Connect.Open(_libvirt.Uri);
        using var domain = connect.LookupDomainByUUID(_desktop!.Id);
        return XElement.Parse(domain.GetXMLDesc());
    }
}
