using System.Text.Json;
using Broker.Core.Backups;
using Broker.Core.Domains;

namespace Broker.Cli.Tests;

public class BackupsTests
{
    [Fact]
    public async Task BackupsAreListedTakenRestoredAndRemoved()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var linux = (await line.Db.Read(s => DomainsTable.Find(s, "linux")))!;
        await line.Db.Transaction(async s =>
        {
            var row = new BackupRow
            {
                Id = Guid.NewGuid(),
                File = "linux-1.tar",
                DomainId = linux.Id,
                DomainName = "linux",
                NodeId = linux.NodeId,
                RequestId = 1,
                IsWhole = false,
                TakenAt = TimeProvider.System.GetUtcNow(),
                TakenBy = "ada",
            };
            await BackupsTable.Insert(s, row);
            await BackupsTable.SetDone(s, row.Id, 5 << 20, new string('0', 64));
            await BackupsTable.Insert(s, row with { Id = Guid.NewGuid(), File = "being-written.tar", RequestId = 2 });
        });

        var listed = (await line.Run("backups", "list", "linux")).Done();
        Assert.Contains("linux-1.tar", listed, StringComparison.Ordinal);
        Assert.Contains("5 MiB", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("being-written", listed, StringComparison.Ordinal);
        var backup = Assert.Single((await line.Run("backups", "list", "--json")).Json.EnumerateArray());
        Assert.Equal(("linux-1.tar", false), (backup.GetProperty("file").GetString(), backup.GetProperty("is_whole").GetBoolean()));

        Assert.Equal("backup_domain", await Asked("take", "linux", "--whole"));
        Assert.Equal("restore_backup", await Asked("restore", "linux-1.tar", "--over", "linux"));
        Assert.Equal("remove_backup", await Asked("remove", "linux-1.tar"));
        Assert.Contains("in the backup folder", (await line.Run("backups", "restore", "../linux-1.tar")).Error, StringComparison.Ordinal);

        async Task<string?> Asked(params string[] args)
        {
            var asked = (await line.Run(["backups", .. args, "--json"])).Json;
            return (asked.ValueKind is JsonValueKind.Array ? Assert.Single(asked.EnumerateArray()) : asked).GetProperty("command").GetString();
        }
    }
}
