using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>VirtualBox's states in Broker's words.</summary>
internal static class Lifecycle
{
    /// <summary>What a machine does, and what there is to say of it beyond that. Null: VirtualBox can't read its settings.</summary>
    public static (Power Power, string? Detail) Read(MachineState? state) => state is { } known ? Read(known) : (Power.Off, "its settings can't be read");

    /// <summary>What a machine does, and what there is to say of it beyond that.</summary>
    public static (Power Power, string? Detail) Read(MachineState state) => state switch
    {
        MachineState.PowerOff or MachineState.Teleported or MachineState.Snapshotting or MachineState.RestoringSnapshot or MachineState.DeletingSnapshot
            or MachineState.SettingUp or MachineState.Unknown => (Power.Off, null),
        MachineState.Aborted => (Power.Off, "crashed"),
        // It has not run yet, and may never.
        MachineState.Starting or MachineState.Restoring or MachineState.TeleportingIn => (Power.Off, "starting_up"),
        MachineState.Saved or MachineState.AbortedSaved => (Power.Saved, null),
        MachineState.Running or MachineState.LiveSnapshotting or MachineState.OnlineSnapshotting or MachineState.DeletingSnapshotLive
            or MachineState.Teleporting => (Power.Running, null),
        // Still there, on its way out.
        MachineState.Stopping => (Power.Running, "shutting_down"),
        MachineState.Saving => (Power.Running, "saving"),
        MachineState.Paused or MachineState.TeleportingPausedVm or MachineState.DeletingSnapshotLivePaused => (Power.Paused, null),
        // Its processors stand still for good; it can only be forced off.
        MachineState.GuruMeditation => (Power.Paused, "guru_meditation"),
    };

    /// <summary>Why a machine came from one state to the other, when it was not us.</summary>
    public static string? ReasonOf(MachineState? before, MachineState? now) => (Read(before).Power, Read(now)) switch
    {
        (_, (_, { } detail)) => detail,
        (Power.Running or Power.Paused, (Power.Off, _)) when before is not null => "shutdown",
        (_, (Power.Saved, _)) => "saved",
        (Power.Paused, (Power.Running, _)) => "unpaused",
        (_, (Power.Paused, _)) => "user",
        _ => null,
    };

    /// <summary>Whether its process may be there: then its state changes without its settings file being written.</summary>
    public static bool MayBeOn(MachineState state) =>
        state is not (MachineState.PowerOff or MachineState.Saved or MachineState.Aborted or MachineState.AbortedSaved or MachineState.Teleported);
}
