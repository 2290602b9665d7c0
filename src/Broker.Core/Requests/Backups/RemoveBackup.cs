using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Backups;

namespace Broker.Core.Requests.Backups;

/// <summary>Delete a backup.</summary>
/// <param name="File">Name of its file within the backup folder.</param>
public sealed record RemoveBackup([Description("Name of its file within the backup folder.")] string File) : IRequest<RemoveBackup>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_backup", Lane.Disk, "Delete a backup.") { Grant = Grant.Operate };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => BackupFiles.NameProblems(File);

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndExclusive(BackupFiles.LockOf(File));
}
