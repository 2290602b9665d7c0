using System.Text.Json;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;

namespace Broker.Core.Tests.Devices;

public class DomainHardwareTests
{
    private static readonly Dictionary<string, string> Host = new()
    {
        ["host_cpus"] = "4",
        ["host_memory_kib"] = "4194304",
        ["video_models"] = "vga,virtio",
        ["cpu_models"] = "maximum,Nehalem",
    };

    private static readonly DomainRow Machine = new()
    {
        Id = Guid.NewGuid(),
        Name = "linux",
        OwnerId = 1,
        NodeId = 1,
        State = DomainState.Shutdown,
        MemoryKib = 1024 * 1024,
        Vcpus = 1,
        Mac = "52:0a:0b:0c:0d:0e",
    };

    [Fact]
    public void WhatNobodyChoseIsAsUsual()
    {
        var hardware = Of(Machine);
        Assert.Equal("model=vga", Assert.Single(hardware.Devices(DeviceKind.Video)).ToString());
        Assert.Equal("mac=52:0a:0b:0c:0d:0e,model=virtio", Assert.Single(hardware.Devices(DeviceKind.Network)).ToString());
        Assert.Equal("mib=1024", Assert.Single(hardware.Devices(DeviceKind.Memory)).ToString());
        Assert.Equal("count=1", Assert.Single(hardware.Devices(DeviceKind.Vcpus)).ToString());
        Assert.Equal(["bus=usual,cache=writeback,io=threads,target=vda", "bus=usual,cache=writeback,io=threads,target=vdb"], hardware.Devices(DeviceKind.Disk).Select(d => d.ToString()));
        Assert.Empty(hardware.Devices(DeviceKind.Sound));
    }

    [Fact]
    public void ADeviceIsAddedChangedAndRemovedAndTheOthersStay()
    {
        var machine = Of(Machine).Add(DeviceKind.Network, Options("model=e1000e"));
        machine = Of(machine).Change(DeviceKind.Network, 1, Options("model=rtl8139"));
        Assert.Equal(["rtl8139", "e1000e"], Of(machine).Devices(DeviceKind.Network).Select(d => d["model"]));
        machine = Of(machine).Remove(DeviceKind.Network, 1);
        Assert.Equal(["e1000e"], Of(machine).Devices(DeviceKind.Network).Select(d => d["model"]));
        machine = Of(machine).Change(DeviceKind.Network, 1, Options("model="));
        Assert.Equal(["virtio"], Of(machine).Devices(DeviceKind.Network).Select(d => d["model"]));
        Assert.Empty(Of(Of(machine).Remove(DeviceKind.Network, 1)).Devices(DeviceKind.Network));
    }

    [Fact]
    public void EachNetworkCardHasAnAddressThatNoOtherHasAndKeepsIt()
    {
        var machine = Machine;
        for (var i = 0; i < 7; i++) machine = Of(machine).Add(DeviceKind.Network, DeviceOptions.None);
        var addresses = Macs(machine);
        Assert.Equal(8, addresses.Distinct().Count());
        Assert.Equal(Machine.Mac, addresses[0]);
        Assert.Empty(addresses.Intersect(Macs(machine with { Mac = "52:0a:0b:0c:0d:0f" })));

        machine = Of(machine).Remove(DeviceKind.Network, 3);
        Assert.Equal(addresses.Where((_, i) => i != 2), Macs(machine));
        machine = Of(machine).Add(DeviceKind.Network, DeviceOptions.None);
        Assert.Equal(addresses.Order(), Macs(machine).Order());
    }

    [Fact]
    public void MemoryAndProcessorsLieInColumnsOfTheirOwn()
    {
        var machine = Of(Machine).Change(DeviceKind.Memory, 1, Options("mib=2048,maximum_mib=3072"));
        machine = Of(machine).Change(DeviceKind.Vcpus, 1, Options("count=2,maximum=4"));
        Assert.Equal((2048 * 1024, 2), (machine.MemoryKib, machine.Vcpus));
        Assert.Equal("""{"vcpus":[{"maximum":"4"}],"memory":[{"maximum_mib":"3072"}]}""", machine.Hardware.ToString());
        Assert.Equal("maximum_mib=3072,mib=2048", Of(machine).Devices(DeviceKind.Memory)[0].ToString());
        Assert.Equal(2048 * 1024, Of(machine).Change(DeviceKind.Memory, 1, Options("maximum_mib=")).MemoryKib);
    }

    [Fact]
    public void WhatWasChosenComesBackFromItsText()
    {
        var machine = Of(Of(Machine).Change(DeviceKind.Disk, 2, Options("cache=none,io=native"))).Add(DeviceKind.Sound, Options("model=ac97"));
        Assert.Equal("""{"sound":[{"model":"ac97"}],"disk":[{"cache":"none","io":"native","target":"vdb"}]}""", machine.Hardware.ToString());
        Assert.Equal(machine.Hardware, Hardware.Parse(machine.Hardware.ToString()));
        Assert.Equal(["usual", "usual"], Of(machine).Devices(DeviceKind.Disk).Select(d => d["bus"]));
        Assert.Equal(["writeback", "none"], Of(machine).Devices(DeviceKind.Disk).Select(d => d["cache"]));
    }

