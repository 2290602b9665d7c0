using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>sVirt is really on, as libvirt itself says.</summary>
internal sealed class HostSecurityCheck : IHostCheck
{
    public string Id => "host_security";

    public string Title => "sVirt";

    public Finding Judge(NodeReport report)
    {
        if (report.Facts.GetValueOrDefault("security_models") is not { } models) return Finding.NotApplicable("This host knows no such thing.");
        return models.Split(", ").Any(m => m is "apparmor" or "selinux")
            ? Finding.Ok($"On ({models}).")
            : Finding.Warning($"Off ({(models.Length > 0 ? models : "none")}): a guest that breaks out of QEMU reaches all other guests' disks.",
                "switch AppArmor on (see check apparmor), take security_driver out of /etc/libvirt/qemu.conf, then: systemctl restart libvirtd");
    }
}
