using System.Net.Sockets;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Testing;
using Libvirt.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What whoever names libvirt's VirtualBox driver is told.</summary>
public sealed class VBoxUriTests
{
    private const StringComparison Exactly = StringComparison.Ordinal;
    private const string Remedy = "Use VirtualBox without libvirt: broker nodes add vb --manager virtualbox";

    [Theory]
    [InlineData("vbox+ssh://user@example.com/session")]
    [InlineData("vbox+tcp://user@example.com/session")]
    public void On_another_host_it_is_refused_as_every_node_there_is(string uri)
    {
        var error = Refused(uri);

        Assert.Contains("is on another host (example.com)", error.Message, Exactly);
        Assert.Contains("Run a back end on that host, with a node of the manager virtualbox", error.Message, Exactly);
    }

    [Theory]
    [InlineData("vbox:///default", "/session was expected")]
    [InlineData("vbox", "isn't a connection's URI")]
    [InlineData("xen:///system", "only QEMU's is used")]
    public void What_is_no_such_URI_is_told_so(string uri, string message) => Assert.Contains(message, Refused(uri).Message, Exactly);

    [Theory]
    [InlineData("vbox:///session")]
    [InlineData("vbox+unix:///session")]
    public void Without_a_daemon_that_is_told(string uri)
    {
        var error = Refused($"{uri}?socket=/nowhere/libvirt-sock");

        Assert.Contains("libvirt could not be asked", error.Message, Exactly);
        Assert.Contains("/nowhere/libvirt-sock", error.Message, Exactly);
        Assert.Contains(Remedy, error.Message, Exactly);
    }

    [Theory]
    [Trait("Needs", "libvirt")]
    [InlineData("vbox:///session")]
    [InlineData("vbox+unix:///session")]
    public async Task A_libvirt_without_the_driver_is_named_with_its_package(string uri)
    {
        var error = Refused($"{uri}?socket={await SocketPath()}");

        Assert.Contains("has no VirtualBox driver, which Debian has in the package libvirt-daemon-driver-vbox", error.Message, Exactly);
        Assert.Contains(Remedy, error.Message, Exactly);
    }

    // libvirt's invented host stands in for a VirtualBox that libvirt accepts: the daemon opens what the parameter names.
    [Fact]
    [Trait("Needs", "libvirt")]
    public async Task Where_libvirt_accepts_VirtualBox_no_machines_are_run_either()
    {
        var error = Refused($"vbox+unix:///session?socket={await SocketPath()}&name=test:///default");

        Assert.Contains("libvirt accepts the VirtualBox of this host, 0.0.2, but no machines are run through its driver", error.Message, Exactly);
        Assert.Contains(Remedy, error.Message, Exactly);
    }

    // Debian sid's libvirt with its driver, beside Debian sid's VirtualBox: all of it the real thing.
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_VirtualBox_that_libvirt_refuses_is_told_with_the_versions_it_accepts()
    {
        var root = (await Programs.Run(Repository.PathOf("tests/VirtualBox.Tests/real-virtualbox.sh"), "--libvirt")).Trim();
        var folder = Directory.CreateTempSubdirectory("vbox-libvirtd-").FullName;
        try
        {
            var socket = Path.Combine(folder, "libvirt-sock");
            await File.WriteAllTextAsync(Path.Combine(folder, "libvirtd.conf"), $"""
                unix_sock_dir = "{folder}"
                auth_unix_ro = "none"
                auth_unix_rw = "none"
                listen_tls = 0
                log_outputs = "1:file:{folder}/log"
                log_filters = "1:vbox"
                """);
            const string inside = """
                mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount --bind /tmp "$0/tmp" &&
                    exec chroot "$0" libvirtd --config "$1/libvirtd.conf" --pid-file "$1/pid"
                """;
            using var libvirtd = BoundProcess.Start("unshare",
                ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", inside, root, folder],
                ("XDG_RUNTIME_DIR", folder), ("VBOX_USER_HOME", folder));
            var listens = SpinWait.SpinUntil(() => Listens(socket) || libvirtd.Ended.IsCompleted, TimeSpan.FromSeconds(30));
            Assert.True(listens && !libvirtd.Ended.IsCompleted, libvirtd.Output);

            foreach (var uri in (string[])["vbox:///session", "vbox+unix:///session"])
            {
                var error = Refused($"{uri}?socket={socket}");

                Assert.Contains("found no VirtualBox that it accepts (internal error: unable to initialize VirtualBox driver API)", error.Message, Exactly);
                Assert.Contains(Remedy, error.Message, Exactly);
                Assert.Equal(global::Libvirt.ErrorDomain.Vbox, Assert.IsType<global::Libvirt.LibvirtException>(error.InnerException).Domain);
            }
            // it did look, and at ours
            Assert.Contains("Libvirt doesn't support VirtualBox API version 70", await File.ReadAllTextAsync(Path.Combine(folder, "log")), Exactly);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static VmException Refused(string uri)
    {
        var error = Assert.Throws<VmException>(() => new LibvirtVmManager().Connect(new("vb", uri, "/nowhere/pool", "/nowhere/library", "/nowhere/displays")));
        Assert.Contains("Node vb", error.Message, Exactly);
        Assert.False(error.IsConnectionLost);
        return error;
    }

    private static bool Listens(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> SocketPath() => (await PrivateLibvirtd.Shared).Uri.Split("socket=")[1];
}
