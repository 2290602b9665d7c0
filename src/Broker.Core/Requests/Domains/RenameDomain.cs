using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Give a machine that is off another name. Its disks, its clones and whoever uses it don't notice; its guest is told at the next start.</summary>
/// <param name="Domain">Id of the machine.</param>
/// <param name="Name">The new name, in any letters: in plain ones it is the name, as it is written the alias.</param>
public sealed record RenameDomain(Guid Domain, [Description("The new name. In other letters than a to z it also becomes the alias.")] string Name) : IRequest<RenameDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("rename_domain", Lane.Power, "Give a machine that is off another name.")
    {
        Grant = Grant.Rename,
        Aliases = ["rename"],
        OfferedOn = d => d is { HasEnded: false, State: DomainState.Shutdown },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => DomainNames.WrittenProblems(Name);

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
