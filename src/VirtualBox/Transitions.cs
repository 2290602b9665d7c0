namespace VirtualBox;

/// <summary>What is asked of a machine.</summary>
internal enum Verb
{
    Start,
    Stop,
    Save,
    Pause,
    Restart,

    /// <summary>Unsafe: what the guest has not written is lost.</summary>
    Poweroff,

    /// <summary>Unsafe: what the guest has not written is lost.</summary>
    Reset,

    /// <summary>Unsafe: what was saved is lost.</summary>
    Discard,

    /// <summary>Off in any way, what was saved included: the machine is about to be deleted.</summary>
    Abandon,
}

/// <summary>What VirtualBox can do with it: one command each.</summary>
internal enum Step
{
    Launch,
    Resume,
    Pause,
    Save,
    PressButton,
    Discard,
    CutPower,
    Reset,
}

/// <summary>The states, as far as they matter for what can be done.</summary>
internal enum Condition
{
    Off,
    Saved,
    Running,
    Paused,
    Stuck,
    Changing,
    Unknown,
}

/// <summary>
/// The state machine: by which steps a machine in some state comes to where a verb wants it. It does its best: a paused machine is resumed to be shut
/// down, a saved one started for it.
/// </summary>
internal static class Transitions
{
    private static readonly Step[] nothing = [];

    /// <summary>The table. Null: can't be, and nothing is tried. A machine that is changing is waited for first.</summary>
    public static IReadOnlyList<Step>? Plan(Verb verb, Condition now) => (verb, now) switch
    {
        (Verb.Start, Condition.Off) => [Step.Launch],
        (Verb.Start, Condition.Saved) => [Step.Launch],
        (Verb.Start, Condition.Running) => nothing,
        (Verb.Start, Condition.Paused) => [Step.Resume],

        (Verb.Stop, Condition.Off) => nothing,
        (Verb.Stop, Condition.Saved) => [Step.Launch, Step.PressButton],
        (Verb.Stop, Condition.Running) => [Step.PressButton],
        (Verb.Stop, Condition.Paused) => [Step.Resume, Step.PressButton],
        (Verb.Stop, Condition.Stuck) => [Step.CutPower],

        (Verb.Save, Condition.Off) => nothing,
        (Verb.Save, Condition.Saved) => nothing,
        (Verb.Save, Condition.Running) => [Step.Save],
        (Verb.Save, Condition.Paused) => [Step.Resume, Step.Save],

        (Verb.Pause, Condition.Off) => nothing,
        (Verb.Pause, Condition.Saved) => nothing,
        (Verb.Pause, Condition.Running) => [Step.Pause],
        (Verb.Pause, Condition.Paused) => nothing,

        (Verb.Restart, Condition.Off) => [Step.Launch],
        (Verb.Restart, Condition.Saved) => [Step.Launch, Step.PressButton, Step.Launch],
        (Verb.Restart, Condition.Running) => [Step.PressButton, Step.Launch],
        (Verb.Restart, Condition.Paused) => [Step.Resume, Step.PressButton, Step.Launch],
        (Verb.Restart, Condition.Stuck) => [Step.CutPower, Step.Launch],

        (Verb.Poweroff, Condition.Off) => nothing,
        (Verb.Poweroff, Condition.Saved) => [Step.Discard],
        (Verb.Poweroff, Condition.Running) => [Step.CutPower],
        (Verb.Poweroff, Condition.Paused) => [Step.CutPower],
        (Verb.Poweroff, Condition.Stuck) => [Step.CutPower],

        (Verb.Reset, Condition.Off) => [Step.Launch],
        (Verb.Reset, Condition.Saved) => [Step.Discard, Step.Launch],
        (Verb.Reset, Condition.Running) => [Step.Reset],
        (Verb.Reset, Condition.Paused) => [Step.Resume, Step.Reset],
        (Verb.Reset, Condition.Stuck) => [Step.CutPower, Step.Launch],

        (Verb.Discard, Condition.Off) => nothing,
        (Verb.Discard, Condition.Saved) => [Step.Discard],

        (Verb.Abandon, Condition.Off) => nothing,
        (Verb.Abandon, Condition.Saved) => nothing,
        (Verb.Abandon, Condition.Running) => [Step.CutPower],
        (Verb.Abandon, Condition.Paused) => [Step.CutPower],
        (Verb.Abandon, Condition.Stuck) => [Step.CutPower],

        _ => null,
    };

    /// <summary>What a state means.</summary>
    public static Condition Of(MachineState state) => state switch
    {
        MachineState.PowerOff or MachineState.Teleported or MachineState.Aborted => Condition.Off,
        MachineState.Saved or MachineState.AbortedSaved => Condition.Saved,
        MachineState.Running => Condition.Running,
        MachineState.Paused => Condition.Paused,
        MachineState.GuruMeditation => Condition.Stuck,
        MachineState.Unknown => Condition.Unknown,
        MachineState.LiveSnapshotting or MachineState.Teleporting or MachineState.Starting or MachineState.Stopping or MachineState.Saving
            or MachineState.Restoring or MachineState.TeleportingPausedVm or MachineState.TeleportingIn or MachineState.DeletingSnapshotLive
            or MachineState.DeletingSnapshotLivePaused
            or MachineState.OnlineSnapshotting or MachineState.RestoringSnapshot or MachineState.DeletingSnapshot or MachineState.Snapshotting
            or MachineState.SettingUp => Condition.Changing,
    };

    /// <summary>Where a step ends, and its command, to which the machine's UUID comes second.</summary>
    public static (Condition End, string Command, string[] Arguments) Action(Step step) => step switch
    {
        Step.Launch => (Condition.Running, "startvm", ["--type", "headless"]),
        Step.Resume => (Condition.Running, "controlvm", ["resume"]),
        Step.Pause => (Condition.Paused, "controlvm", ["pause"]),
        Step.Save => (Condition.Saved, "controlvm", ["savestate"]),
        Step.PressButton => (Condition.Off, "controlvm", ["acpipowerbutton"]),
        Step.Discard => (Condition.Off, "discardstate", []),
        Step.CutPower => (Condition.Off, "controlvm", ["poweroff"]),
        Step.Reset => (Condition.Running, "controlvm", ["reset"]),
    };
}
