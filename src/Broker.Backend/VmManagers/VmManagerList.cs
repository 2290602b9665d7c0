using Broker.Backend.VmManagers.Libvirt;
using Broker.Backend.VmManagers.Simulated;
using Broker.Backend.VmManagers.VirtualBox;
using Broker.Core.Settings;

namespace Broker.Backend.VmManagers;

/// <summary>All VM managers. The one list that a new one joins.</summary>
public static class VmManagerList
{
    /// <summary>One of each.</summary>
    public static IReadOnlyList<IVmManager> Of(BackEndSettings settings) =>
    [
        new LibvirtVmManager(),
        new VirtualBoxVmManager(settings.Vboxmanage is "" ? null : settings.Vboxmanage),
        new SimulatedVmManager(),
    ];
}
