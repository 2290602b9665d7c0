namespace Broker.Core.Domains;

/// <summary>What a disk is for. Of machines without a base every disk is kept; of clones this decides.</summary>
public enum VolumeKind
{
    /// <summary>The system: kept, until the machine goes back to its base.</summary>
    Sys,

    /// <summary>What people made: kept, also when the machine goes back to its base.</summary>
    Data,

    /// <summary>What may go: a clone gets it new with each start.</summary>
    Tmp,

    /// <summary>The guest's swap: a clone gets it new with each start, and its space is free when the clone is off.</summary>
    Swap,
}

/// <summary>A row of <c>volumes</c>: one disk of a domain.</summary>
public sealed record VolumeRow
{
    /// <summary>The id, from which the file's name is made.</summary>
    public required Guid Id { get; init; }

    /// <summary>The domain whose disk it is.</summary>
    public required Guid DomainId { get; init; }

    /// <summary>The device in the guest: vda, vdb…</summary>
    public required string Target { get; init; }

    /// <summary>What it is for.</summary>
    public VolumeKind Kind { get; init; }

    /// <summary>The file on the node.</summary>
    public required string Path { get; init; }

    /// <summary>Where else there is a file of it, while it is moved: first where it is to go, then where it was.</summary>
    public string? SecondPath { get; init; }

    /// <summary>Somebody else made the file: Broker neither deletes nor changes it. Its own are called by their ids.</summary>
    public bool IsForeign => !System.IO.Path.GetFileName(Path).StartsWith(Id.ToString("D"), StringComparison.Ordinal);

    /// <summary>qcow2 or raw; set by us, never guessed from the content.</summary>
    public required string Format { get; init; }

    /// <summary>Size as the guest sees it.</summary>
    public required long CapacityBytes { get; init; }

    /// <summary>What it takes on its host, as last seen; null when nobody has looked.</summary>
    public long? UsedBytes { get; init; }

    /// <summary>The frozen volume it grows from.</summary>
    public Guid? BaseVolumeId { get; init; }

    /// <summary>It is a read-only base image.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>A guest may have written to it since it was made.</summary>
    public bool IsUsed { get; init; }

    /// <summary>SHA-256 of what is on a frozen disk: of its file, or of that of which a backup was taken that it was made of. Null when nobody has looked.</summary>
    public string? Sha256 { get; init; }
}
