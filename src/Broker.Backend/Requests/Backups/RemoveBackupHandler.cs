using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Backups;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Requests.Backups;

namespace Broker.Backend.Requests.Backups;

/// <summary>Deletes a backup's file, then its row; of one that was not written to its end, whatever there is of it.</summary>
public sealed class RemoveBackupHandler(NodeList nodes) : IHandler<RemoveBackup>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RemoveBackup request, Work work)
    {
        var backup = await work.Read(db => BackupsTable.Find(db, request.File))
            ?? throw new RequestFailedException("unknown_backup", $"No backup called '{request.File}' was taken here. What was copied into the backup folder is deleted there.");
        var isWritten = backup.Sha256 is not null;
        if (!isWritten && await work.Read(db => RequestsTable.Get(db, backup.RequestId)) is { HasEnded: false })
            throw new RequestFailedException("unknown_backup", $"'{request.File}' is being written. Cancel the request that takes it.");
        var node = await nodes.Get(backup.NodeId, work.Cancel);
        var path = Path.Combine(node.BackupFolder, backup.File);
        await work.On(node, Gate.Disk, vm =>
        {
            PoolFiles.CheckFolder(path);
            if (isWritten) File.Delete(path);
            else BackupDomainHandler.DeleteFiles(vm, node, backup);
        });
        work.AtEnd(async db =>
        {
            await BackupsTable.Delete(db, backup.Id);
            if (await DomainsTable.Get(db, backup.DomainId) is { } domain) EventsTable.Domain(db, domain);
        });
        return new { file = backup.File };
    }
}
