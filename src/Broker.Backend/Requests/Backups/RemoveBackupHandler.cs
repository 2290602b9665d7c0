using Broker.Backend.Nodes;
using Broker.Core.Backups;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Requests.Backups;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Backups;

/// <summary>Deletes a backup's file, then its row.</summary>
public sealed class RemoveBackupHandler(NodeList nodes) : IHandler<RemoveBackup>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RemoveBackup request, Work work)
    {
        var backup = await work.Read(db => BackupsTable.Find(db, request.File))
            ?? throw new RequestFailedException("unknown_backup", $"No backup called '{request.File}' was taken here. What was copied into the backup folder is deleted there.");
        if (backup.Sha256 is null) throw new RequestFailedException("unknown_backup", $"'{request.File}' is being written. Cancel the request that takes it.");
        var node = await nodes.Get(backup.NodeId, work.Cancel);
        await work.On(node, Gate.Disk, _ => File.Delete(Path.Combine(node.BackupFolder, backup.File)));
        work.AtEnd(async db =>
        {
            await BackupsTable.Delete(db, backup.Id);
            await UsersTable.Audit(db, work.Caller.UserId, work.Caller.Address, "remove_backup", backup.DomainName, new { file = backup.File, domain = backup.DomainId });
            if (await DomainsTable.Get(db, backup.DomainId) is { } domain) EventsTable.Domain(db, domain);
        });
        return new { file = backup.File };
    }
}
