using System.Text.Json;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Library;
using Broker.Core.Nodes;
using Broker.Core.Pools;

namespace Broker.Core.Backups;

/// <summary>What a backup says it is: the last file in it, <c>manifest.json</c>. It comes from a file, so nothing in it is believed before <see cref="Problems"/> is empty.</summary>
/// <param name="Format">Version of this format: 1.</param>
/// <param name="TakenAt">When it was taken.</param>
/// <param name="Manager">What drove the machine.</param>
/// <param name="Node">Name of its host.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Disks">Its disks, the one it boots from first. Each is a file in the backup.</param>
/// <param name="Cds">Its CD drives. The images are not in the backup.</param>
public sealed record BackupManifest(
    int Format, DateTimeOffset TakenAt, VmManagerKind Manager, string Node, BackedUpMachine Machine, IReadOnlyList<BackedUpVolume> Disks, IReadOnlyList<BaseCd> Cds)
{
    /// <summary>The version that is written and read.</summary>
    public const int Newest = 1;

    /// <summary>What it is called within the backup.</summary>
    public const string File = "manifest.json";

    /// <summary>The largest that is read.</summary>
    public const int MostBytes = 1 << 20;

    private static readonly JsonSerializerOptions Readable = new(Json.Strict) { WriteIndented = true };

    private const int MostDisks = 32;
    private const int LongestDescription = 4000;
    private const int LongestAlias = 190;

    /// <summary>Reads one.</summary>
    /// <exception cref="InvalidDataException">It is none, or of another version; the message is a sentence.</exception>
    public static BackupManifest Read(ReadOnlySpan<byte> json)
    {
        try
        {
            // the version first: what else a newer one says can't be known
            if (JsonSerializer.Deserialize<Version>(json, Json.Options)!.Format is not Newest and var version)
                throw new InvalidDataException($"Its {File} has format {version}; this Broker knows format {Newest}.");
            return JsonSerializer.Deserialize<BackupManifest>(json, Json.Strict)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"Its {File} can't be read: {e.Message}", e);
        }
    }

    /// <summary>As it is written.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Readable);

    /// <summary>Why no machine can be made of it, in sentences; empty when nothing speaks against it.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var problem in DomainNames.Problems(Machine.Name)) yield return problem;
        if (Machine.Alias is { } alias && (alias.Length is 0 or > LongestAlias || alias.Any(char.IsControl))) yield return $"An alias has 1 to {LongestAlias} characters.";
        if (Machine.Description?.Length > LongestDescription) yield return $"A description has at most {LongestDescription} characters.";
        if (Machine.Id == Guid.Empty) yield return "A machine has an id.";
        if (Machine.MemoryKib is < 64 << 10 or > 1L << 30) yield return "A machine has between 64 MiB and 1 TiB of memory.";
        if (Machine.Vcpus is < 1 or > 64) yield return "A machine has 1 to 64 processors.";
        foreach (var problem in PoolPlan.Problems(Machine.PoolClones, Machine.PoolStart)) yield return problem;
        var row = DomainsTable.New(Machine.Name, 0, 0, Machine.MemoryKib, Machine.Vcpus);
        if (Machine.Settings != new DomainSettingsChange())
            foreach (var problem in Machine.Settings.Problems(row with { IsBase = Machine.IsBase })) yield return problem;
        if (Disks.Count is 0 or > MostDisks) yield return $"A machine has 1 to {MostDisks} disks.";
        foreach (var problem in Disks.SelectMany(d => d.Problems(Machine.Base is not null))) yield return problem;
        foreach (var twice in Disks.GroupBy(d => d.Target).Where(d => d.Count() > 1)) yield return $"{File} names the disk {twice.Key} twice.";
        foreach (var twice in Disks.GroupBy(d => d.File).Where(d => d.Count() > 1)) yield return $"{File} names '{twice.Key}' twice.";
        foreach (var cd in Cds)
        {
            if (!IsDevice(cd.Target, "hd")) yield return $"{File} names a CD drive '{cd.Target}', which can't be.";
            if (cd.File is { } image && (image is "" or "." or ".." || image.Length > 255 || image.AsSpan().IndexOfAny('/', '\0') >= 0)) yield return $"{File} names a CD outside the library.";
        }

        if (Cds.DistinctBy(c => c.Target).Count() != Cds.Count) yield return $"{File} names a CD drive twice.";
    }

    internal static bool IsDevice(string target, string kind) => target.Length == kind.Length + 1 && target.StartsWith(kind, StringComparison.Ordinal) && char.IsAsciiLetterLower(target[^1]);

    private sealed record Version(int Format);
}

