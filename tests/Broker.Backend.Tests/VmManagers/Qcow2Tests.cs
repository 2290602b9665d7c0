using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>Tests that have the qcow2 disks of a host of their own, in folders of their own.</summary>
public abstract class Qcow2Tests : IDisposable
{
    private protected readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-");     // closed to others, as a checkout below /root is
    private protected readonly NodeSettings _settings;
    private protected readonly Qcow2Disks _disks;

    protected Qcow2Tests()
    {
        _settings = new("here", "qemu:///system", _folder.CreateSubdirectory("pool").FullName, _folder.CreateSubdirectory("library").FullName, "/absent");
        _disks = new(_settings);
    }

    public virtual void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
