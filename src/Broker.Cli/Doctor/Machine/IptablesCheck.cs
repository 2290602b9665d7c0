namespace Broker.Cli.Doctor;

/// <summary>One kind of iptables is in use: rules of the older kind are not seen by the newer, but hold.</summary>
internal sealed class IptablesCheck : ILocalCheck
{
    public string Id => "iptables";

    public string Title => "iptables";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject) => !subject.HasLibvirt ? Subject.NoLibvirt : Judge(
        subject.Files.Target("/etc/alternatives/iptables") ?? subject.Files.Target("/usr/sbin/iptables"), subject.Files.Text("/proc/net/ip_tables_names"));

    public static Finding Judge(string? program, string? oldTables)
    {
        if (program is null) return Finding.Warning("It is not installed: libvirt's networks can't start.", "apt-get install iptables");
        var isNew = program.Contains("nft", StringComparison.Ordinal) || program.Contains("xtables-nft", StringComparison.Ordinal);
        if (isNew && !string.IsNullOrWhiteSpace(oldTables))
            return Finding.Warning($"{Path.GetFileName(program)} is in use, but rules of the older kind hold as well: {string.Join(", ", oldTables.Split('\n', StringSplitOptions.RemoveEmptyEntries))}.", "iptables-legacy-save; and move what is there to iptables");
        return isNew
            ? Finding.Ok($"{Path.GetFileName(program)}.")
            : Finding.Warning($"{Path.GetFileName(program)} is the older kind.", "update-alternatives --set iptables /usr/sbin/iptables-nft && systemctl restart libvirtd");
    }
}
