using Broker.Backend.Nodes;
using Broker.Backend.Requests.Domains;
using Broker.Backend.Requests.Snapshots;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Volumes;

/// <summary>What has to be so before a machine's disks or CDs are changed.</summary>
/// <param name="Domain">The machine.</param>
/// <param name="Node">Its host.</param>
/// <param name="IsOn">It runs or stands still; else it is off, with no memory saved.</param>
internal sealed record DiskChange(DomainRow Domain, Node Node, bool IsOn)
{
    /// <summary>Looks at the machine.</summary>
    /// <exception cref="RequestFailedException">Its disks have to stay as they are.</exception>
    public static async Task<DiskChange> Begin(Guid id, Work work)
    {
        var domain = await work.Domain(id);
        if (domain.IsBase)
            throw new RequestFailedException("is_a_base", $"{domain.Name} is a base: its disks stay as they are, because clones grow from them. Turn it back into a machine first.");
        if (!domain.IsWhole || domain.HasEnded)
            throw new RequestFailedException("not_whole", $"{domain.Name} can't be changed: {domain.StateDetail ?? (domain.HasEnded ? "it is being removed" : "it is not whole")}.");
        var node = await work.NodeOf(domain);
        var power = (await work.Look(node, domain.Id))?.Power ?? Power.Gone;
        // its memory knows the disks as they are
        if (power is Power.Saved || domain.SavedAt is not null)
            throw new RequestFailedException("hibernated", $"{domain.Name} is hibernated: start it and shut it down first, or discard its memory with {ForceShutdownDomain.Spec.Word}.");
        return new(domain, node, power is Power.Running or Power.Paused);
    }

    /// <summary>The same for a change of its disks, which snapshots know as they are.</summary>
    /// <inheritdoc cref="Begin"/>
    public static async Task<DiskChange> BeginWithDisks(Guid id, Work work)
    {
        var change = await Begin(id, work);
        await KeptDisks.CheckNone(change.Domain, work);
        return change;
    }

    /// <summary>One of its disks.</summary>
    /// <exception cref="RequestFailedException"><c>no_disk</c>.</exception>
    public Disk DiskAt(string target, IEnumerable<Disk> disks) =>
        disks.FirstOrDefault(d => d.Volume.Target == target) ?? throw new RequestFailedException("no_disk", $"{Domain.Name} has no disk {target}. It has {string.Join(", ", disks.Select(d => d.Volume.Target))}.");

    /// <summary>The first free name of a device.</summary>
    /// <param name="bus">What it begins with: vd, hd…</param>
    /// <param name="taken">Names that are taken.</param>
    /// <exception cref="RequestFailedException"><c>too_many_disks</c>.</exception>
    public string FreeTarget(string bus, IReadOnlyCollection<string> taken)
    {
        for (var letter = 'a'; letter <= 'z'; letter++)
            if (!taken.Contains(bus + letter)) return bus + letter;
        throw new RequestFailedException("too_many_disks", $"{Domain.Name} has as many disks as it can. Remove one first.");
    }

    /// <summary>Changes disks of a machine that runs.</summary>
    /// <exception cref="RequestFailedException"><c>not_supported</c>: its host can't do that.</exception>
    public static ICanHotplugDisks Live(IVmNode vm, Node node) => Capability.Of<ICanHotplugDisks>(vm, node, "change the disks of a machine that runs. Shut it down first");
}
