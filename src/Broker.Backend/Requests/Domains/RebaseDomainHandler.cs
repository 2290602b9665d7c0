using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Puts a clone onto another base: data disks keep what is on them, the others are made new.</summary>
public sealed class RebaseDomainHandler(TimeProvider clock) : IHandler<RebaseDomain>
{
    // From this percentage on, disks may be new.
    private const int DisksGo = 80;

    /// <inheritdoc/>
    public async Task<object?> Handle(RebaseDomain request, Work work)
    {
        var tie = await CloneTie.Of(request.Domain, work);
        var domain = tie.Domain;
        var origin = await work.Domain(request.Base);
        if (!origin.IsBase || !origin.IsWhole) throw new RequestFailedException("not_a_base", $"{origin.Name} is not a base. Prepare it as one first.");
        if (May.Do(work.Caller, Grant.Clone, origin) is { IsAllowed: false } no) throw new RequestFailedException("not_allowed", no.Reason);
        if (origin.NodeId != domain.NodeId) throw new RequestFailedException("other_host", $"{origin.Name} lies on another host than {domain.Name}. Choose a base on the same host.");
        // one that was killed on its way is there already, by its rows
        if (domain.BaseId == origin.Id && !(await work.Read(db => RequestsTable.Steps(db, work.Row))).Any(s => s.Percent >= DisksGo))
            throw new RequestFailedException("already_its_base", $"{domain.Name} is a clone of {origin.Name} already. To make it new, use {RestoreDomain.Spec.Word}.");
        var below = (await work.Read(db => VolumesTable.Disks(db, origin.Id)))[origin.Id].ToDictionary(d => d.Volume.Target);
        CheckOutline(tie, origin, below);

        await SwitchOff.Gently(domain, tie.Node, work, clock);
        var data = tie.Disks.Where(d => d.Volume.Kind is VolumeKind.Data && d.Below.Count > 0).ToList();
        foreach (var (disk, i) in data.Select((d, i) => (d, i)))
        {
            var onto = below[disk.Volume.Target];
            var isOnIt = await work.OnLong(tie.Node, $"Putting data disk {disk.Volume.Target} onto that of {origin.Name}", 40 + (35 * i / data.Count), 40 + (35 * (i + 1) / data.Count),
                (vm, percent, cancel) =>
                {
                    vm.Disks.Rebase(disk.Volume.Path, [.. disk.Below.Select(v => v.Path)], [onto.Volume.Path, .. onto.Below.Select(v => v.Path)], percent, cancel);
                    return vm.Disks.BackingOf(disk.Volume.Path) is not null;
                });
            await work.Write(db => VolumesTable.SetBase(db, disk.Volume.Id, isOnIt ? onto.Volume.Id : null));
        }

        await NewDisks.Make(tie, below.ToDictionary(b => b.Key, b => b.Value.Volume), work, DisksGo, db => DomainsTable.SetBaseId(db, domain.Id, origin.Id));
        await tie.Define(work);
        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown));
        return new { domain = domain.Id, @base = origin.Id };
    }

    /// <inheritdoc/>
    public Task Undo(RebaseDomain request, Work work, string why) => CloneTie.Follow(request.Domain, work);

    // A disk that the clone has of its own, and the base knows nothing of, goes along.
    private static void CheckOutline(CloneTie tie, DomainRow origin, Dictionary<string, Disk> below)
    {
        var own = tie.Disks.ToDictionary(d => d.Volume.Target);
        if (below.All(b => own.TryGetValue(b.Key, out var d) && d.Volume.Kind == b.Value.Volume.Kind) && own.All(d => below.ContainsKey(d.Key) || d.Value.Below.Count == 0)) return;
        throw new RequestFailedException("other_disks",
            $"{tie.Domain.Name} has other disks ({Outline(own.Values)}) than {origin.Name} ({Outline(below.Values)}). Choose a base with disks of the same devices and kinds.");
    }

    private static string Outline(IEnumerable<Disk> disks) => string.Join(", ", disks.Select(d => $"{d.Volume.Target} {Core.Word.Of(d.Volume.Kind)}"));
}
