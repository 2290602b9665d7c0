using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;

namespace Broker.Core.Requests.Domains;

/// <summary>Give a machine to somebody else. It keeps its name, and goes on if it runs.</summary>
/// <param name="Domain">Id of the machine.</param>
/// <param name="Owner">Key of the user who gets it.</param>
public sealed record ChangeOwner(Guid Domain, [Description("Who gets it.")] long Owner) : IRequest<ChangeOwner>, IOnDomain, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("change_owner", Lane.Quick, "Give a machine to somebody else.")
    {
        Grant = Grant.ChangeOwner,
        OfferedOn = d => d.IsWhole,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    /// <inheritdoc/>
    public async Task<Take?> Takes(DbSession db, DomainRow about) => Owner == about.OwnerId ? null : new Take(Owner, Domain)
    {
        IsClone = about is { BaseId: not null, IsBase: false },
        DiskBytes = await VolumesTable.Capacity(db, Domain),
        MemoryKib = about.State is DomainState.Active or DomainState.Paused or DomainState.Starting ? about.MemoryKib : null,
    };
}
