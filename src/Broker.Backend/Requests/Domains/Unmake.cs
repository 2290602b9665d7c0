using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Pools;

namespace Broker.Backend.Requests.Domains;

/// <summary>Takes a domain away whole: the machine, its files, its rows, in this order, so that what is left can always be found again.</summary>
internal static class Unmake
{
    /// <summary>Removes everything that belongs to a domain; what can't be removed leaves a domain that is marked broken and says why.</summary>
    public static async Task Domain(Guid id, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, id)) is not { } domain) return;
        try
        {
            await Machine(domain, work);
            await Rest(domain, work);
        }
        catch (Exception e) when (e is not (ClaimLostException or OperationCanceledException))
        {
            await work.Write(db => DomainsTable.SetState(db, id, DomainState.Broken, $"{why} What was made of it could not be removed: {e.Message}"));
        }
    }

    /// <summary>The same for what was not made to its end; what was stays.</summary>
    public static async Task HalfMade(Guid id, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, id)) is { State: DomainState.Creating }) await Domain(id, work, why);
    }

    /// <summary>A base has to stay what it is while clones need its disks.</summary>
    public static RequestFailedException HasClones(DomainRow origin, int clones) => new("has_clones",
        (clones == 1 ? $"{origin.Name} has a clone, which needs its disks. " : $"{origin.Name} has {clones} clones, which need its disks. ")
        + (origin.PoolClones > 0 ? "Set its pool to none, which would make new ones, then remove them first." : clones == 1 ? "Remove that one first." : "Remove them first."));

    /// <summary>Takes the machine off its host; with its disks and rows it could still be started anew.</summary>
    public static async Task Machine(DomainRow domain, Work work) =>
        await work.On(await work.NodeOf(domain), Gate.Stop, vm =>
        {
            vm.Destroy(domain.Id);
            vm.Undefine(domain.Id);
        });

    /// <summary>Removes what a machine leaves behind: its disks, but for those that were there before it, then its rows.</summary>
    public static async Task Rest(DomainRow domain, Work work)
    {
        var node = await work.NodeOf(domain);
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.On(node, Gate.Disk, _ => SharedFolders.RemoveEmpty(spec, node.Row.Manager));
        foreach (var volume in (await work.Read(db => VolumesTable.Of(db, domain.Id))).Where(v => !v.IsForeign))
        {
            await work.On(node, Gate.Disk, vm =>
            {
                if (volume.SecondPath is { } second) vm.Disks.Delete(second);
                vm.Disks.Delete(volume.Path);
            });
        }

        await work.Write(async db =>
        {
            await DomainsTable.Delete(db, domain.Id);
            if (domain is { PoolUse: not null, BaseId: { } origin }) await Pool.AskToFill(db, origin);
        });
    }
}
