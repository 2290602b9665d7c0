using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Backups;

/// <summary>Put a machine that is off, with its disks and settings, into a file of its host's backup folder.</summary>
/// <param name="Domain">Id of the machine.</param>
/// <param name="Whole">Of a clone also what it has from its base, so that it can be restored where its base is not.</param>
public sealed record BackupDomain(
    Guid Domain,
    [Description("Of a clone also what it has from its base, so that it can be restored where its base is not.")] bool Whole = false)
    : IRequest<BackupDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("backup_domain", Lane.Disk, "Put a machine with its disks and settings into a file of its host's backup folder.")
    {
        Grant = Grant.Operate,
        Aliases = ["backup"],
        Tell = Tell.Outcome,
        Needs = "backup",
        OfferedOn = d => d is { IsWhole: true, IsVolatile: false, State: DomainState.Shutdown },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    // It can't be started while it is read.
    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
