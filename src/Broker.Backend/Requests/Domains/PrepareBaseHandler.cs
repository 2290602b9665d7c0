using Broker.Backend.Displays;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Freezes a machine's disks, so that clones can grow from them.</summary>
public sealed class PrepareBaseHandler(TimeProvider clock) : IHandler<PrepareBase>
{
    private static readonly TimeSpan TimeToShutDown = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    public async Task<object?> Handle(PrepareBase request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.State is DomainState.Creating or DomainState.Broken or DomainState.Removing)
            throw new RequestFailedException("not_preparable", $"{domain.Name} can't become a base: {domain.StateDetail ?? "it is not whole"}.");
        if (domain.IsVolatile)
            throw new RequestFailedException("is_volatile", $"{domain.Name} is temporary, and a base has to stay. Make a desktop that lasts, and prepare that.");
        var node = await work.NodeOf(domain);
        var volumes = await work.Read(db => VolumesTable.Of(db, domain.Id));
        if (volumes.Count == 0) throw new RequestFailedException("no_disk", $"{domain.Name} has no disk that clones could grow from.");

        if (!domain.IsBase)
        {
            await SwitchOff(domain, node, work);
            await work.Step(50, "Freezing the disks");
            foreach (var volume in volumes)
            {
                await work.On(node, Gate.Disk, vm => vm.Disks.Freeze(volume.Path));
            }
        }

        work.AtEnd(async db =>
        {
            await VolumesTable.SetFrozen(db, domain.Id, true);
            await DomainsTable.SetBase(db, domain.Id, isBase: true, isPublic: request.Publish || domain.IsPublic);
            await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown);
        });
        return new { domain = domain.Id };
    }

    /// <inheritdoc/>
    public async Task Undo(PrepareBase request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { IsBase: false } domain) return;
        var node = await work.NodeOf(domain);
        foreach (var volume in await work.Read(db => VolumesTable.Of(db, domain.Id)))
            await work.On(node, Gate.Disk, vm => vm.Disks.Thaw(volume.Path));
    }

    private async Task SwitchOff(DomainRow domain, Node node, Work work)
    {
        var report = await work.Look(node, domain.Id);
        // Its disks are in the middle of something that only the saved memory knows.
        if (report?.Power is Power.Saved)
            throw new RequestFailedException("hibernated", $"{domain.Name} is hibernated: start it and shut it down first, or discard its memory with {ForceShutdownDomain.Spec.Word}.");
        if (report?.Power is not (Power.Running or Power.Paused)) return;
        await Picture.Keep(domain, node, work);
        await work.Step(10, "Shutting it down first");
        await work.On(node, Gate.Stop, vm => PowerButton.Press(vm, report));
        var began = clock.GetTimestamp();
        while (await work.Look(node, domain.Id) is { Power: Power.Running or Power.Paused })
        {
            if (clock.GetElapsedTime(began) > TimeToShutDown)
            {
                await work.Step(30, "It does not shut down by itself: switching it off");
                await work.On(node, Gate.Stop, vm => vm.Destroy(domain.Id));
                return;
            }

            await Task.Delay(TimeSpan.FromSeconds(0.3), clock, work.Interrupt);
        }
    }
}
