using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>Give a machine to somebody else. It keeps its name, and goes on if it runs.</summary>
/// <param name="Domain">Id of the machine.</param>
/// <param name="Owner">Key of the user who gets it.</param>
public sealed record ChangeOwner(Guid Domain, [Description("Who gets it.")] long Owner) : IRequest<ChangeOwner>, IOnDomain
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
}
