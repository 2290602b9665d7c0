using Broker.Backend.Domains;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Has the hypervisor copy what lies below the disks of a running clone into them.</summary>
public sealed class DetachDomainHandler : IHandler<DetachDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(DetachDomain request, Work work)
    {
        var tie = await CloneTie.Of(request.Domain, work);
        if (await work.Look(tie.Node, tie.Domain.Id) is not { Power: Power.Running or Power.Paused })
            throw new RequestFailedException("not_running", $"{tie.Domain.Name} is off. What is off is made to stand alone with {SpinoffDomain.Spec.Word}.");
        foreach (var (disk, i) in tie.Disks.Select((d, i) => (d, i)).Where(each => each.d.Below.Count > 0))
        {
            await work.OnLong(tie.Node, $"Copying disk {disk.Volume.Target} while it runs", 5 + (85 * i / tie.Disks.Count), 5 + (85 * (i + 1) / tie.Disks.Count), (vm, percent, cancel) =>
            {
                Capability.Of<ICanDetachLive>(vm, tie.Node, $"copy the disks of a machine that runs. Shut it down and use {SpinoffDomain.Spec.Word}")
                    .Detach(tie.Domain.Id, Specs.Of(disk), percent, cancel);
                return true;
            });
            await work.Write(db => VolumesTable.SetBase(db, disk.Volume.Id, null));
        }

        await work.Step(95, "Telling the host");
        await tie.Define(work);
        work.AtEnd(db => DomainsTable.SetBaseId(db, tie.Domain.Id, null));
        return new { domain = tie.Domain.Id };
    }

    /// <inheritdoc/>
    public Task Undo(DetachDomain request, Work work, string why) => CloneTie.Follow(request.Domain, work);
}
