namespace Broker.Cli.Doctor;

/// <summary>
/// QEMU's user may open /dev/kvm. Where it is there but closed to him, libvirt asks QEMU what it can at each use, four seconds each time, and nothing says so.
/// </summary>
internal sealed class KvmDeviceCheck : ILocalCheck
{
    public string Id => "kvm_device";

    public string Title => "/dev/kvm";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject)
    {
        if (!subject.HasLibvirt) return Subject.NoLibvirt;
        var device = subject.Files.Rights("/dev/kvm");
        return Judge(device, device is null ? "" : subject.Files.Group(device.Group), subject.Files.User(QemuUserCheck.Name));
    }

    public static Finding Judge(FileRights? device, string group, LocalUser? qemu)
    {
        const string remedy = "chgrp kvm /dev/kvm && chmod 0660 /dev/kvm && systemctl restart libvirtd";
        if (device is null) return Finding.Warning("It is not there: guests run without hardware virtualization, many times slower.", "modprobe kvm_intel || modprobe kvm_amd; and switch virtualization on in the firmware");
        var now = $"mode {device.Octal}, group {group}";
        if (device.Mode.HasFlag(UnixFileMode.OtherWrite)) return Finding.Warning($"Everybody may open it ({now}).", "chmod 0660 /dev/kvm");
        if (qemu is null) return Finding.NotApplicable($"{now}; there is no user {QemuUserCheck.Name} to whom it could be closed.");
        return qemu.MayReadAndWrite(device)
            ? Finding.Ok($"QEMU's user may open it ({now}).")
            : Finding.Failed($"QEMU's user may not open it ({now}): each definition and start takes seconds longer.", remedy);
    }
}
