using Broker.Backend.VmManagers;

namespace Broker.Backend.Requests.Domains;

/// <summary>The button that asks a guest to shut down.</summary>
internal static class PowerButton
{
    /// <summary>Presses it. A guest that stands still can't hear it, so it goes on first.</summary>
    public static void Press(IVmNode vm, DomainReport report)
    {
        if (report.Power is Power.Paused) vm.As<ICanPause>()?.Resume(report.Id);
        vm.Shutdown(report.Id);
    }
}
