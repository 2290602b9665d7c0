using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Nodes;
using Broker.Core.Pools;
using Broker.Core.Users;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a desktop from a base.</summary>
/// <param name="Base">Id of the base.</param>
/// <param name="Name">Its name, in any letters; made from the base's and the owner's when left out. When its owner has a desktop of this base so called, it is that one.</param>
/// <param name="Owner">Key of the user who gets it; only administrators and whoever made the base give desktops to others.</param>
/// <param name="Volatile">It is removed when it ends; as the base says when left out. Those of temporary users always are.</param>
/// <param name="MemoryMib">Memory in MiB, 64 to 1048576; as the base when left out. More than the base has gives only whoever may prepare it.</param>
/// <param name="Vcpus">Processors, 1 to 64; as the base when left out.</param>
/// <param name="AddToPool">It is a free clone of the base's pool, or has nothing to do with it; somebody's clone out of the pool, if there is one, when left out.</param>
/// <param name="Domain">Set by the server.</param>
public sealed record Clone(
    [Description("The base.")] Guid Base,
    [Description("Its name; made from the base's and the owner's when left out.")] string? Name = null,
    [Description("Who gets it; only administrators and the base's owner give desktops to others.")] long? Owner = null,
    [Description("It is removed when it ends; as the base says when left out.")] bool? Volatile = null,
    [Description("Memory in MiB, 64 to 1048576; as the base when left out.")] int? MemoryMib = null,
    [Description("Processors, 1 to 64; as the base when left out.")] int? Vcpus = null,
    [Description("Free in the base's pool (true), or outside of it (false); out of the pool, if there is one, for its owner when left out.")] bool? AddToPool = null,
    Guid Domain = default) : IRequest<Clone>, IMakesDomain, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("clone", Lane.Disk, "Make a desktop from a base.")
    {
        Grant = Grant.Clone,
        Fold = Fold.Never,
        Priority = 50,
        OfferedOn = d => d is { IsBase: true, IsWhole: true },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (AddToPool is true && Owner is not null) yield return "A free clone of a pool is nobody's: leave owner out.";
        foreach (var problem in Name is null ? [] : DomainNames.WrittenProblems(Name)) yield return problem;
        if (MemoryMib is < 64 or > 1_048_576) yield return "memory_mib is between 64 and 1048576.";
        if (Vcpus is < 1 or > 64) yield return "vcpus is between 1 and 64.";
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain).AndShared(Base);

    Guid? IRequest.AboutDomain() => Domain;

    Guid? IRequest.JudgedOn() => Base;

    /// <inheritdoc/>
    public IRequest WithDomain(Guid domain) => this with { Domain = domain };

    /// <inheritdoc/>
    public async Task<DomainRow> NewDomain(DbSession db, Caller caller, DomainRow? judged)
    {
        var origin = judged!;
        var owner = await OwnerOf(db, caller, origin);
        if (!origin.IsBase)
            throw new RequestRefusedException("not_a_base", $"{origin.Name} is not a base. Prepare it as one first, or ask for a copy with {CopyDomain.Spec.Word}.");
        if (!origin.IsWhole)
            throw new RequestRefusedException("not_clonable", $"{origin.Name} can't be cloned: it {(origin.State is DomainState.Removing ? "is being removed" : "is not whole")}. Choose another base.");
        if (await NodesTable.Get(db, origin.NodeId) is { IsEnabled: false } node)
            throw new RequestRefusedException("node_disabled", $"{node.Name}, the host of {origin.Name}, gets no new machines for the time being.");
        var memory = MemoryMib * 1024L ?? origin.MemoryKib;
        var vcpus = Vcpus ?? origin.Vcpus;
        if ((memory > origin.MemoryKib || vcpus > origin.Vcpus) && !May.Do(caller, Grant.CreateBase, origin).IsAllowed)
            throw new RequestRefusedException("not_allowed", $"A desktop of {origin.Name} has at most {origin.MemoryKib / 1024} MiB of memory and {origin.Vcpus} processors, as it has itself.");
        if (Volatile is false && origin.VolatileClones && !May.Do(caller, Grant.CreateBase, origin).IsAllowed && !May.Do(caller, Grant.Operate, null).IsAllowed)
            throw new RequestRefusedException("not_allowed", $"Desktops of {origin.Name} are temporary; only its owner and administrators make lasting ones of it: leave volatile out.");
        // asked for twice by name it is one: the second gets what the first has got
        if (Name is not null && await DomainsTable.Find(db, DomainNames.Written(Name).Name) is { IsBase: false } there
            && there.OwnerId == owner.UserId && there.BaseId == origin.Id && (there.IsWhole || there.State is DomainState.Creating))
            return there;

        var guest = owner.GuestOf is null ? null : await Guests.Terms(db, owner);
        var isVolatile = owner.IsTemporary || (Volatile ?? origin.VolatileClones);
        var pool = await PoolUseOf(db, caller, origin, isVolatile);
        if (pool is PoolUse.Free) owner = await UsersTable.System(db);
        var (name, alias) = Name is not null ? DomainNames.Written(Name)
            : AddToPool ?? origin.PoolClones > 0 ? ((await DomainNames.Numbered(db, origin, 1))[0], origin.Alias)
            : (await DomainNames.FirstFree(db, DomainNames.ForClone(origin.Name, owner.Name, owner.UserId)), DomainNames.AliasForClone(origin, owner.Name));
        return DomainsTable.New(name, owner.UserId, origin.NodeId, memory, vcpus) with
        {
            Alias = alias,
            Description = origin.Description,
            BaseId = origin.Id,
            BaseOwnerId = origin.OwnerId,
            IsVolatile = isVolatile,
            Hardware = origin.Hardware,
            RunTimeoutSeconds = guest is null ? origin.RunTimeoutSeconds : Math.Min(guest.RunSeconds, origin.RunTimeoutSeconds ?? guest.RunSeconds),
            ShutdownTimeoutSeconds = origin.ShutdownTimeoutSeconds,
            ShutdownDisconnected = guest is not null || origin.ShutdownDisconnected,
            DisconnectGraceSeconds = origin.DisconnectGraceSeconds,
            SnapshotLimit = origin.SnapshotLimit,
            PoolUse = pool,
        };
    }

    private async Task<Caller> OwnerOf(DbSession db, Caller caller, DomainRow origin)
    {
        if (Owner is not { } id || id == caller.UserId) return caller;
        if (!May.Do(caller, Grant.CreateBase, origin).IsAllowed)
            throw new RequestRefusedException("not_allowed", "Only administrators and whoever made a base make desktops of it for others.");
        return await UsersTable.Caller(db, id, address: null) ?? throw new RequestRefusedException("bad_arguments", $"There is no user {id}, or he is disabled.");
    }

    private async Task<PoolUse?> PoolUseOf(DbSession db, Caller caller, DomainRow origin, bool isVolatile)
    {
        if (AddToPool is { } add)
        {
            if (May.Do(caller, Grant.CreateBase, origin) is { IsAllowed: false })
                throw new RequestRefusedException("not_allowed", $"What belongs to the pool of {origin.Name} is said by its owner and by administrators: leave add_to_pool out.");
            if (add && origin.PoolClones == 0)
                throw new RequestRefusedException("has_no_pool", $"{origin.Name} has no pool. Say first how many clones it is to keep ready.");
            return add ? PoolUse.Free : null;
        }

        if (origin.PoolClones == 0 || caller.GuestOf is not null) return null;
        // nobody else makes one meanwhile: whoever asks has the base locked
        if ((await Pool.Count(db, origin.Id)).Members >= origin.PoolClones) throw Pool.Exhausted(origin);
        return await Pool.IsForGood(db, origin.Id) && !isVolatile ? null : PoolUse.HandedOut;
    }

    /// <inheritdoc/>
    public async Task<Take?> Takes(DbSession db, DomainRow about) =>
        about.State is DomainState.Creating ? new Take(about.OwnerId, about.Id) { IsClone = true, DiskBytes = await VolumesTable.Capacity(db, Base) } : null;
}