    [Fact]
    public void OptionsAreTakenFromJsonAsWordsNumbersAndTruths()
    {
        var options = JsonSerializer.Deserialize<DeviceOptions>("""{"model": "Nehalem", "cores": 2, "acpi": true}""", Json.Strict);
        Assert.Equal(Options("acpi=on,cores=2,model=Nehalem"), options);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DeviceOptions>("""{"model": ["Nehalem"]}""", Json.Strict));
        Assert.Throws<FormatException>(() => Options("model"));
    }

    [Theory]
    [InlineData("add", DeviceKind.Video, "", "linux has a graphics card already")]
    [InlineData("add", DeviceKind.Disk, "", "A disk is not added as hardware")]
    [InlineData("add", DeviceKind.Usb, "model=usb4", "model is one of qemu-xhci, nec-xhci, ich9-ehci1, piix3-uhci here; 'usb4' is not")]
    [InlineData("add", DeviceKind.Network, "mac=52:00:00:00:00:01", "mac is given by Broker")]
    [InlineData("add", DeviceKind.Network, "speed=fast", "A network card has no option speed here; there is model.")]
    [InlineData("add", DeviceKind.Filesystem, "target=course", "source is missing: an absolute path")]
    [InlineData("add", DeviceKind.Filesystem, "source=course,target=course", "source is an absolute path")]
    [InlineData("add", DeviceKind.Filesystem, "source=/srv/../etc,target=course", "/srv/../etc leads through other folders")]
    [InlineData("change", DeviceKind.Video, "model=qxl", "model is one of vga, virtio here; 'qxl' is not")]
    [InlineData("change", DeviceKind.Cpu, "model=EPYC", "model is one of usual, maximum, Nehalem here")]
    [InlineData("change", DeviceKind.Cpu, "cores=2", "1 processors can't be laid out as 2 cores")]
    [InlineData("change", DeviceKind.Memory, "mib=63", "mib is between 64 and 1048576; '63' is not")]
    [InlineData("change", DeviceKind.Memory, "mib=8192", "The host has 4096 MiB of memory, 8192 MiB are more")]
    [InlineData("change", DeviceKind.Memory, "maximum_mib=512", "1024 MiB of memory are more than the maximum of 512")]
    [InlineData("change", DeviceKind.Vcpus, "count=5", "The host has 4 processors, 5 are more")]
    [InlineData("change", DeviceKind.Vcpus, "count=3,maximum=2", "3 processors are more than the maximum of 2")]
    [InlineData("change", DeviceKind.Vcpus, "count=-1", "count is between 1 and 64")]
    [InlineData("change", DeviceKind.Disk, "io=native", "vda: native io is without the host's cache")]
    [InlineData("change", DeviceKind.Sound, "model=ac97", "linux has no sound card.")]
    [InlineData("remove", DeviceKind.Video, "", "linux needs its graphics card")]
    [InlineData("remove", DeviceKind.Disk, "", "A disk is not removed as hardware")]
    public void WhatCanNotBeIsRefusedInWords(string deed, DeviceKind kind, string options, string expected)
    {
        var refused = Assert.Throws<RequestRefusedException>(() => deed switch
        {
            "add" => Of(Machine).Add(kind, Options(options)),
            "change" => Of(Machine).Change(kind, 1, Options(options)),
            _ => Of(Machine).Remove(kind, 1),
        });
        Assert.Equal("bad_hardware", refused.Code);
        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThereAreNoMoreThanFitAndNoneBehindTheLast()
    {
        var machine = Machine;
        for (var i = 0; i < 7; i++) machine = Of(machine).Add(DeviceKind.Network, DeviceOptions.None);
        Assert.Contains("8 of the kind network", Refusal(() => Of(machine).Add(DeviceKind.Network, DeviceOptions.None)), StringComparison.Ordinal);
        Assert.Contains("no network card 9, the last one is 8", Refusal(() => Of(machine).Remove(DeviceKind.Network, 9)), StringComparison.Ordinal);
        machine = Of(Machine).Add(DeviceKind.Filesystem, Options("source=/srv/a,target=course"));
        Assert.Contains("can't both be called course", Refusal(() => Of(machine).Add(DeviceKind.Filesystem, Options("source=/srv/b,target=course"))), StringComparison.Ordinal);
        var vbox = new DomainHardware(Machine, ["vda"], Drivers.Of(VmManagerKind.Virtualbox), Host);
        Assert.Contains("nothing to choose of the kind sound", Refusal(() => vbox.Add(DeviceKind.Sound, DeviceOptions.None)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(VmManagerKind.Libvirt)]
    [InlineData(VmManagerKind.Virtualbox)]
    [InlineData(VmManagerKind.Simulated)]
    public void WhatManagersOfferIsWhole(VmManagerKind manager)
    {
        foreach (var (kind, driver) in Drivers.Of(manager).Kinds)
        {
            Assert.True(kind == DeviceKind.Disk ? driver.Most is null : driver.Usual >= driver.Least && driver.Usual <= driver.Most, $"{kind} has usually {driver.Usual}");
            Assert.Equal(driver.Options.Count, driver.Options.DistinctBy(o => o.Name).Count());
            foreach (var option in driver.Options)
            {
                Assert.NotEmpty(option.Label);
                Assert.True(option.IsFixed || option.Choices is not null || option.Maximum is not null || option.Pattern is not null, $"{kind} {option.Name} is nothing");
                Assert.True(option.Pattern is null || option.Hint is not null, $"{kind} {option.Name} has no hint");
                if (option.Usual is { } usual) Assert.Null(option.Problem(usual));
                if (option.Choices is { } choices) Assert.Equal(choices.Count, choices.DistinctBy(c => c.Word).Count());
            }
        }
    }

    private static DomainHardware Of(DomainRow machine) => new(machine, ["vda", "vdb"], Drivers.Of(VmManagerKind.Libvirt), Host);

    private static DeviceOptions Options(string text) => DeviceOptions.Parse(text);

    private static List<string?> Macs(DomainRow machine) => [.. Of(machine).Devices(DeviceKind.Network).Select(d => d["mac"])];

    private static string Refusal(Action change) => Assert.Throws<RequestRefusedException>(change).Message;
}
