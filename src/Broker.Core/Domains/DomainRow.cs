using Broker.Core.Access;
using Broker.Core.Devices;

namespace Broker.Core.Domains;

/// <summary>What a domain is doing, as the database knows it.</summary>
public enum DomainState
{
    /// <summary>A request to make it is in the queue or in work.</summary>
    Creating,

    /// <summary>Off.</summary>
    Shutdown,

    /// <summary>A start is in work.</summary>
    Starting,

    /// <summary>Running.</summary>
    Active,

    /// <summary>Its processors stand still, its memory is kept.</summary>
    Paused,

    /// <summary>Off, its memory saved to disk.</summary>
    Hibernated,

    /// <summary>Was asked to shut down and has not done so yet.</summary>
    ShuttingDown,

    /// <summary>Its node can't be reached, so nobody knows.</summary>
    Down,

    /// <summary>Is being removed.</summary>
    Removing,

    /// <summary>Could not be made, or the hypervisor lost it; it can only be removed.</summary>
    Broken,
}

/// <summary>Who has a clone of a pool.</summary>
public enum PoolUse
{
    /// <summary>Nobody: whoever opens the base next may get it. It belongs to Broker.</summary>
    Free,

    /// <summary>Its owner.</summary>
    HandedOut,

    /// <summary>Nobody any more: it is made fresh for the next one. It belongs to Broker.</summary>
    Returned,
}

/// <summary>A row of <c>domains</c>.</summary>
public sealed record DomainRow
{
    /// <summary>The id, which is also the hypervisor's UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>Unique name of letters, digits, dash, underscore and dot.</summary>
    public required string Name { get; init; }

    /// <summary>The name as people write it, in any script.</summary>
    public string? Alias { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whose it is.</summary>
    public required long OwnerId { get; init; }

    /// <summary>Keys of those whom its owner lets use it.</summary>
    public IReadOnlyList<long> SharedWith { get; init; } = [];

    /// <summary>The base it is a clone of.</summary>
    public Guid? BaseId { get; init; }

    /// <summary>Whose base that is; null when it is no clone.</summary>
    public long? BaseOwnerId { get; init; }

    /// <summary>The host it lives on.</summary>
    public required long NodeId { get; init; }

    /// <summary>Its disks are frozen: it can't start, clones grow from it.</summary>
    public bool IsBase { get; init; }

    /// <summary>People without a right of their own may clone it.</summary>
    public bool IsPublic { get; init; }

    /// <summary>The access rules of the base itself, or of the base that it is a clone of; null when there are none.</summary>
    public AccessRules? Access { get; init; }

    /// <summary>It is removed when it ends, however it ends.</summary>
    public bool IsVolatile { get; init; }

    /// <summary>A base's clones are volatile unless who makes one says otherwise.</summary>
    public bool VolatileClones { get; init; }

    /// <summary>How many clones of a base are kept ready for whoever opens it, those that somebody has included; 0 when each gets one of his own.</summary>
    public int PoolClones { get; init; }

    /// <summary>How many of a base's clones that nobody has are kept running.</summary>
    public int PoolStart { get; init; }

    /// <summary>Why a base's pool is not as it should be, in a sentence; null when it is, or is being filled.</summary>
    public string? PoolProblem { get; init; }

    /// <summary>Whether a clone of its base's pool is free; null when it belongs to no pool.</summary>
    public PoolUse? PoolUse { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? PoolUseSince { get; init; }

    /// <summary>It was volatile and ran: it never starts again, its removal is at hand.</summary>
    public bool HasEnded => IsVolatile && StartedAt is not null && State is DomainState.Shutdown;

    /// <summary>What it is doing.</summary>
    public required DomainState State { get; init; }

    /// <summary>It was made to its end, and nobody is taking it apart.</summary>
    public bool IsWhole => State is not (DomainState.Creating or DomainState.Removing or DomainState.Broken);

    /// <summary>Since when.</summary>
    public DateTimeOffset StateSince { get; init; }

    /// <summary>One more sentence about the state.</summary>
    public string? StateDetail { get; init; }

    /// <summary>When its memory was saved to disk; kept while it is started from there, null otherwise.</summary>
    public DateTimeOffset? SavedAt { get; init; }

    /// <summary>Memory in KiB.</summary>
    public required long MemoryKib { get; init; }

    /// <summary>Number of processors.</summary>
    public required int Vcpus { get; init; }

    /// <summary>What else was chosen of its hardware.</summary>
    public Hardware Hardware { get; init; } = Hardware.Usual;

    /// <summary>It runs, or its memory was saved, with older hardware: what was chosen since is there after it was off.</summary>
    public bool NeedsRestart { get; init; }

    /// <summary>Its first network card's address.</summary>
    public required string Mac { get; init; }

    /// <summary>Its IP address, when it is running and has one.</summary>
    public string? Address { get; init; }

    /// <summary>Whether somebody is at it; null when it is off.</summary>
    public ClientStatus? ClientStatus { get; init; }

    /// <summary>Somebody is at it, or about to come.</summary>
    public bool IsAttended => ClientStatus is Domains.ClientStatus.Connected or Domains.ClientStatus.Connecting;

    /// <summary>Where that somebody sits, or is expected from; null when nobody knows.</summary>
    public string? ClientAddress { get; init; }

    /// <summary>Since when it is so.</summary>
    public DateTimeOffset? ClientSince { get; init; }

    /// <summary>When it was last started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>It is in the database, and not only to be.</summary>
    public bool IsWritten => CreatedAt != default;

    /// <summary>Its host knows it, as was last seen. One that is off and is not known there is told to its host at its next start.</summary>
    public bool IsKnown { get; init; } = true;

    /// <summary>How it differs on its host from what is written here, since somebody changed it there; gone with its next start.</summary>
    public string? HostChanges { get; init; }

    /// <summary>When its row was written.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Broker starts it when its host has started.</summary>
    public bool Autostart { get; init; }

    /// <summary>How long it may run, in seconds from its start; null for as long as it likes.</summary>
    public int? RunTimeoutSeconds { get; init; }

    /// <summary>How long it gets to shut down before its plug is pulled, in seconds; null for the usual time.</summary>
    public int? ShutdownTimeoutSeconds { get; init; }

    /// <summary>It is shut down when nobody has been connected to it for a while.</summary>
    public bool ShutdownDisconnected { get; init; }

    /// <summary>How long nobody has to be connected before that, in seconds; null for the usual time.</summary>
    public int? DisconnectGraceSeconds { get; init; }

    /// <summary>How many snapshots it may have; null for as many as is usual.</summary>
    public int? SnapshotLimit { get; init; }

    /// <summary>When this run of it is over and it is shut down; null when it is off, or may run as long as it likes.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>How long before that end its owner was last warned, in seconds; null when he has not been.</summary>
    public int? EndWarnedSeconds { get; init; }
}
