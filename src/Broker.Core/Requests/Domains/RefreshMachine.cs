using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Ask the host how a machine is.</summary>
public sealed record RefreshMachine(Guid Domain) : IRequest<RefreshMachine>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("refresh_machine", Lane.Quick, "Ask the host how a machine is.")
    {
        Grant = Grant.View,
        IsAudited = false,
        Keep = TimeSpan.FromHours(1),
        Aliases = ["refresh"],
        OfferedOn = d => d.State is not DomainState.Creating,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndShared(Domain);
}
