using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Frontend.Requests;

namespace Broker.Frontend.Domains;

/// <summary>A user, as far as others see him.</summary>
/// <param name="Id">Key of the account.</param>
/// <param name="Name">Sign-in name.</param>
public sealed record Person(long Id, string Name);

/// <summary>What a machine is doing, as people are told.</summary>
public enum DomainStateView
{
    /// <summary>Is being made.</summary>
    Creating,

    /// <summary>Off.</summary>
    Shutdown,

    /// <summary>Is being started.</summary>
    Starting,

    /// <summary>Running.</summary>
    Active,

    /// <summary>Stands still.</summary>
    Paused,

    /// <summary>Off, its memory saved.</summary>
    Hibernated,

    /// <summary>Was asked to shut down.</summary>
    ShuttingDown,

    /// <summary>Its node can't be reached.</summary>
    Down,

    /// <summary>Is being removed.</summary>
    Removing,

    /// <summary>Can only be removed.</summary>
    Broken,

    /// <summary>A base: it can't start, clones grow from it.</summary>
    Base,
}

/// <summary>What happens by itself, and when.</summary>
/// <param name="Action">The command.</param>
/// <param name="At">Not before.</param>
public sealed record NextAction(string Action, DateTimeOffset At);

/// <summary>A request that has not ended, in short.</summary>
/// <param name="Id">Key of the request.</param>
/// <param name="Command">The command.</param>
/// <param name="State">Where it is.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="ProgressText">What is being done, in a sentence.</param>
/// <param name="User">Who asked; null when that was somebody else and the caller does not look after the hosts.</param>
/// <param name="CreatedAt">When it was asked.</param>
/// <param name="StartedAt">When it was first taken up.</param>
/// <param name="At">Not before this time: it is scheduled.</param>
public sealed record PendingRequest(
    long Id, string Command, RequestState State, int Progress, string? ProgressText, Person? User, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? At)
{
    /// <summary>A row, as this caller sees it.</summary>
    public static PendingRequest Of(RequestRow row, Caller caller) => new(
        row.Id, row.Command, row.State, row.Progress, row.ProgressText, RequestView.IsInCharge(caller, row) ? new Person(row.UserId, row.UserName ?? "") : null,
        row.CreatedAt, row.StartedAt, row.AtTime);
}

/// <summary>How long a machine runs and how it ends.</summary>
/// <param name="Autostart">Broker starts it when its host has started.</param>
/// <param name="RunTimeoutSeconds">How long it may run, from its start; null for as long as it likes.</param>
/// <param name="ShutdownTimeoutSeconds">How long it gets to shut down before its plug is pulled; null for the usual time.</param>
/// <param name="ShutdownDisconnected">It is shut down when nobody has been connected to it for a while.</param>
/// <param name="DisconnectGraceSeconds">How long nobody has to be connected before that; null for the usual time.</param>
/// <param name="SnapshotLimit">How many snapshots it may have; null for as many as is usual.</param>
public sealed record DomainSettingsView(
    bool Autostart, int? RunTimeoutSeconds, int? ShutdownTimeoutSeconds, bool ShutdownDisconnected, int? DisconnectGraceSeconds, int? SnapshotLimit);

/// <summary>The clones of a base that are kept ready.</summary>
/// <param name="Clones">How many there are to be, those that somebody has included.</param>
/// <param name="Start">How many of those that nobody has are to run.</param>
/// <param name="Members">How many there are.</param>
/// <param name="Free">How many of these nobody has.</param>
/// <param name="FreeRunning">How many of these run.</param>
/// <param name="Problem">Why it is not as it should be, in a sentence; null when it is, or is being filled.</param>
public sealed record PoolView(int Clones, int Start, int Members, int Free, int FreeRunning, string? Problem);

