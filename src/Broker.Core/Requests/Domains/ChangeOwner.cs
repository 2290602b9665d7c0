using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Users;

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
    Task IRequest.CheckNow(DbSession db, DomainRow? judged) => Heir(db, judged!, Owner);

    /// <summary>The person who gets a machine; Broker itself has none.</summary>
    /// <exception cref="RequestRefusedException"><c>unknown_user</c>.</exception>
    public static async Task<UserRow> Heir(DbSession db, DomainRow domain, long owner) =>
        await UsersTable.Person(db, owner) ?? throw new RequestRefusedException("unknown_user", $"There is no user {owner} who could get {domain.Name}.");

    /// <inheritdoc/>
    public long TakesFor(DomainRow about) => Owner;

    /// <inheritdoc/>
    public async Task<Take?> Takes(DbSession db, DomainRow about) => Owner == about.OwnerId ? null : new Take(Owner, Domain)
    {
        IsClone = about is { BaseId: not null, IsBase: false },
        DiskBytes = await VolumesTable.Capacity(db, Domain),
        MemoryKib = about.State is DomainState.Active or DomainState.Paused or DomainState.Starting ? about.MemoryKib : null,
    };
}
