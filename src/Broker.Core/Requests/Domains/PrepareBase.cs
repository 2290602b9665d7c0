using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Turn a machine into a base: its disks are frozen, clones grow from them.</summary>
/// <param name="Domain">Id of the machine; it is shut down first when it is running.</param>
/// <param name="Publish">Let everybody clone it.</param>
/// <param name="WithCd">Clones find its CDs in their drives; else their drives are empty.</param>
public sealed record PrepareBase(
    Guid Domain,
    [Description("Let everybody clone it.")] bool Publish = false,
    [Description("Clones find its CDs in their drives; else their drives are empty.")] bool WithCd = false) : IRequest<PrepareBase>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("prepare_base", Lane.Disk, "Turn a machine into a base.")
    {
        Grant = Grant.CreateBase,
        Fold = Fold.WhilePendingOrJustDone,
        Tell = Tell.Outcome,
        OfferedOn = d => d is { IsBase: false, IsVolatile: false, State: DomainState.Shutdown or DomainState.Active },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
