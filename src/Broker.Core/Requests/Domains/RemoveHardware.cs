using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Devices;

namespace Broker.Core.Requests.Domains;

/// <summary>Take a device away from a machine.</summary>
/// <param name="Domain">Id of the machine. What is done to a base is done to its clones too, each by a request of its own.</param>
/// <param name="Kind">The kind of hardware.</param>
/// <param name="Number">Which of its kind, from 1.</param>
public sealed record RemoveHardware(
    Guid Domain,
    [Description("The kind of hardware.")] DeviceKind Kind,
    [Description("Which of its kind, from 1.")] int Number = 1)
    : IRequest<RemoveHardware>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_hardware", Lane.Power, "Remove hardware from a machine.")
    {
        Grant = Grant.ChangeHardware,
        OfferedOn = d => d is { IsWhole: true, HasEnded: false },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => DeviceOptions.NumberProblems(Number);

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
