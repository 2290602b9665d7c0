using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Nodes;
using Broker.Core.Users;

namespace Broker.Core.Requests.Domains;

/// <summary>What becomes of the disks of a machine that is adopted.</summary>
public enum AdoptedDisks
{
    /// <summary>They stay where they lie, and are never deleted by Broker.</summary>
    Keep,

    /// <summary>They are copied into the pool folder, whole, with what they lie on; the files of before stay.</summary>
    Copy,
}

/// <summary>Take a machine that somebody made on a host into Broker's care. It keeps its id.</summary>
/// <param name="Node">Name of the host.</param>
/// <param name="Machine">Its id, or its name on its host, as <c>discover_domains</c> found it.</param>
/// <param name="Name">What it is to be called; as on its host when left out.</param>
/// <param name="Owner">Key of the user who gets it; whoever asks when left out.</param>
/// <param name="Disks">What becomes of its disks.</param>
/// <param name="AcceptChanges">What Broker has no words for may be otherwise after its next start.</param>
/// <param name="Domain">Set by the server.</param>
public sealed record AdoptDomain(
    [Description("Name of the host.")] string Node,
    [Description("Its id or its name on its host, as discover_domains found it.")] string Machine,
    [Description("What it is to be called; as on its host when left out.")] string? Name = null,
    [Description("Who gets it; whoever asks when left out.")] long? Owner = null,
    [Description("Whether its disks stay where they lie, and are never deleted by Broker, or are copied into the pool folder, whole, with what they lie on.")] AdoptedDisks Disks = AdoptedDisks.Keep,
    [Description("What Broker has no words for may be otherwise after its next start, as discover_domains told.")] bool AcceptChanges = false,
    Guid Domain = default) : IRequest<AdoptDomain>, IMakesDomain, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("adopt_domain", Lane.Disk, "Take a machine that somebody made on a host into Broker's care.")
    {
        Grant = Grant.CreateMachine,
        Aliases = ["adopt"],
        Fold = Fold.Never,
        Tell = Tell.Outcome,
        Needs = "adopt",
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Node.Length is 0 or > 190) yield return "node is the name of a host, 1 to 190 characters.";
        if (Machine.Length is 0 or > 255) yield return "machine is the id or the name of a machine on its host.";
        if (Name is not null)
            foreach (var problem in DomainNames.WrittenProblems(Name)) yield return problem;
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    Guid? IRequest.AboutDomain() => Domain;

    Guid? IRequest.JudgedOn() => null;

    /// <inheritdoc/>
    public IRequest WithDomain(Guid domain) => this with { Domain = domain };

    /// <inheritdoc/>
    public async Task<DomainRow> NewDomain(DbSession db, Caller caller, DomainRow? judged)
    {
        // whoever has it has what lies on its disks, whose files are anywhere on the host
        if (!caller.IsAdmin) throw new RequestRefusedException("not_allowed", "Only administrators take machines of a host into Broker's care.");
        var node = (await NodesTable.All(db)).FirstOrDefault(n => string.Equals(n.Name, Node, StringComparison.OrdinalIgnoreCase))
            ?? throw new RequestRefusedException("unknown_node", $"There is no host called {Node}.");
        if (await Known(db) is { } known) throw new RequestRefusedException("already_known", $"{known.Name} is in Broker's care already.");
        var found = await UnknownDomainsTable.Find(db, node.Id, Machine)
            ?? throw new RequestRefusedException("unknown_machine", $"No machine {Machine} was found on {node.Name}, or several. Look again with discover_domains, and give its id.");
        if (found.Obstacles.Count > 0) throw new RequestRefusedException("not_adoptable", $"{found.Name} can't be adopted. {string.Join(' ', found.Obstacles)}") { Problems = found.Obstacles };
        if (Disks is AdoptedDisks.Keep && found.DiskList.FirstOrDefault(d => d.Below.Count > 0) is { } overlay)
            throw new RequestRefusedException("lies_on_others", $"{overlay.Path} lies on {overlay.Below[0]}, which Broker doesn't look after. Ask with disks: copy, which makes it stand alone.");
        if (Disks is AdoptedDisks.Copy && found.IsOn)
            throw new RequestRefusedException("not_off", $"{found.Name} is running, and its disks are only whole when it is off. Shut it down first, or let its disks stay where they lie.");
        if (found.Changes.Count > 0 && !AcceptChanges)
        {
            throw new RequestRefusedException("has_changes", $"After its next start, {found.Name} would not be as it is now. {string.Join(' ', found.Changes)} If that may be so, ask with accept_changes.")
            {
                Problems = found.Changes,
            };
        }

        var (name, alias) = DomainNames.Written(Name ?? found.Name);
        if (Name is null && (alias is not null || DomainNames.Problems(name).Any()))
            throw new RequestRefusedException("bad_name", $"'{found.Name}' is no name of a machine here. Give it another one.");
        if (name != found.Name && found.IsOn) throw new RequestRefusedException("not_off", $"{found.Name} is running, and can be called {name} only when it is off. Shut it down first, or leave its name.");
        if (found.Mac is { } mac && await db.First<string>("SELECT name FROM domains WHERE mac = @mac", new { mac }) is { } twin)
            throw new RequestRefusedException("mac_taken", $"{twin} has a network card with the address {mac}, too. Give {found.Name} another one on its host, and look again.");
        foreach (var disk in found.DiskList)
        {
            if (await VolumesTable.Find(db, disk.Path) is { } volume && await DomainsTable.Get(db, volume.DomainId) is { } other)
                throw new RequestRefusedException("disk_taken", $"{disk.Path} is a disk of {other.Name}.");
        }

        if (Owner is { } owner && await UsersTable.Get(db, owner) is null) throw new RequestRefusedException("unknown_user", $"There is no user {owner} who could get {found.Name}.");
        var row = DomainsTable.New(name, Owner ?? caller.UserId, node.Id, found.MemoryKib, found.Vcpus);
        return row with { Id = found.Id, Alias = alias, Mac = found.Mac ?? row.Mac, Hardware = found.Hardware };
    }

    private async Task<DomainRow?> Known(DbSession db) => Guid.TryParse(Machine, out var id) ? await DomainsTable.Get(db, id) : null;

    /// <inheritdoc/>
    public async Task<Take?> Takes(DbSession db, DomainRow about) =>
        await UnknownDomainsTable.Find(db, about.NodeId, Machine, withKnown: true) is { } found
            ? new Take(about.OwnerId, about.Id) { DiskBytes = found.DiskList.Sum(d => d.CapacityBytes ?? 0) }
            : null;
}
