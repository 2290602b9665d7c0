using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>End the desktops that people have running beyond what they may, the oldest first: hibernate them where that can be done, else shut them down.</summary>
/// <param name="Owner">Key of the user whose are looked at; everybody's when left out.</param>
public sealed record EnforceLimits([Description("Whose desktops; everybody's when left out.")] long? Owner = null) : IRequest<EnforceLimits>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("enforce_limits", Lane.Quick, "End the oldest desktops of those who have more running than they may.")
    {
        Grant = Grant.Operate,
        IsAudited = false,
        Keep = TimeSpan.FromDays(7),
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None;
}
