namespace Broker.Cli.Doctor;

/// <summary>sVirt is on: each guest's QEMU is kept to its own disks, whatever the guest makes of it.</summary>
internal sealed class AppArmorCheck : ILocalCheck
{
    public string Id => "apparmor";

    public string Title => "AppArmor";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject) => !subject.HasLibvirt ? Subject.NoLibvirt : Judge(
        subject.Files.Text("/sys/module/apparmor/parameters/enabled")?.Trim() == "Y",
        subject.Files.Exists("/etc/apparmor.d/usr.sbin.libvirtd"),
        QemuUserCheck.Setting(subject.Files.Text("/etc/libvirt/qemu.conf") ?? "", "security_driver"));

    public static Finding Judge(bool isEnabled, bool hasProfile, string? driver)
    {
        const string without = "a guest that breaks out of QEMU reaches all other guests' disks";
        if (driver == "none") return Finding.Warning($"security_driver is \"none\" in /etc/libvirt/qemu.conf: {without}.", "take security_driver out of /etc/libvirt/qemu.conf && systemctl restart libvirtd");
        if (!isEnabled) return Finding.Warning($"The kernel runs without it: {without}.", "start the kernel with apparmor=1 security=apparmor, then: systemctl restart libvirtd");
        return hasProfile
            ? Finding.Ok("On, with libvirt's profile.")
            : Finding.Warning($"libvirt's profile is missing: {without}.", "apt-get install --reinstall libvirt-daemon-system apparmor && systemctl restart apparmor libvirtd");
    }
}
