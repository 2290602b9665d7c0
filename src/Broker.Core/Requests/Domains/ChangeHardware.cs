using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Limits;

namespace Broker.Core.Requests.Domains;

/// <summary>Change a device of a machine.</summary>
/// <param name="Domain">Id of the machine. What is done to a base is done to its clones too, each by a request of its own.</param>
/// <param name="Kind">The kind of hardware.</param>
/// <param name="Number">Which of its kind, from 1.</param>
/// <param name="Options">Words for options: those of <c>drivers.json</c> for the VM manager.</param>
public sealed record ChangeHardware(
    Guid Domain,
    [Description("The kind of hardware.")] DeviceKind Kind,
    [Description("Which of its kind, from 1.")] int Number = 1,
    [Description("The options that change, such as model=e1000e; an empty one becomes what it usually is.")] DeviceOptions? Options = null)
    : IRequest<ChangeHardware>, IOnDomain, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("change_hardware", Lane.Power, "Change hardware of a machine.")
    {
        Grant = Grant.ChangeHardware,
        Aliases = ["set_driver"],
        OfferedOn = d => d is { IsWhole: true, HasEnded: false },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [.. DeviceOptions.NumberProblems(Number), .. Options?.Problems() ?? []];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    /// <inheritdoc/>
    public Task<Take?> Takes(DbSession db, DomainRow about) => Task.FromResult(
        // one that is off is looked at when it is started
        Kind is DeviceKind.Memory && Options?["mib"] is { } mib && long.TryParse(mib, out var wanted) && about.State is DomainState.Active or DomainState.Paused or DomainState.Starting
            ? new Take(about.OwnerId, Domain) { MemoryKib = wanted * 1024 }
            : null);
}
