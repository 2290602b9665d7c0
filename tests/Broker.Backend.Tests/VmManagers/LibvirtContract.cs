using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using System.Xml.XPath;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Core.Devices;
using Broker.Testing;
using Libvirt.Testing;

namespace Broker.Backend.Tests.VmManagers;

[Trait("Needs", "libvirt")]
public sealed class LibvirtContract : VmManagerContract
{
    protected override IVmManager Manager { get; } = new LibvirtVmManager();

    // QEMU draws the VGA text screen's magenta like this.
    protected override byte Marker => 0xA8;

    protected override async Task<NodeSettings> MakeSettings()
    {
        var libvirt = await PrivateLibvirtd.Shared;
        var pool = Path.Combine(libvirt.Shares, Guid.NewGuid().ToString("N")[..8]);
        return new("private", libvirt.Uri, pool, Path.Combine(Repository.NewFolder("library"), "files"), libvirt.Displays);
    }

    protected override Task MakeBlank(string path) => Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", path, "64M");

    protected override async Task MakeBootable(string path) => File.Copy(await GuestImage.Tiny, path);

    protected override Task WriteMark(string disk, char mark) =>
        Programs.Run("qemu-io", "-f", "qcow2", "-c", $"write -q -P {(int)mark} {At(mark)} 64k", disk);

    protected override async Task<bool> HasMark(string disk, char mark)
    {
        try
        {
            await Programs.Run("qemu-io", "-r", "-f", "qcow2", "-c", $"read -q -P {(int)mark} {At(mark)} 64k", disk);
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("verification failed", StringComparison.Ordinal))
        {
            return false;
        }
    }

    protected override async Task<long> CapacityOf(string disk)
    {
        using var info = JsonDocument.Parse(await Programs.Run("qemu-img", "info", "-U", "--output=json", disk));
        return info.RootElement.GetProperty("virtual-size").GetInt64();
    }

    protected override async Task CutMemory(DomainSpec spec, Func<long, long> length)
    {
        await using var file = File.OpenWrite((await PrivateLibvirtd.Shared).SavedMemoryOf(spec.Name));
        file.SetLength(length(file.Length));
    }

    protected override async Task BreakConnection() => await (await PrivateLibvirtd.Shared).RestartDaemon();

    [Fact]
    public void It_is_examined_for_its_guards_and_for_what_slows_it()
    {
        var found = Node.As<ICanExamine>()!.Examine();
        Assert.True(double.Parse(found["probe_ms"], CultureInfo.InvariantCulture) >= 0);
        // the private daemon runs without sVirt
        Assert.DoesNotContain("apparmor", found["security_models"], StringComparison.Ordinal);
    }

    // Validating costs twenty times what defining does, so that it is done here and not with each definition.
    [Fact]
    public void The_definition_is_valid_by_the_schema_of_libvirt()
    {
        using var connect = global::Libvirt.Connect.Open(Settings.Uri);
        var spec = Spec([new("vda", "/absent/top.qcow2", "qcow2", ["/absent/middle.qcow2", "/absent/lowest.qcow2"])]) with { Cds = [new("hda", "install.iso"), new("hdb", null)] };

        using var domain = connect.DomainDefineXML(DomainXml.Write(spec, "qemu", file => $"/library/{file}"), global::Libvirt.DomainDefineFlags.Validate);

        Assert.Equal(spec.Id, domain.GetUUID());
    }

