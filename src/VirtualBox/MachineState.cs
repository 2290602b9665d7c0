namespace VirtualBox;

/// <summary>The states of a machine, in VirtualBox's words: <c>aborted-saved</c> is <see cref="AbortedSaved"/>.</summary>
public enum MachineState
{
    /// <summary>A word that this library does not know, or VirtualBox's own <c>unknown</c>.</summary>
    Unknown,

    /// <summary>Off, nothing saved.</summary>
    PowerOff,

    /// <summary>Off, its memory saved on disk.</summary>
    Saved,

    /// <summary>Moved to another host while it ran; off here.</summary>
    Teleported,

    /// <summary>Off, since its process ended all of a sudden.</summary>
    Aborted,

    /// <summary>Like <see cref="Aborted"/>, while it was restored: what was saved is still there.</summary>
    AbortedSaved,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It stands still, its memory in this host's.</summary>
    Paused,

    /// <summary>It met an error that it can't go on from; VirtualBox keeps it for a look.</summary>
    GuruMeditation,

    /// <summary>A snapshot is taken while it runs.</summary>
    LiveSnapshotting,

    /// <summary>It is moved to another host while it runs.</summary>
    Teleporting,

    /// <summary>It starts.</summary>
    Starting,

    /// <summary>It is switched off.</summary>
    Stopping,

    /// <summary>Its memory is written to disk.</summary>
    Saving,

    /// <summary>Its memory is read from disk.</summary>
    Restoring,

    /// <summary>It is moved to another host while it is paused.</summary>
    TeleportingPausedVm,

    /// <summary>It comes from another host.</summary>
    TeleportingIn,

    /// <summary>A snapshot is removed while it runs.</summary>
    DeletingSnapshotLive,

    /// <summary>A snapshot is removed while it is paused.</summary>
    DeletingSnapshotLivePaused,

    /// <summary>A snapshot is taken of its memory too.</summary>
    OnlineSnapshotting,

    /// <summary>It goes back to a snapshot.</summary>
    RestoringSnapshot,

    /// <summary>A snapshot is removed while it is off.</summary>
    DeletingSnapshot,

    /// <summary>A snapshot is taken while it is off.</summary>
    Snapshotting,

    /// <summary>Its hardware is set up.</summary>
    SettingUp,
}

/// <summary>A machine is in a state in which it can't do what was asked, or ended in another one than it should.</summary>
public sealed class MachineStateException : Exception
{
    internal MachineStateException(MachineState state, string message) : base(message) => State = state;

    /// <summary>The state it is in.</summary>
    public MachineState State { get; }
}
