using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>Domains that others made or changed.</summary>
internal sealed partial class LibvirtNode : ICanAdopt
{
    public event Action<Guid>? Redefined;

    public FoundDomain? Describe(Guid id) => Ask("The domain could not be described", () =>
    {
        using var domain = Find(id, _reads);
        if (domain == null) return null;
        var power = Lifecycle.Read(domain.GetState()).Power;
        if (power == Power.Off && domain.HasManagedSaveImage()) power = Power.Saved;
        var notNow = new List<string>();
        if (!domain.IsPersistent()) notNow.Add("It is transient: it will be gone when it ends. Define it with virsh define.");
        if (power == Power.Saved) notNow.Add("Its memory is saved, and knows its hardware: start it and shut it down first.");
        if (domain.SnapshotNum() > 0) notNow.Add("It has snapshots, of which Broker knows nothing: delete them with virsh snapshot-delete.");
        return DomainReading.Read(Describe(domain, DomainXMLFlags.Inactive), power, _settings, Facts["emulator"]) with { NotNow = notNow };
    });

    public long CopyDisk(FoundDisk disk, string target, IProgress<int> percent, CancellationToken cancel) =>
        ((Qcow2Disks)Disks).CopyIn(disk, target, percent, cancel);
}
