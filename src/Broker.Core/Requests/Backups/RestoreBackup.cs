using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Backups;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Backups;

/// <summary>Make a machine of a file in the backup folder, as a new one or in place of the one that it is of.</summary>
/// <param name="File">Name of the file within the backup folder.</param>
/// <param name="Over">Id of the machine that it is of and that is off: its disks and settings become those of the backup.</param>
/// <param name="Name">What a new machine is called; as it was, with a number behind it when that is taken, if left out.</param>
/// <param name="Node">Name of the host that gets a new machine; if left out that of its base, the one it was on, or the first that is up.</param>
public sealed record RestoreBackup(
    [Description("Name of the file within the backup folder.")] string File,
    [Description("The machine that it is of and that is off: its disks and settings become those of the backup. A new machine when left out.")] Guid? Over = null,
    [Description("What a new machine is called; as it was, with a number behind it when that is taken, if left out.")] string? Name = null,
    [Description("Name of the host that gets a new machine; if left out that of its base, the one it was on, or the first that is up.")] string? Node = null)
    : IRequest<RestoreBackup>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("restore_backup", Lane.Disk, "Make a machine of a file in the backup folder.")
    {
        Grant = Grant.Operate,
        Fold = Fold.Never,
        Tell = Tell.Outcome,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (var problem in BackupFiles.NameProblems(File)) yield return problem;
        if (Over is not null && (Name is not null || Node is not null)) yield return "A machine that is restored in its place keeps its name and its host: leave name and node out.";
        if (Name is not null)
            foreach (var problem in DomainNames.WrittenProblems(Name)) yield return problem;
        if (Node is { Length: 0 or > 190 }) yield return "node is the name of a host, 1 to 190 characters.";
    }

    /// <inheritdoc/>
    public LockSet Locks() => (Over is { } domain ? LockSet.Exclusive(domain) : LockSet.None).AndExclusive(BackupFiles.LockOf(File));

    Guid? IRequest.AboutDomain() => Over;
}
