using System.Net;
using System.Text.Json;
using Broker.Core;
using Broker.Core.Domains;
using Broker.Core.Nodes;

namespace Broker.Frontend.Tests.Domains;

public class UnknownMachinesTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Who_looks_after_hosts_sees_what_was_found_on_one_and_what_is_in_the_way()
    {
        var known = await host.NewDomain("known", host.Admin, DomainState.Shutdown);
        var disks = JsonSerializer.SerializeToElement<UnknownDisk[]>([new("vda", "/srv/theirs.qcow2", "qcow2", 1 << 20, 4096, ["/srv/below.qcow2"])], Json.Options);
        var found = new UnknownDomainRow { NodeId = known.NodeId, Id = Guid.NewGuid(), Name = "known", State = DomainState.Active, MemoryKib = 1024, Vcpus = 2, Disks = disks };
        using var admin = await host.SignedIn("admin");
        var before = await (await admin.Get($"/api/nodes/{known.NodeId}/unknown")).Json();
        Assert.True(before.TryGetProperty("looked_at", out var at) && at.ValueKind is JsonValueKind.Null, before.GetRawText());

        await host.Db.Transaction(s => UnknownDomainsTable.Set(s, known.NodeId, [found, found with { Id = known.Id }]));

        var answer = await (await admin.Get($"/api/nodes/{known.NodeId}/unknown")).Json();
        var machine = Assert.Single(answer.GetProperty("machines").EnumerateArray());
        Assert.Equal(("known", "active", true), (machine.GetProperty("name").GetString(), machine.GetProperty("state").GetString(), machine.GetProperty("can_adopt").GetBoolean()));
        Assert.True(machine.GetProperty("needs_copy").GetBoolean());
        Assert.True(machine.GetProperty("needs_name").GetBoolean());
        Assert.Equal("/srv/theirs.qcow2", machine.GetProperty("disks")[0].GetProperty("path").GetString());
        await admin.Get("/api/nodes/4711/unknown").Refuses(HttpStatusCode.NotFound, "unknown_node");
        using var student = await host.SignedIn("student");
        await student.Get($"/api/nodes/{known.NodeId}/unknown").Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }
}
