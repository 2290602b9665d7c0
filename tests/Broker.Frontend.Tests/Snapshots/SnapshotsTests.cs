using System.Net;
using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Nodes;

namespace Broker.Frontend.Tests.Snapshots;

public class SnapshotsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    private static long _requests = 1_000_000;

    [Fact]
    public async Task Snapshots_are_seen_by_whoever_sees_the_machine_and_named_by_its_owner()
    {
        var desktop = await host.NewDomain("kept-desk", host.Student);
        var first = await Taken(desktop, "first");
        await Taken(desktop, "second");
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        await other.Get($"/api/domains/{desktop.Id}/snapshots").Refuses(HttpStatusCode.NotFound, "unknown_domain");

        var renamed = await student.Put($"/api/domains/{desktop.Id}/snapshots/{first.Id}", new { name = " 試験の前 ", description = "before the exam" }).Gives(HttpStatusCode.OK);

        Assert.Equal(3, renamed.GetProperty("limit").GetInt32());
        var all = (await student.Get($"/api/domains/{desktop.Id}/snapshots").Gives(HttpStatusCode.OK)).GetProperty("snapshots").EnumerateArray().ToList();
        Assert.Equal(["試験の前", "second"], all.Select(n => n.GetProperty("name").GetString()));
        Assert.Equal(("before the exam", "student", 4096, true),
            (all[0].GetProperty("description").GetString(), all[0].GetProperty("taken_by").GetString(), all[0].GetProperty("size_bytes").GetInt64(), all[0].GetProperty("is_whole").GetBoolean()));
        Assert.Equal("rename_snapshot", await host.Db.Read(s => s.First<string>("SELECT action FROM audit WHERE subject = 'kept-desk'")));

        await student.Put($"/api/domains/{desktop.Id}/shares/other", new { }).Gives(HttpStatusCode.OK);
        await other.Get($"/api/domains/{desktop.Id}/snapshots").Gives(HttpStatusCode.OK);
        await other.Put($"/api/domains/{desktop.Id}/snapshots/{first.Id}", new { name = "mine" }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Put($"/api/domains/{desktop.Id}/snapshots/{first.Id}", new { name = "second" }).Refuses(HttpStatusCode.Conflict, "name_taken");
        await student.Put($"/api/domains/{desktop.Id}/snapshots/{first.Id}", new { name = " " }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await student.Put($"/api/domains/{desktop.Id}/snapshots/{Guid.NewGuid()}", new { name = "third" }).Refuses(HttpStatusCode.NotFound, "unknown_snapshot");
    }

    [Fact]
    public async Task A_machine_that_has_as_many_as_it_may_gets_no_more_until_it_may()
    {
        var desktop = await host.NewDomain("full-desk", host.Student);
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        await host.Db.Transaction(s => NodesTable.SetUp(s, host.Node, ["snapshot"], new Dictionary<string, string>()));
        Assert.Contains("take_snapshot", May(await student.Get($"/api/domains/{desktop.Id}").Gives(HttpStatusCode.OK)));
        await student.Patch($"/api/domains/{desktop.Id}/settings", new { snapshot_limit = 50 }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await admin.Patch($"/api/domains/{desktop.Id}/settings", new { snapshot_limit = 101 }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        var set = await admin.Patch($"/api/domains/{desktop.Id}/settings", new { snapshot_limit = 1 }).Gives(HttpStatusCode.OK);
        Assert.Equal(1, set.GetProperty("settings").GetProperty("snapshot_limit").GetInt32());
        await Taken(desktop, "only");

        await student.Post("/api/requests", new { command = "take_snapshot", args = new { domain = desktop.Id } }).Refuses(HttpStatusCode.Conflict, "snapshot_limit");

        await admin.Patch($"/api/domains/{desktop.Id}/settings", new { snapshot_limit = -1 }).Gives(HttpStatusCode.OK);
        await student.Post("/api/requests", new { command = "take_snapshot", args = new { domain = desktop.Id } }).Gives(HttpStatusCode.Accepted);
    }

    // as its handler does; of the request only the key counts
    private Task<SnapshotRow> Taken(DomainRow desktop, string name) => host.Db.Transaction(async s =>
    {
        var snapshot = await SnapshotsTable.Begin(s, desktop, name, null, host.Student, Interlocked.Increment(ref _requests));
        await SnapshotsTable.Finish(s, snapshot, 4096);
        return snapshot;
    });

    private static List<string?> May(JsonElement domain) => [.. domain.GetProperty("may").EnumerateArray().Select(w => w.GetString())];
}
