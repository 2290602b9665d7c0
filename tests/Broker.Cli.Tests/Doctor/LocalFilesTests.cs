using Broker.Cli.Doctor;
using Broker.Core.Settings;
using Broker.Testing;

namespace Broker.Cli.Tests.Doctor;

/// <summary>What is read of a machine, on one that a test has laid out.</summary>
public class LocalFilesTests
{
    [Fact]
    public void UsersAndGroupsAreReadWithTheirNumbers()
    {
        var files = Laid(("/etc/passwd", "root:x:0:0::/root:/bin/sh\nlibvirt-qemu:x:64055:105::/:/usr/sbin/nologin\n"), ("/etc/group", "kvm:x:104:libvirt-qemu,other\nlibvirt-qemu:x:105:\nsudo:x:27:other\n"));
        var user = files.User("libvirt-qemu")!;
        Assert.Equal((64055u, "105 104"), (user.Id, string.Join(' ', user.Groups)));
        Assert.Equal("kvm", files.Group(104));
        Assert.Equal("9999", files.Group(9999));
        Assert.Null(files.User("qemu"));
    }

    [Fact]
    public void RightsAreThoseOfTheFile()
    {
        var folder = Repository.NewFolder("doctor");
        File.WriteAllText(Path.Combine(folder, "key.pem"), "secret");
        File.SetUnixFileMode(Path.Combine(folder, "key.pem"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var rights = new LocalFiles(folder).Rights("/key.pem")!;
        Assert.Equal("0440", rights.Octal);
        Assert.Null(new LocalFiles(folder).Rights("/nowhere"));
        Assert.Null(new LocalFiles(folder).Text("/nowhere"));
    }

    [Fact]
    public void OnAMachineWithTheTrapsTheChecksFallIntoThem()
    {
        var found = Looked(
            ("/etc/libvirt/qemu.conf", "security_driver = \"none\"\n"),
            ("/etc/passwd", "libvirt-qemu:x:64055:105::/:\n"), ("/etc/group", "libvirt-qemu:x:105:\n"),
            ("/proc/cpuinfo", "flags : fpu hypervisor\n"), ("/proc/1/comm", "sleep\n"), ("/proc/sys/net/ipv4/ip_forward", "0\n"),
            ("/run/systemd/system/x", ""), ("/etc/systemd/system/broker-backend.service", ""));
        foreach (var id in (string[])["apparmor", "qemu_user", "processor", "reaper", "ip_forward", "iptables", "libvirt_socket", "kvm_device"]) Assert.Equal((id, Health.Warning), (id, found[id].Health));
        Assert.Equal(Health.Failed, found["units"].Health);
    }

    [Fact]
    public void OnAMachineThatIsSetUpWellTheyFindNothing()
    {
        var found = Looked(
            ("/etc/libvirt/qemu.conf", "# security_driver = \"none\"\n"), ("/etc/apparmor.d/usr.sbin.libvirtd", ""), ("/sys/module/apparmor/parameters/enabled", "Y\n"),
            ("/etc/passwd", "libvirt-qemu:x:64055:105::/:\n"), ("/etc/group", "kvm:x:104:libvirt-qemu\nlibvirt-qemu:x:105:\n"),
            ("/proc/cpuinfo", "flags : fpu vmx\n"), ("/proc/1/comm", "systemd\n"), ("/proc/sys/net/ipv4/ip_forward", "1\n"), ("/run/libvirt/libvirt-sock", ""),
            ("/run/systemd/system/x", ""), ("/usr/lib/systemd/system/broker-frontend.service", ""), ("/sys/fs/cgroup/system.slice/broker-frontend.service/cgroup.procs", "1\n"));
        foreach (var id in (string[])["apparmor", "qemu_user", "processor", "reaper", "ip_forward", "libvirt_socket", "units"]) Assert.Equal((id, Health.Ok), (id, found[id].Health));
    }

    [Fact]
    public void WithoutLibvirtItsChecksDoNotApply()
    {
        var found = Looked(("/etc/passwd", ""));
        foreach (var id in (string[])["apparmor", "qemu_user", "processor", "reaper", "ip_forward", "iptables", "libvirt_socket", "kvm_device", "units"]) Assert.Equal((id, Health.NotApplicable), (id, found[id].Health));
    }

    private static Dictionary<string, Finding> Looked(params (string Path, string Text)[] files)
    {
        var subject = new Subject(Laid(files), null, new BackEndSettings { Run = "" }, null, null, null, TimeProvider.System);
        return Examination.Checks.OfType<ILocalCheck>().ToDictionary(c => c.Id, c => c.Look(subject));
    }

    private static LocalFiles Laid(params (string Path, string Text)[] files)
    {
        var root = Repository.NewFolder("doctor");
        foreach (var (path, text) in files)
        {
            var place = Path.Join(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.WriteAllText(place, text);
        }

        return new LocalFiles(root);
    }
}
