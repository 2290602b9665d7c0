using Broker.Backend.Requests.Snapshots;
using Broker.Backend.Requests.Volumes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Makes the files of a machine's disks as small as what is on them allows.</summary>
public sealed class CompactDomainHandler : IHandler<CompactDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(CompactDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (!domain.IsWhole) throw new RequestFailedException("not_whole", $"{domain.Name} can't be changed: {domain.StateDetail ?? "it is not whole"}.");
        if (domain.IsBase)
            throw new RequestFailedException("is_a_base", $"{domain.Name} is a base: its disks stay as they are, because clones grow from them. Turn it back into a machine first.");
        await KeptDisks.CheckNone(domain, work);
        var node = await work.NodeOf(domain);
        switch ((await work.Look(node, domain.Id))?.Power)
        {
            case Power.Running or Power.Paused:
                throw new RequestFailedException("not_off", $"{domain.Name} is running. Shut it down first.");
            case Power.Saved:
                throw SwitchOff.Hibernated(domain);
        }

        var disks = (await work.Read(db => VolumesTable.Disks(db, domain.Id)))[domain.Id].ToList();
        ForeignDisks.Refuse(domain, disks.Select(d => d.Volume));
        var won = 0L;
        foreach (var (disk, i) in disks.Select((d, i) => (d, i)))
        {
            won += await work.OnLong(node, $"Making disk {disk.Volume.Target} smaller", 100 * i / disks.Count, 100 * (i + 1) / disks.Count,
                (vm, percent, cancel) => vm.Disks.Compact(disk.Volume.Path, [.. disk.Below.Select(v => v.Path)], percent, cancel));
        }

        return new { domain = domain.Id, won_bytes = won };
    }
}
