using System.Reflection;
using Libvirt.Testing;
using Xunit.Sdk;

namespace Libvirt.Tests;

/// <summary>The two worlds that tests run in.</summary>
public enum Driver
{
    /// <summary><c>test:///default</c>: invented, in this process.</summary>
    Test,

    /// <summary>QEMU, on a daemon of our own.</summary>
    Qemu,
}

/// <summary>Runs a theory in both: what differs between them is in the test.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BothDriversAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Driver.Test], [Driver.Qemu]];
}

/// <summary>
/// One private libvirtd for all tests of the collection: <c>[Collection(nameof(Qemu))] public class XTests(Qemu qemu)</c>. They run one after the other; a test that stops
/// or hangs the daemon starts one of its own with <see cref="PrivateLibvirtd.Start"/>.
/// </summary>
[CollectionDefinition(nameof(Qemu))]
public sealed class Qemu : ICollectionFixture<Qemu>, IAsyncLifetime
{
    /// <summary>The daemon.</summary>
    public PrivateLibvirtd Daemon { get; private set; } = null!;

    /// <summary>A connection to it, for all tests.</summary>
    public Connect Connect { get; private set; } = null!;

    private Connect Invented { get; } = Connect.Open("test:///default");

    /// <summary>A folder that guests reach, for disks and pools.</summary>
    public string Folder => Daemon.Shares;

    public async Task InitializeAsync()
    {
        Daemon = await PrivateLibvirtd.Start();
        Connect = Connect.Open(Daemon.Uri);
    }

    public async Task DisposeAsync()
    {
        Invented.Dispose();
        Connect?.Dispose();
        if (Daemon is not null)
            await Daemon.DisposeAsync();
    }

    /// <summary>A connection to one of the worlds, for all tests.</summary>
    public Connect To(Driver driver) => driver == Driver.Test ? Invented : Connect;

    /// <summary>A new domain, defined and not running.</summary>
    public Domain Define(Driver driver, params string[] devices) =>
        To(driver).DomainDefineXML(driver == Driver.Test
            ? Xml.Domain().Replace("</domain>", $"<devices>{string.Concat(devices)}</devices></domain>", StringComparison.Ordinal)
            : Guest(devices));

    /// <summary>A new domain that runs.</summary>
    public Domain Start(Driver driver, params string[] devices)
    {
        var domain = Define(driver, devices);
        domain.Create();
        return domain;
    }

    /// <summary>Ends a domain and all that belongs to it, and gives the object back.</summary>
    public static void Remove(Domain domain)
    {
        using (domain)
        {
            if (domain.IsActive())
                domain.Destroy();
            domain.Undefine(DomainUndefineFlagsValues.ManagedSave | DomainUndefineFlagsValues.SnapshotsMetadata);
        }
    }

    /// <summary>A guest that really runs: firmware and nothing to boot, 64 MiB, so that it starts in a third of a second and then idles.</summary>
    /// <param name="devices">Further devices, such as <see cref="Disk"/>.</param>
    public string Guest(params string[] devices) => Guest(Daemon, devices);

    /// <summary>The same for another daemon.</summary>
    public static string Guest(PrivateLibvirtd daemon, params string[] devices) => $"""
        <domain type='{daemon.DomainType}'>
          <name>g-{Guid.NewGuid():N}</name>
          <memory unit='MiB'>64</memory>
          <vcpu>1</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type><bios useserial='no'/></os>
          <devices>{string.Concat(devices)}</devices>
        </domain>
        """;

    /// <summary>A new qcow2 of 1 MiB below <see cref="Folder"/>.</summary>
    /// <param name="backing">An overlay over this one.</param>
    public string NewImage(string? backing = null)
    {
        var path = Path.Combine(Folder, $"{Guid.NewGuid():N}.qcow2");
        Programs.Run("qemu-img", backing is null ? ["create", "-q", "-f", "qcow2", path, "1M"] : ["create", "-q", "-f", "qcow2", "-b", backing, "-F", "qcow2", path]);
        return path;
    }

    /// <summary>A disk with this image.</summary>
    public static string Disk(string image, string target = "vda") =>
        $"<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='{image}'/><target dev='{target}'/></disk>";

    /// <summary>A display on a socket that only the daemon hands out.</summary>
    public static string Display => "<graphics type='vnc'><listen type='none'/></graphics><video><model type='vga'/></video>";
}
