using System.Net;
using Broker.Core.Backups;

namespace Broker.Frontend.Tests.Backups;

public class BackupsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task What_was_taken_is_listed_for_administrators_also_when_its_machine_is_gone()
    {
        var machine = await host.NewDomain("backed-up", host.Student);
        var gone = Guid.NewGuid();
        await host.Db.Transaction(async s =>
        {
            foreach (var (domain, name, request) in ((Guid, string, int)[])[(machine.Id, "backed-up", 1), (gone, "gone", 2)])
            {
                var row = new BackupRow
                {
                    Id = Guid.NewGuid(),
                    File = $"{name}.tar",
                    DomainId = domain,
                    DomainName = name,
                    NodeId = machine.NodeId,
                    RequestId = request,
                    IsWhole = request == 2,
                    TakenAt = TimeProvider.System.GetUtcNow(),
                    TakenBy = "admin",
                };
                await BackupsTable.Insert(s, row);
                await BackupsTable.SetDone(s, row.Id, 4096, new string('0', 64));
            }
        });
        using var admin = await host.SignedIn("admin");

        var one = Assert.Single((await (await admin.Get($"/api/domains/{machine.Id}/backups")).Json()).GetProperty("backups").EnumerateArray());
        Assert.Equal(("backed-up.tar", true, true, 4096),
            (one.GetProperty("file").GetString(), one.GetProperty("is_there").GetBoolean(), one.GetProperty("needs_base").GetBoolean(), one.GetProperty("size_bytes").GetInt32()));
        var all = (await (await admin.Get("/api/backups")).Json()).GetProperty("backups").EnumerateArray().ToList();
        Assert.Equal(2, all.Count);
        Assert.False(all.Single(b => b.GetProperty("domain_id").GetGuid() == gone).GetProperty("is_there").GetBoolean());

        using var student = await host.SignedIn("student");
        await student.Get("/api/backups").Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Get($"/api/domains/{machine.Id}/backups").Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }
}
