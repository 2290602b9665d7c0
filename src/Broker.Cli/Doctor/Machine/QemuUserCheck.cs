namespace Broker.Cli.Doctor;

/// <summary>QEMU runs as a user of its own, who is in the group kvm.</summary>
internal sealed class QemuUserCheck : ILocalCheck
{
    /// <summary>Debian's name for him.</summary>
    public const string Name = "libvirt-qemu";

    public string Id => "qemu_user";

    public string Title => "QEMU's user";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject)
    {
        if (!subject.HasLibvirt) return Subject.NoLibvirt;
        var configured = Setting(subject.Files.Text("/etc/libvirt/qemu.conf") ?? "", "user");
        return Judge(configured, subject.Files.User(Name), id => subject.Files.Group(id));
    }

    public static Finding Judge(string? configured, LocalUser? qemu, Func<uint, string> group)
    {
        if (configured is "root" or "0" or "+0") return Finding.Failed("QEMU runs as root (user in /etc/libvirt/qemu.conf): a guest that breaks out owns the machine.", "take user out of /etc/libvirt/qemu.conf && systemctl restart libvirtd");
        if (qemu is null) return Finding.Failed($"There is no user {Name}.", "apt-get install --reinstall libvirt-daemon-system");
        if (qemu.Id == 0) return Finding.Failed($"{Name} is root.", "apt-get install --reinstall libvirt-daemon-system");
        var groups = qemu.Groups.Select(group).ToList();
        return groups.Contains("kvm")
            ? Finding.Ok($"{configured ?? Name} ({qemu.Id}), groups {string.Join(", ", groups)}.")
            : Finding.Warning($"{Name} ({qemu.Id}) is not in the group kvm, only in {string.Join(", ", groups)}.", $"usermod -aG kvm {Name} && systemctl restart libvirtd");
    }

    /// <summary>A setting of a file like qemu.conf: <c>name = "value"</c>. Null when it is not set.</summary>
    public static string? Setting(string text, string name) =>
        text.Split('\n').Select(l => l.Split('=', 2, StringSplitOptions.TrimEntries)).LastOrDefault(p => p is [var key, _] && key == name)?[1].Trim('"');
}
