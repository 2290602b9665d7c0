using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Devices;

namespace Broker.Core.Requests.Domains;

/// <summary>Add a device to a machine.</summary>
/// <param name="Domain">Id of the machine. What is done to a base is done to its clones too, each by a request of its own.</param>
/// <param name="Kind">The kind of hardware.</param>
/// <param name="Options">Words for options: those of <c>drivers.json</c> for the VM manager.</param>
public sealed record AddHardware(
    Guid Domain,
    [Description("The kind of hardware.")] DeviceKind Kind,
    [Description("Its options, such as model=e1000e; those that are left out are as usual.")] DeviceOptions? Options = null)
    : IRequest<AddHardware>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("add_hardware", Lane.Power, "Add hardware to a machine.")
    {
        Grant = Grant.ChangeHardware,
        Fold = Fold.Never,
        OfferedOn = d => d is { IsWhole: true, HasEnded: false },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Options?.Problems() ?? [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
