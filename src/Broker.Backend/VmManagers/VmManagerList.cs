using Broker.Backend.VmManagers.Libvirt;
using Broker.Backend.VmManagers.Simulated;

namespace Broker.Backend.VmManagers;

/// <summary>All VM managers. The one list that a new one joins.</summary>
public static class VmManagerList
{
    /// <summary>One of each.</summary>
    public static IReadOnlyList<IVmManager> All { get; } =
    [
        new LibvirtVmManager(),
        new SimulatedVmManager(),
    ];
}
