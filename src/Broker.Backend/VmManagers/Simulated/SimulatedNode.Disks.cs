namespace Broker.Backend.VmManagers.Simulated;

/// <summary>Disks and CDs of running domains.</summary>
internal sealed partial class SimulatedNode : ICanHotplugDisks, ICanChangeCds
{
    public void AttachDisk(Guid id, DiskSpec disk)
    {
        _faults.Meet("attach_disk");
        Change(id, spec => spec.Disks.Any(d => d.Target == disk.Target) ? spec : spec with { Disks = [.. spec.Disks, disk] });
    }

    public void DetachDisk(Guid id, string target)
    {
        _faults.Meet("detach_disk");
        Change(id, spec => spec with { Disks = [.. spec.Disks.Where(d => d.Target != target)] });
    }

    public void GrowDisk(Guid id, DiskSpec disk, long capacityBytes)
    {
        _faults.Meet("grow_disk");
        Change(id, spec =>
        {
            Disks.Grow(disk.Path, capacityBytes);
            return spec;
        });
    }

    public void ChangeCd(Guid id, CdSpec cd)
    {
        _faults.Meet("change_cd");
        CheckCd(cd);
        Change(id, spec => spec.Cds.Any(c => c.Target == cd.Target)
            ? spec with { Cds = [.. spec.Cds.Select(c => c.Target == cd.Target ? cd : c)] }
            : throw new VmException($"{spec.Name} runs without a CD drive {cd.Target}. It gets it when it is started the next time."));
    }

    public IReadOnlySet<string> FilesOfDomains()
    {
        _faults.Meet("files_of_domains");
        return All().SelectMany(known => known.State.Spec.Disks).SelectMany(disk => disk.Backing.Prepend(disk.Path)).ToHashSet();
    }

    private void CheckCd(CdSpec cd)
    {
        if (cd.File != null && Disks.FindCd(cd.File) == null)
            throw new VmException($"The library folder has no image of a CD '{cd.File}'. Copy it to {_settings.LibraryFolder}, or take the CD out with change_cd.");
    }

    private void Change(Guid id, Func<DomainSpec, DomainSpec> change)
    {
        lock (_lock)
        {
            var domain = Get(id);
            if (!domain.IsOn) throw new VmException($"{domain.Spec.Name} is off: that is done with its files.");
            Save(domain with { Spec = change(domain.Spec) });
        }
    }
}
