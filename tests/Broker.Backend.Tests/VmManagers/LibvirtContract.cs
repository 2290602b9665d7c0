using System.Globalization;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

[Trait("Needs", "libvirt")]
public sealed class LibvirtContract : VmManagerContract
{
    protected override IVmManager Manager { get; } = new LibvirtVmManager();

    // QEMU draws the VGA text screen's magenta like this.
    protected override byte Marker => 0xA8;

    protected override async Task<NodeSettings> MakeSettings()
    {
        var libvirt = await PrivateLibvirt.Shared;
        var pool = Path.Combine(libvirt.Shares, Guid.NewGuid().ToString("N")[..8]);
        return new("private", libvirt.Uri, pool, Path.Combine(Repository.NewFolder("library"), "files"), libvirt.Displays);
    }

    protected override Task MakeBlank(string path) => Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", path, "64M");

    protected override async Task MakeBootable(string path) => File.Copy(await GuestImage.Tiny, path);

    protected override Task WriteMark(string disk, char mark) =>
        Programs.Run("qemu-io", "-f", "qcow2", "-c", $"write -q -P {(int)mark} {At(mark)} 64k", disk);

    protected override async Task<bool> HasMark(string disk, char mark)
    {
        try
        {
            await Programs.Run("qemu-io", "-r", "-f", "qcow2", "-c", $"read -q -P {(int)mark} {At(mark)} 64k", disk);
            return true;
        }
        catch (InvalidOperationException e) when (e.Message.Contains("verification failed", StringComparison.Ordinal))
        {
            return false;
        }
    }

    protected override async Task BreakConnection() => await (await PrivateLibvirt.Shared).RestartDaemon();

    private static string At(char mark) => (mark * 0x10000).ToString(CultureInfo.InvariantCulture);
}
