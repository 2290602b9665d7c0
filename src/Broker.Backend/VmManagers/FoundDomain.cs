using Broker.Core.Devices;

namespace Broker.Backend.VmManagers;

/// <summary>A domain as its host has it, in Broker's words. What there are no words for is told, never left out.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name on the host.</param>
/// <param name="Power">What it is doing.</param>
/// <param name="MemoryKib">Memory in KiB.</param>
/// <param name="Vcpus">Number of processors.</param>
public sealed record FoundDomain(Guid Id, string Name, Power Power, long MemoryKib, int Vcpus)
{
    /// <summary>Address of its first network card, lower case; null when it has none.</summary>
    public string? Mac { get; init; }

    /// <summary>Its disks, the one that it boots from first.</summary>
    public IReadOnlyList<FoundDisk> Disks { get; init; } = [];

    /// <summary>Its CD drives.</summary>
    public IReadOnlyList<CdSpec> Cds { get; init; } = [];

    /// <summary>What of its hardware is not as usual.</summary>
    public Hardware Hardware { get; init; } = Hardware.Usual;

    /// <summary>What it is that can't be adopted, a sentence each.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];

    /// <summary>Why it can't be adopted as it stands now, a sentence each.</summary>
    public IReadOnlyList<string> NotNow { get; init; } = [];

    /// <summary>What would be otherwise if it were defined by these words, a sentence each.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];
}

/// <summary>A disk of a domain as its host has it.</summary>
/// <param name="Target">Device in the guest, in Broker's order: vda is what it boots from.</param>
/// <param name="Path">The file.</param>
/// <param name="Format">Its format, as the definition says.</param>
/// <param name="Below">The files below it, nearest first.</param>
/// <param name="CapacityBytes">How big a guest sees it; null when that can't be told.</param>
/// <param name="Problem">Why its files can't be used, found by opening them: one of <see cref="FoundDomain.Obstacles"/>, which the definition knows nothing of. Null when they can.</param>
public sealed record FoundDisk(string Target, string Path, string Format, IReadOnlyList<string> Below, long? CapacityBytes, string? Problem = null)
{
    /// <summary>Its file and those below it as they are now. To be asked where they lie.</summary>
    public IEnumerable<WrittenFile> Files() => Below.Prepend(Path).Select(path => new FileInfo(path)).Select(file => new WrittenFile(file.FullName, file.Exists ? file.Length : 0, file.LastWriteTimeUtc));
}

/// <summary>A file, by which it is seen whether somebody wrote to it meanwhile.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="At">When it was last written to.</param>
public sealed record WrittenFile(string Path, long Bytes, DateTime At);
