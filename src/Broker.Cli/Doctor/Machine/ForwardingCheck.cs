namespace Broker.Cli.Doctor;

/// <summary>This machine passes packets on between guests and the network.</summary>
internal sealed class ForwardingCheck : ILocalCheck
{
    public string Id => "ip_forward";

    public string Title => "IP forwarding";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject) => !subject.HasLibvirt ? Subject.NoLibvirt : Judge(subject.Files.Text("/proc/sys/net/ipv4/ip_forward")?.Trim());

    public static Finding Judge(string? forward) => forward == "1"
        ? Finding.Ok("On.")
        : Finding.Warning("Off: guests reach nothing but this machine.", "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/60-broker.conf && sysctl --system");
}
