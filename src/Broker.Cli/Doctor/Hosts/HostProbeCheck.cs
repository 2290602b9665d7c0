using System.Globalization;
using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>libvirt remembers what QEMU can. Where it does not, each definition and start takes seconds longer: the trap of a closed /dev/kvm, measured.</summary>
internal sealed class HostProbeCheck : IHostCheck
{
    private const double SlowMs = 1000;

    public string Id => "host_probe";

    public string Title => "What QEMU can";

    public Finding Judge(NodeReport report)
    {
        if (!double.TryParse(report.Facts.GetValueOrDefault("probe_ms"), CultureInfo.InvariantCulture, out var took)) return Finding.NotApplicable("This host is not asked for it.");
        var said = string.Create(CultureInfo.InvariantCulture, $"libvirt knows it in {took:0} ms");
        return took > SlowMs
            ? Finding.Failed($"{said}: it asks QEMU anew each time, because QEMU's user may not open /dev/kvm.", "chgrp kvm /dev/kvm && chmod 0660 /dev/kvm && systemctl restart libvirtd")
            : Finding.Ok($"{said}.");
    }
}
