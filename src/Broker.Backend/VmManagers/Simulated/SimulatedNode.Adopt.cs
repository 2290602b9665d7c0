using Broker.Core.Devices;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>Domains that others made or changed.</summary>
internal sealed partial class SimulatedNode : ICanAdopt
{
    public FoundDomain? Describe(Guid id)
    {
        _faults.Meet("describe");
        if (Find(id) is not { } domain) return null;
        var spec = domain.Spec;
        var disks = spec.Disks.Select(d => File.Exists(d.Path)
            ? new FoundDisk(d.Target, d.Path, d.Format, d.Backing, SimulatedDisk.Find(d.Path)?.CapacityBytes)
            : new FoundDisk(d.Target, d.Path, d.Format, d.Backing, null, $"The file of its disk {d.Target} is missing: {d.Path}.")).ToList();
        return new(id, spec.Name, domain.Power, spec.MemoryKib, spec.Vcpus)
        {
            Mac = spec.Mac.ToLowerInvariant(),
            Disks = disks,
            Cds = spec.Cds,
            Hardware = DomainHardware.InRow(spec.Hardware),
            Obstacles = [.. disks.Select(d => d.Problem).OfType<string>()],
            NotNow = domain.Power is Power.Saved ? ["Its memory is saved, and knows its hardware: start it and shut it down first."] : [],
            Changes = Path.GetDirectoryName(spec.DisplaySocket) == Path.TrimEndingDirectorySeparator(_settings.DisplayFolder) ? [] : ["Its display goes: its screen is seen through Broker alone, from its next start on."],
        };
    }

    public long CopyDisk(FoundDisk disk, string target, IProgress<int> percent, CancellationToken cancel)
    {
        _faults.Meet("copy_disk");
        percent.Report(0);
        cancel.ThrowIfCancellationRequested();
        var source = SimulatedDisk.Read(disk.Path);
        if (!File.Exists(target)) new SimulatedDisk(source.CapacityBytes, null, SimulatedDisk.ReadAll(disk.Path)).Write(target);
        percent.Report(100);
        return source.CapacityBytes;
    }
}
