using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a clone of one base a clone of another: its system is new, what is on its data disks stays.</summary>
/// <param name="Domain">Id of the clone; it is shut down first when it is running.</param>
/// <param name="Base">Id of the base it gets, with disks of the same devices and kinds.</param>
public sealed record RebaseDomain(
    [Description("The clone; it is shut down first when it is running.")] Guid Domain,
    [Description("The base it gets, with disks of the same devices and kinds.")] Guid Base) : IRequest<RebaseDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("rebase_domain", Lane.Disk, "Make a clone of one base a clone of another; only its data disks keep what is on them.")
    {
        Grant = Grant.CreateBase,
        Tell = Tell.Outcome,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Domain == Base ? ["A machine can't be its own base."] : [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain).AndShared(Base);
}