/// <summary>A machine as its backup says it was.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Sign-in name of whom it belonged to; null for one that nobody had.</param>
/// <param name="MemoryKib">Memory in KiB.</param>
/// <param name="Vcpus">Number of processors.</param>
/// <param name="Mac">Its first network card's address.</param>
/// <param name="Hardware">What else was chosen of its hardware.</param>
/// <param name="Settings">How long it ran and how it ended; what is null was as usual.</param>
public sealed record BackedUpMachine(Guid Id, string Name, string? Owner, long MemoryKib, int Vcpus, string Mac, Hardware Hardware, DomainSettingsChange Settings)
{
    /// <summary>Its name as people wrote it.</summary>
    public string? Alias { get; init; }

    /// <summary>What it was for.</summary>
    public string? Description { get; init; }

    /// <summary>Sign-in names of those whom its owner let use it.</summary>
    public IReadOnlyList<string> SharedWith { get; init; } = [];

    /// <summary>The base that it needs; null when it stands alone.</summary>
    public BackedUpBase? Base { get; init; }

    /// <summary>It was a base.</summary>
    public bool IsBase { get; init; }

    /// <summary>A published one.</summary>
    public bool IsPublic { get; init; }

    /// <summary>With its CDs in its clones' drives.</summary>
    public bool WithCd { get; init; }

    /// <summary>With temporary clones.</summary>
    public bool VolatileClones { get; init; }

    /// <summary>How many of its clones were kept ready.</summary>
    public int PoolClones { get; init; }

    /// <summary>How many of these were kept running.</summary>
    public int PoolStart { get; init; }
}

/// <summary>The base of a machine in a backup. What is on its disks tells whether one is it, for on another host it has another id.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name, for people.</param>
public sealed record BackedUpBase(Guid Id, string Name);

/// <summary>A disk in a backup.</summary>
/// <param name="Target">The device in the guest: vda…</param>
/// <param name="Kind">What it is for.</param>
/// <param name="File">Its file in the backup.</param>
/// <param name="Format">That file's format.</param>
/// <param name="CapacityBytes">How big a guest sees it.</param>
/// <param name="SizeBytes">Size of that file.</param>
/// <param name="Sha256">Sum of that file.</param>
/// <param name="Below">The images of its base that it lies on, nearest first, by <see cref="VolumeRow.Sha256"/>.</param>
public sealed record BackedUpVolume(string Target, VolumeKind Kind, string File, string Format, long CapacityBytes, long SizeBytes, string Sha256, IReadOnlyList<string> Below)
{
    /// <summary>By what backups of clones know it, when it is a base's.</summary>
    public string? KnownAs { get; init; }

    internal IEnumerable<string> Problems(bool hasBase)
    {
        if (!BackupManifest.IsDevice(Target, "vd")) yield return $"{BackupManifest.File} names a disk '{Target}', which can't be.";
        else if (File != $"{Target}.{Format}" || Format.Any(c => !char.IsAsciiLetterOrDigit(c))) yield return $"{BackupManifest.File} says that disk {Target} is in '{File}', which can't be.";
        if (CapacityBytes is < 1 or > ImageHeader.MostCapacityBytes) yield return $"{File} can't be {CapacityBytes} bytes large.";
        if (SizeBytes < 1) yield return $"{File} is empty.";
        if (((string?[])[Sha256, KnownAs, .. Below]).Any(s => s is not null && !IsSum(s))) yield return $"{File} has a sum that is no SHA-256.";
        if (Below.Count > 0 && !hasBase) yield return $"{File} lies on another image, and {BackupManifest.File} names no base.";
    }

    private static bool IsSum(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
