using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>libvirt and QEMU are those of Debian 12 or later.</summary>
internal sealed class HostVersionsCheck : IHostCheck
{
    private static readonly Version OldestLibvirt = new(9, 0);
    private static readonly Version OldestQemu = new(7, 2);

    public string Id => "host_versions";

    public string Title => "Versions";

    public Finding Judge(NodeReport report)
    {
        if (report.Manager is not VmManagerKind.Libvirt) return Finding.NotApplicable("There is no libvirt behind this host.");
        var (libvirt, qemu) = (report.Facts.GetValueOrDefault("libvirt_version"), report.Facts.GetValueOrDefault("hypervisor_version"));
        var said = $"libvirt {libvirt}, QEMU {qemu}, {report.Facts.GetValueOrDefault("virt_type")}";
        return Version.TryParse(libvirt, out var l) && l >= OldestLibvirt && Version.TryParse(qemu, out var q) && q >= OldestQemu
            ? Finding.Ok($"{said}.")
            : Finding.Warning($"{said}; Broker is tried with libvirt {OldestLibvirt} and QEMU {OldestQemu} and later.", "apt-get install libvirt-daemon-system qemu-system-x86");
    }
}
