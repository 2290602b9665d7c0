namespace Broker.Core.Domains;

/// <summary>A row of <c>snapshots</c>: what the disks of a domain held when it was taken.</summary>
public sealed record SnapshotRow
{
    private const int LongestName = 190;
    private const int LongestDescription = 4000;

    /// <summary>The id, by which its host knows it.</summary>
    public required Guid Id { get; init; }

    /// <summary>The domain whose disks it holds.</summary>
    public required Guid DomainId { get; init; }

    /// <summary>What people call it, in any script; unique among the snapshots of its domain.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>When it was taken.</summary>
    public DateTimeOffset TakenAt { get; init; }

    /// <summary>Key of whoever took it; null when he is gone.</summary>
    public long? TakenBy { get; init; }

    /// <summary>What the domain's disks took on their host when it was taken; null when that is not known.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The request that is taking it; null once it is whole.</summary>
    public long? RequestId { get; init; }

    /// <summary>It holds all that it is to hold.</summary>
    public bool IsWhole => RequestId is null;

    /// <summary>What is wrong with a name or a description as people write them, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(string name, string? description)
    {
        if (name.Trim().Length is 0 or > LongestName) yield return $"The name of a snapshot has 1 to {LongestName} characters.";
        if (name.Any(char.IsControl)) yield return "The name of a snapshot has no control characters.";
        if (description?.Length > LongestDescription) yield return $"A description has at most {LongestDescription} characters.";
    }
}
