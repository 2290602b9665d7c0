using System.Xml.Linq;
using Broker.Core.Nodes;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>QEMU through the libvirtd of this host, with KVM where there is one.</summary>
public sealed class LibvirtVmManager : IVmManager
{
    private const int KeepAliveSeconds = 4;
    private const int KeepAliveCount = 3;

    /// <inheritdoc/>
    public VmManagerKind Kind => VmManagerKind.Libvirt;

    /// <summary>
    /// Opens four connections: a daemon works on five calls of one at a time, and neither starts nor saves, which may take minutes, must hold up looks and events.
    /// The fourth notices that the daemon hangs: where it is the connection with calls that has keep-alive, libvirt 9.0 ends one of them, leaves the
    /// others waiting, and crashes if the daemon then goes on.
    /// </summary>
    public IVmNode Connect(NodeSettings settings)
    {
        CheckUri(settings);
        CheckPool(settings);
        var open = new List<Connect>();
        try
        {
            for (var i = 0; i < 4; i++) open.Add(global::Libvirt.Connect.Open(settings.Uri));
            var (pulse, jobs, reads, saves) = (open[0], open[1], open[2], open[3]);
            pulse.SetKeepAlive(KeepAliveSeconds, KeepAliveCount);
            CheckNetwork(settings, reads);
            var virtType = VirtTypeOf(reads);
            return new LibvirtNode(settings, pulse, jobs, reads, saves, virtType, FactsOf(reads, virtType));
        }
        catch (Exception e)
        {
            foreach (var connect in open) connect.Dispose();
            if (e is not LibvirtException) throw;
            var message = $"Node {settings.Name} ({settings.Uri}) can't be reached: {e.Message}. Look whether libvirtd runs there and whether the back end's user is in the group libvirt.";
            throw new VmException(message, e) { IsConnectionLost = true };
        }
    }

    private static void CheckUri(NodeSettings settings)
    {
        ConnectUri uri;
        try
        {
            uri = ConnectUri.Parse(settings.Uri);
        }
        catch (FormatException e)
        {
            throw new VmException($"Node {settings.Name}: {e.Message} Use qemu:///system.", e);
        }
        var isVBox = uri.Driver == VBoxDriver.Name;
        // Disks are files and displays are sockets: both have to be on this host.
        if (uri.Host != null)
        {
            throw new VmException(
                $"Node {settings.Name} is on another host ({uri.Host}): its disks and displays can't be reached from here. " +
                $"Run a back end on that host, with {(isVBox ? "a node of the manager virtualbox" : "the URI qemu:///system")}.");
        }
        if (isVBox) throw VBoxDriver.Refusal(settings);
        if (uri.Driver != "qemu")
            throw new VmException($"Node {settings.Name} ({settings.Uri}): of libvirt's drivers only QEMU's is used. Use qemu:///system.");
    }

    private static void CheckPool(NodeSettings settings)
    {
        try
        {
            Directory.CreateDirectory(settings.PoolFolder);
            // Folders above may be closed here and open to QEMU all the same, where libvirtd has mounts of its own.
            if (!File.GetUnixFileMode(settings.PoolFolder).HasFlag(UnixFileMode.OtherExecute))
                throw new VmException($"QEMU's user can't reach the disk images in {settings.PoolFolder}. Open the folder: chmod o+x {settings.PoolFolder}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"Node {settings.Name}: the folder of disk images, {settings.PoolFolder}, can't be used: {e.Message}", e);
        }
    }

    private static void CheckNetwork(NodeSettings settings, Connect connect)
    {
        const string remedy = $"Make it: virsh net-start {DomainXml.Network} && virsh net-autostart {DomainXml.Network}";
        try
        {
            using var network = connect.LookupNetworkByName(DomainXml.Network);
            if (!network.IsActive()) throw new VmException($"Node {settings.Name}: the network '{DomainXml.Network}' is off. {remedy}");
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.NoNetwork)
        {
            throw new VmException($"Node {settings.Name} has no network '{DomainXml.Network}'. {remedy}", e);
        }
    }

    /// <summary>
    /// kvm only where the processor can and libvirt agrees: on some machines the device is there, libvirt offers it, and no guest starts.
    /// </summary>
    private static string VirtTypeOf(Connect connect)
    {
        if (!File.ReadLines("/proc/cpuinfo").Where(line => line.StartsWith("flags", StringComparison.Ordinal)).Take(1)
            .Any(line => line.Split(' ').Any(flag => flag is "vmx" or "svm"))) return "qemu";
        try
        {
            return (string?)XElement.Parse(connect.GetDomainCapabilities(null, "x86_64", "q35", "kvm")).Element("domain") == "kvm" ? "kvm" : "qemu";
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            return "qemu";
        }
    }

    private static Dictionary<string, string> FactsOf(Connect connect, string virtType)
    {
        var host = connect.NodeGetInfo();
        var can = XElement.Parse(connect.GetDomainCapabilities(null, "x86_64", "q35", virtType));
        return new()
        {
            ["hypervisor"] = "qemu",
            ["hypervisor_version"] = VersionOf(connect.GetVersion()),
            ["libvirt_version"] = VersionOf(connect.GetLibVersion()),
            ["host"] = connect.GetHostname(),
            ["virt_type"] = virtType,
            ["emulator"] = can.Element("path")!.Value,
            ["host_cpus"] = FormattableString.Invariant($"{host.Cpus}"),
            ["host_memory_kib"] = FormattableString.Invariant($"{host.Memory}"),
            ["boot_id"] = ThisHost.BootId(),
            ["video_models"] = string.Join(',', can.Elements("devices").Elements("video").Elements("enum").Elements("value").Select(model => model.Value)),
            ["cpu_models"] = string.Join(',', can.Elements("cpu").Elements("mode").Where(mode => (string?)mode.Attribute("supported") == "yes").Select(mode => (string?)mode.Attribute("name"))
                .Concat(can.Elements("cpu").Elements("mode").Elements("model").Where(model => (string?)model.Attribute("usable") is not (null or "no")).Select(model => model.Value))),
        };
    }

    /// <summary>A version as people write it.</summary>
    /// <param name="number">As libvirt gives it.</param>
    internal static string VersionOf(long number) => FormattableString.Invariant($"{number / 1_000_000}.{number / 1000 % 1000}.{number % 1000}");
}
