using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Copies what lies below a clone's disks into them.</summary>
public sealed class SpinoffDomainHandler(TimeProvider clock) : IHandler<SpinoffDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(SpinoffDomain request, Work work)
    {
        var tie = await CloneTie.Of(request.Domain, work);
        await SwitchOff.Gently(tie.Domain, tie.Node, work, clock);
        foreach (var (disk, i) in tie.Disks.Select((d, i) => (d, i)).Where(each => each.d.Below.Count > 0))
        {
            await work.OnLong(tie.Node, $"Copying disk {disk.Volume.Target}", 40 + (50 * i / tie.Disks.Count), 40 + (50 * (i + 1) / tie.Disks.Count), (vm, percent, cancel) =>
            {
                vm.Disks.Flatten(disk.Volume.Path, [.. disk.Below.Select(v => v.Path)], percent, cancel);
                return true;
            });
            await work.Write(db => VolumesTable.SetBase(db, disk.Volume.Id, null));
        }

        await work.Step(95, "Telling the host");
        await tie.Define(work);
        work.AtEnd(async db =>
        {
            await DomainsTable.SetBaseId(db, tie.Domain.Id, null);
            await DomainsTable.SetState(db, tie.Domain.Id, DomainState.Shutdown);
        });
        return new { domain = tie.Domain.Id };
    }

    /// <inheritdoc/>
    public Task Undo(SpinoffDomain request, Work work, string why) => CloneTie.Follow(request.Domain, work);
}
