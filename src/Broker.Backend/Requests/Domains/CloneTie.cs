using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.Requests.Snapshots;
using Broker.Core.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>What ties a clone to its base, before and after a request that changes it.</summary>
/// <param name="Domain">The clone.</param>
/// <param name="Node">Its host.</param>
/// <param name="Disks">Its disks.</param>
internal sealed record CloneTie(DomainRow Domain, Node Node, IReadOnlyList<Disk> Disks)
{
    /// <summary>Looks at the clone.</summary>
    /// <exception cref="RequestFailedException">It is none, others grow from it, or it is about to go.</exception>
    public static async Task<CloneTie> Of(Guid id, Work work)
    {
        var domain = await work.Domain(id);
        if (!domain.IsWhole) throw new RequestFailedException("not_whole", $"{domain.Name} can't be changed: {domain.StateDetail ?? "it is not whole"}.");
        if (domain.IsBase)
            throw new RequestFailedException("is_a_base", $"{domain.Name} is a base: its disks stay as they are, because clones grow from them. Turn it back into a machine first.");
        if (domain is { IsVolatile: true, StartedAt: not null })
            throw new RequestFailedException("is_volatile", $"{domain.Name} is temporary: it goes when it ends, and the next one is new. Make a desktop that lasts for what should stay.");
        await KeptDisks.CheckNone(domain, work);
        var disks = (await work.Read(db => VolumesTable.Disks(db, domain.Id)))[domain.Id].ToList();
        if (domain.BaseId is null && disks.TrueForAll(d => d.Below.Count == 0))
            throw new RequestFailedException("not_a_clone", $"{domain.Name} is no clone: it stands alone, and has no base.");
        return new(domain, await work.NodeOf(domain), disks);
    }

    /// <summary>Tells the host what the clone is made of now.</summary>
    public async Task Define(Work work)
    {
        var spec = await work.Read(async db => await Specs.Of(db, (await DomainsTable.Get(db, Domain.Id))!, Node));
        await work.On(Node, Gate.Disk, vm => vm.Define(spec));
    }

    /// <summary>Writes down what the files of a clone's disks lie on, after a request that changes that was broken off: the files know.</summary>
    public static async Task Follow(Guid id, Work work)
    {
        if (await work.Read(db => DomainsTable.Get(db, id)) is not { } domain) return;
        var node = await work.NodeOf(domain);
        var volumes = await work.Read(db => VolumesTable.Of(db, id));
        var below = await work.On(node, Gate.Read, vm =>
        {
            var files = vm.Disks.List();
            return volumes.Where(v => v.BaseVolumeId is not null && files.Contains(v.Id)).ToDictionary(v => v.Id, v => vm.Disks.BackingOf(v.Path));
        });
        await work.Write(async db =>
        {
            Guid? origin = null;
            foreach (var (volume, path) in below)
            {
                var found = path is null ? null : await VolumesTable.Find(db, path);
                origin ??= found?.DomainId;
                await VolumesTable.SetBase(db, volume, found?.Id);
            }

            if (origin is not null && origin != domain.BaseId) await DomainsTable.SetBaseId(db, id, origin);
        });
    }
}
