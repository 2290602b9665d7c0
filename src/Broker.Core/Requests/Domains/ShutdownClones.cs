using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>Shut all running clones of a base down: a request for each.</summary>
/// <param name="Domain">Id of the base.</param>
/// <param name="TimeoutSeconds">As in <see cref="ShutdownDomain"/>.</param>
public sealed record ShutdownClones([Description("The base.")] Guid Domain, [Description(ShutdownDomain.TimeoutText)] int? TimeoutSeconds = null) : IRequest<ShutdownClones>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("shutdown_clones", Lane.Quick, "Shut all running clones of a base down.")
    {
        Grant = Grant.Shutdown,
        OfferedOn = d => d is { IsBase: true, IsWhole: true },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => ShutdownDomain.TimeoutProblems(TimeoutSeconds);

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndShared(Domain);
}
