using System.Text.Json;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>libvirt's states and events in Broker's words.</summary>
internal static class Lifecycle
{
    /// <summary>What a domain does and why.</summary>
    public static (Power Power, string? Detail) Read((DomainState State, int Reason) what) => Read(what.State, what.Reason);

    /// <summary>What a domain does and why.</summary>
    /// <param name="state">libvirt's state.</param>
    /// <param name="reason">Of the enum that belongs to the state.</param>
    public static (Power Power, string? Detail) Read(DomainState state, int reason) => state switch
    {
        DomainState.Running or DomainState.Blocked => (Power.Running, Word((DomainRunningReason)reason)),
        // Still there, on its way out: off comes with its own event.
        DomainState.Shutdown => (Power.Running, "shutting_down"),
        // It has not run yet, and may never: its start is still being worked on.
        DomainState.Paused when (DomainPausedReason)reason == DomainPausedReason.StartingUp => (Power.Off, "starting_up"),
        DomainState.Paused => (Power.Paused, Word((DomainPausedReason)reason)),
        DomainState.Pmsuspended => (Power.Paused, "asleep"),
        DomainState.Shutoff => (Power.Off, Word((DomainShutoffReason)reason)),
        DomainState.Crashed => (Power.Off, "crashed"),
        _ => (Power.Off, null),
    };

    /// <summary>What an event says of a domain; null when it says nothing of its power.</summary>
    public static (Power Power, string? Detail)? Read(DomainEventLifecycle news) => news.Event switch
    {
        DomainEventType.Started => (Power.Running, Word((DomainEventStartedDetailType)news.Detail)),
        DomainEventType.Resumed => (Power.Running, Word((DomainEventResumedDetailType)news.Detail)),
        DomainEventType.Suspended => (Power.Paused, Word((DomainEventSuspendedDetailType)news.Detail)),
        DomainEventType.Pmsuspended => (Power.Paused, "asleep"),
        DomainEventType.Stopped => ((DomainEventStoppedDetailType)news.Detail == DomainEventStoppedDetailType.Saved ? Power.Saved : Power.Off,
            Word((DomainEventStoppedDetailType)news.Detail)),
        DomainEventType.Crashed => (Power.Off, "crashed"),
        DomainEventType.Undefined => (Power.Gone, "undefined"),
        // A definition can change while the domain runs; only a new one is known to be off.
        DomainEventType.Defined when (DomainEventDefinedDetailType)news.Detail == DomainEventDefinedDetailType.Added => (Power.Off, "defined"),
        _ => null,
    };

    private static string? Word(Enum reason) =>
        Enum.IsDefined(reason.GetType(), reason) && reason.ToString() is not ("Unknown" or "Last") ? JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()) : null;
}
