using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Pools;
using Broker.Core.Users;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a desktop from a base.</summary>
/// <param name="Base">Id of the base.</param>
/// <param name="Name">Its name; made from the base's and the owner's when left out.</param>
/// <param name="Owner">Key of the user who gets it; only administrators give desktops to others.</param>
/// <param name="Volatile">It is removed when it ends; as the base says when left out.</param>
/// <param name="AddToPool">It is a free clone of the base's pool, or has nothing to do with it; somebody's clone out of the pool, if there is one, when left out.</param>
/// <param name="Domain">Set by the server.</param>
public sealed record Clone(
    [Description("The base.")] Guid Base,
    [Description("Its name; made from the base's and the owner's when left out.")] string? Name = null,
    [Description("Who gets it; only administrators give desktops to others.")] long? Owner = null,
    [Description("It is removed when it ends; as the base says when left out.")] bool? Volatile = null,
    [Description("Free in the base's pool (true), or outside of it (false); out of the pool, if there is one, for its owner when left out.")] bool? AddToPool = null,
    Guid Domain = default) : IRequest<Clone>, IMakesDomain
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
        foreach (var problem in Name is null ? [] : DomainNames.Problems(Name)) yield return problem;
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
        if (Owner is { } other && other != caller.UserId && !caller.IsAdmin)
            throw new RequestRefusedException("not_allowed", "Only administrators make desktops for others.");
        var (ownerId, ownerName) = Owner is not { } id || id == caller.UserId
            ? (caller.UserId, caller.Name)
            : await UsersTable.Get(db, id) is { } user ? (user.Id, user.Name) : throw new RequestRefusedException("bad_arguments", $"There is no user {id}.");
        var origin = judged!;
        if (!origin.IsBase)
            throw new RequestRefusedException("not_a_base", $"{origin.Name} is not a base. Prepare it as one first.");
        if (!origin.IsWhole)
            throw new RequestRefusedException("not_clonable", $"{origin.Name} can't be cloned: it {(origin.State is DomainState.Removing ? "is being removed" : "is not whole")}. Choose another base.");
        if (await NodesTable.Get(db, origin.NodeId) is { IsEnabled: false } node)
            throw new RequestRefusedException("node_disabled", $"{node.Name}, the host of {origin.Name}, gets no new machines for the time being.");
        var pool = await PoolUseOf(db, caller, origin);
        if (pool is PoolUse.Free) ownerId = (await UsersTable.System(db)).UserId;
        var name = Name ?? (AddToPool ?? origin.PoolClones > 0
            ? (await DomainNames.Numbered(db, origin, 1))[0]
            : await DomainNames.FirstFree(db, DomainNames.ForClone(origin.Name, ownerName, ownerId)));
        return DomainsTable.New(name, ownerId, origin.NodeId, origin.MemoryKib, origin.Vcpus) with
        {
            Alias = Name is null ? origin.Alias : null,
            Description = origin.Description,
            BaseId = origin.Id,
            IsVolatile = Volatile ?? origin.VolatileClones,
            Hardware = origin.Hardware,
            RunTimeoutSeconds = origin.RunTimeoutSeconds,
            ShutdownTimeoutSeconds = origin.ShutdownTimeoutSeconds,
            ShutdownDisconnected = origin.ShutdownDisconnected,
            DisconnectGraceSeconds = origin.DisconnectGraceSeconds,
            PoolUse = pool,
        };
    }

    private async Task<PoolUse?> PoolUseOf(DbSession db, Caller caller, DomainRow origin)
    {
        if (AddToPool is { } add)
        {
            if (May.Do(caller, Grant.CreateBase, origin) is { IsAllowed: false })
                throw new RequestRefusedException("not_allowed", $"What belongs to the pool of {origin.Name} is said by its owner and by administrators: leave add_to_pool out.");
            if (add && origin.PoolClones == 0)
                throw new RequestRefusedException("has_no_pool", $"{origin.Name} has no pool. Say first how many clones it is to keep ready.");
            return add ? PoolUse.Free : null;
        }

        if (origin.PoolClones == 0) return null;
        // nobody else makes one meanwhile: whoever asks has the base locked
        if ((await Pool.Count(db, origin.Id)).Members >= origin.PoolClones) throw Pool.Exhausted(origin);
        return await Pool.IsForGood(db, origin.Id) && !(Volatile ?? origin.VolatileClones) ? null : PoolUse.HandedOut;
    }
}
