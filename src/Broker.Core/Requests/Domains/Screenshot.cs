using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Take a picture of a desktop's screen.</summary>
public sealed record Screenshot(Guid Domain) : IRequest<Screenshot>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("screenshot", Lane.Quick, "Take a picture of a desktop's screen.")
    {
        Grant = Grant.Screenshot,
        IsAudited = false,
        Keep = TimeSpan.FromHours(1),
        OfferedOn = d => d.State is DomainState.Active or DomainState.Paused,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndShared(Domain);
}