    [Fact]
    public void What_was_chosen_of_the_hardware_is_what_the_host_has()
    {
        using var connect = global::Libvirt.Connect.Open(Settings.Uri);
        var hardware = Hardware.Usual
            .With(DeviceKind.Memory, [Options("maximum_mib=256")])
            .With(DeviceKind.Vcpus, [Options("maximum=4")])
            .With(DeviceKind.Cpu, [Options("model=Westmere,cores=2")])
            .With(DeviceKind.Features, [Options("pae=on,hyperv=on")])
            .With(DeviceKind.Video, [Options("model=virtio")])
            .With(DeviceKind.Display, [Options("sharing=force-shared")])
            .With(DeviceKind.Sound, [Options("model=ac97")])
            .With(DeviceKind.Network, [Options("model=e1000e"), Options("mac=56:54:00:00:00:01")])
            .With(DeviceKind.Usb, [])
            .With(DeviceKind.Disk, [Options("target=vda,bus=sata,cache=none,io=native")])
            .With(DeviceKind.Filesystem, [Options("source=/srv/course,target=course")]);
        var spec = Spec([new("vda", "/absent/top.qcow2", "qcow2", []), new("vdb", "/absent/other.qcow2", "qcow2", [])]) with
        {
            MemoryKib = 128 * 1024,
            Cds = [new("hda", null)],
            Hardware = hardware,
        };

        using var domain = connect.DomainDefineXML(DomainXml.Write(spec, "qemu", file => $"/library/{file}"), global::Libvirt.DomainDefineFlags.Validate);

        var xml = XElement.Parse(domain.GetXMLDesc());
        Assert.Equal("262144 131072", Values("memory", "currentMemory"));
        Assert.Equal("1 4", Values("vcpu/@current", "vcpu"));
        Assert.Equal("Westmere 2 2", Values("cpu/model", "cpu/topology/@sockets", "cpu/topology/@cores"));
        Assert.Equal("on", Values("features/hyperv/vapic/@state"));
        Assert.Single(xml.Element("features")!.Elements("pae"));
        Assert.Equal("virtio force-shared ac97", Values("devices/video/model/@type", "devices/graphics/@sharePolicy", "devices/sound/@model"));
        Assert.Equal("e1000e virtio", Values("devices/interface/model/@type"));
        Assert.Equal($"{spec.Mac} 56:54:00:00:00:01", Values("devices/interface/mac/@address"));
        Assert.Equal("none", Values("devices/controller[@type='usb']/@model"));
        // the CD drive keeps its place on the bus
        Assert.Equal("sata none native 1", Values("devices/disk[1]/target/@bus", "devices/disk[1]/driver/@cache", "devices/disk[1]/driver/@io", "devices/disk[1]/address/@unit"));
        Assert.Equal("virtio writeback", Values("devices/disk[target/@dev='vdb']/target/@bus", "devices/disk[target/@dev='vdb']/driver/@cache"));
        Assert.Equal("virtiofs /srv/course course", Values("devices/filesystem/driver/@type", "devices/filesystem/source/@dir", "devices/filesystem/target/@dir"));

        string Values(params string[] paths) => string.Join(' ', paths.SelectMany(path => ((IEnumerable)xml.XPathEvaluate(path)).Cast<XObject>())
            .Select(node => node is XAttribute attribute ? attribute.Value : ((XElement)node).Value));
    }

    // What the daemon's own crash would be to us: no answer, and no end of the connection either.
    [Fact]
    public async Task A_daemon_that_hangs_is_a_lost_connection_after_a_while()
    {
        var libvirt = await PrivateLibvirtd.Shared;
        var spec = Spec([]);
        Node.Define(spec);
        Node.Start(spec.Id);
        await libvirt.Hang();
        try
        {
            // several of each kind: none may be left behind
            var all = Enumerable.Range(0, 3).SelectMany(_ => (Action[])[() => Node.Inventory(), () => Node.Destroy(spec.Id)])
                .Select(ask => Task.Factory.StartNew(() => Record.Exception(ask), TaskCreationOptions.LongRunning)).ToList();
            foreach (var asking in all)
            {
                var error = Assert.IsType<VmException>(await asking.WaitAsync(TimeSpan.FromMinutes(1)));
                Assert.True(error.IsConnectionLost, error.Message);
            }
            Assert.False(Node.IsAlive);
            await Task.Run(Node.Dispose).WaitAsync(TimeSpan.FromSeconds(10));
        }
        finally
        {
            await libvirt.Wake();
        }

        // what was left behind has ended, and has ended nothing
        using var connect = global::Libvirt.Connect.Open(Settings.Uri);
        using var domain = connect.LookupDomainByUUID(spec.Id);
        Assert.True(domain.IsActive());
        domain.Destroy();
        domain.Undefine();
    }

    private static DeviceOptions Options(string text) => DeviceOptions.Parse(text);

    private static string At(char mark) => (mark * 0x10000).ToString(CultureInfo.InvariantCulture);
}