/// <summary>A machine.</summary>
/// <param name="Id">Its UUID, also the hypervisor's.</param>
/// <param name="Name">Unique name.</param>
/// <param name="Alias">The name as people write it.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="SharedWith">Whom its owner lets use it; whoever it is shared with hears only of himself.</param>
/// <param name="BaseId">The base it is a clone of.</param>
/// <param name="BaseName">That base's name.</param>
/// <param name="Node">The host it lives on.</param>
/// <param name="State">What it is doing.</param>
/// <param name="StateSince">Since when.</param>
/// <param name="StateDetail">One more sentence about it.</param>
/// <param name="Next">What happens by itself next, if anything.</param>
/// <param name="IsBase">It is a base.</param>
/// <param name="IsPublic">It is published: everybody may clone it.</param>
/// <param name="IsVolatile">It is temporary: removed when it ends.</param>
/// <param name="VolatileClones">A base's new clones are temporary.</param>
/// <param name="Pool">A base's clones that are kept ready; null when it has no pool.</param>
/// <param name="PoolUse">Who has a clone of a pool; null when it belongs to none.</param>
/// <param name="MemoryKib">Memory in KiB.</param>
/// <param name="Vcpus">Number of processors.</param>
/// <param name="NeedsRestart">It runs, or its memory was saved, with older hardware than was chosen: what is new is there after it was off.</param>
/// <param name="Address">Its IP address, while it has one.</param>
/// <param name="Client">Whether somebody is at it; null when it is off.</param>
/// <param name="ScreenshotUrl">Where the last picture of its screen is; changes with the picture.</param>
/// <param name="ScreenshotAt">When that was taken.</param>
/// <param name="Clones">How many clones it has.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="StartedAt">When it was last started.</param>
/// <param name="EndsAt">When this run of it ends by itself: it is shut down, hibernated or removed.</param>
/// <param name="Settings">How long it runs and how it ends.</param>
/// <param name="May">What the caller may do with it now: commands that can be requested, and open (a base: get a desktop; a running machine: look at its screen), publish, describe, share, set.</param>
/// <param name="Pending">Requests about it that have not ended, those for later included.</param>
/// <param name="LockedBy">The request that works on it alone just now, if one does: others wait for its end. It may be about another machine, such as a copy of this one.</param>
/// <param name="IsKnown">Its host knows it, as was last seen; one that is off is told to its host again at its next start.</param>
/// <param name="HostChanges">How it differs on its host from what is told here, in sentences, since somebody changed it there; gone with its next start. Null for who may not operate hosts.</param>
public sealed record DomainView(
    Guid Id,
    string Name,
    string? Alias,
    string? Description,
    Person Owner,
    IReadOnlyList<Person> SharedWith,
    Guid? BaseId,
    string? BaseName,
    string Node,
    DomainStateView State,
    DateTimeOffset StateSince,
    string? StateDetail,
    NextAction? Next,
    bool IsBase,
    bool IsPublic,
    bool IsVolatile,
    bool VolatileClones,
    PoolView? Pool,
    PoolUse? PoolUse,
    long MemoryKib,
    int Vcpus,
    bool NeedsRestart,
    string? Address,
    Client? Client,
    string? ScreenshotUrl,
    DateTimeOffset? ScreenshotAt,
    int Clones,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndsAt,
    DomainSettingsView Settings,
    IReadOnlyList<string> May,
    IReadOnlyList<PendingRequest> Pending,
    PendingRequest? LockedBy,
    bool IsKnown,
    string? HostChanges)
{
    /// <summary>The state as people are told: a base that is at rest is called so.</summary>
    public static DomainStateView StateOf(DomainRow domain) => domain.State switch
    {
        DomainState.Shutdown when domain.IsBase => DomainStateView.Base,
        DomainState.Creating => DomainStateView.Creating,
        DomainState.Shutdown => DomainStateView.Shutdown,
        DomainState.Starting => DomainStateView.Starting,
        DomainState.Active => DomainStateView.Active,
        DomainState.Paused => DomainStateView.Paused,
        DomainState.Hibernated => DomainStateView.Hibernated,
        DomainState.ShuttingDown => DomainStateView.ShuttingDown,
        DomainState.Down => DomainStateView.Down,
        DomainState.Removing => DomainStateView.Removing,
        DomainState.Broken => DomainStateView.Broken,
    };
}

/// <summary>Machines.</summary>
public sealed record DomainsView(IReadOnlyList<DomainView> Domains);
