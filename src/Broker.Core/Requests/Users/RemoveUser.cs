using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Users;

namespace Broker.Core.Requests.Users;

/// <summary>Remove somebody's account with what he asked for. His machines go to somebody else; without one, who has any is not removed. A request, since it waits until nothing works on them.</summary>
/// <param name="User">Key of who goes.</param>
/// <param name="Heir">Key of who gets his machines.</param>
public sealed record RemoveUser(
    [Description("Who goes.")] long User,
    [Description("Who gets his machines; without one, nobody who has any is removed.")] long? Heir = null) : IRequest<RemoveUser>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_user", Lane.Quick, "Remove an account; its machines go to somebody else.") { Grant = Grant.ManageUsers };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Heir == User) yield return "heir is somebody else.";
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndExclusive($"user:{User}");

    /// <inheritdoc/>
    Task IRequest.CheckCaller(DbSession db, Caller caller) => UserAdministration.CheckRemovalBy(db, caller, User, Heir);

    /// <inheritdoc/>
    Task IRequest.CheckNow(DbSession db, DomainRow? judged) => UserAdministration.CheckRemoval(db, User, Heir);
}
