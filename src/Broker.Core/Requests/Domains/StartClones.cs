using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>Start all clones of a base that are off: a request for each.</summary>
/// <param name="Domain">Id of the base.</param>
/// <param name="Sequential">Each when the one before it has started, or could not.</param>
public sealed record StartClones(
    [Description("The base.")] Guid Domain,
    [Description("Each when the one before it has started, or could not.")] bool Sequential = false) : IRequest<StartClones>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("start_clones", Lane.Quick, "Start all clones of a base that are off.")
    {
        Grant = Grant.Start,
        OfferedOn = d => d is { IsBase: true, IsWhole: true },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndShared(Domain);
}
