using System.Globalization;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;

namespace Broker.Backend.Domains;

/// <summary>How a domain of ours differs on its host from what its row says, since somebody changed it there. Pure. Its next start makes it again what its row says.</summary>
public static class HostChanges
{
    /// <summary>What is told of it; null when it is as it should be, or as nobody can tell.</summary>
    /// <param name="row">The domain.</param>
    /// <param name="spec">What its host should know of it.</param>
    /// <param name="found">What its host has.</param>
    public static string? Of(DomainRow row, DomainSpec spec, FoundDomain found)
    {
        // a base's disks belong to its clones, and what is saved keeps the hardware that its memory knows
        if (row is { IsBase: true } or { SavedAt: not null } || found.Power is Power.Saved) return null;
        // of the definition alone: the disk of one that runs may be closed to the back end, and is nobody's change
        var changes = found.Obstacles.Except(found.Disks.Select(d => d.Problem)).OfType<string>().ToList();
        if (found.MemoryKib != spec.MemoryKib) changes.Add(string.Create(CultureInfo.InvariantCulture, $"It has {found.MemoryKib / 1024} MiB of memory there, not {spec.MemoryKib / 1024}."));
        if (found.Vcpus != spec.Vcpus) changes.Add(string.Create(CultureInfo.InvariantCulture, $"It has {found.Vcpus} processors there, not {spec.Vcpus}."));
        if (found.Mac is { } mac && !string.Equals(mac, spec.Mac, StringComparison.OrdinalIgnoreCase)) changes.Add($"Its network card has the address {mac} there.");
        var (here, there) = (spec.Disks.Select(d => d.Path).ToList(), found.Disks.Select(d => d.Path).ToList());
        foreach (var path in there.Except(here)) changes.Add($"It has a disk more there: {path}.");
        foreach (var path in here.Except(there)) changes.Add($"It lacks a disk there: {path}.");
        return changes.Count == 0 ? null : $"{string.Join(' ', changes)} Its next start makes it again what is written here.";
    }
}
