using System.Net;
using Broker.Core.Access;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;

namespace Broker.Frontend.Tests.Devices;

public class DevicesTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_machine_tells_its_hardware_and_what_its_host_lets_one_choose()
    {
        var machine = await host.NewDomain("equipped", host.Student);
        await host.Db.Transaction(s => NodesTable.SetUp(s, host.Node, [], new Dictionary<string, string> { ["video_models"] = "vga,virtio" }));
        await host.Db.Transaction(s => DomainsTable.SetHardware(s, machine with { Hardware = Hardware.Usual.With(DeviceKind.Sound, [DeviceOptions.Parse("model=ac97")]) }, needsRestart: true));
        using var student = await host.SignedIn("student");
        var hardware = await student.Get($"/api/domains/{machine.Id}/hardware").Gives(HttpStatusCode.OK);
        Assert.False(hardware.GetProperty("may_change").GetBoolean());
        Assert.True(hardware.GetProperty("needs_restart").GetBoolean());
        var kinds = hardware.GetProperty("kinds").EnumerateArray().ToDictionary(k => k.GetProperty("kind").GetString()!);
        Assert.Equal(Drivers.Of(VmManagerKind.Simulated).Kinds.Keys.Select(Core.Word.Of), kinds.Keys);
        var sound = Assert.Single(kinds["sound"].GetProperty("devices").EnumerateArray());
        Assert.Equal((1, "ac97"), (sound.GetProperty("number").GetInt32(), sound.GetProperty("options").GetProperty("model").GetString()));
        Assert.Equal(["vga", "virtio"], kinds["video"].GetProperty("options")[0].GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("word").GetString()));

        using var other = await host.SignedIn("other");
        await other.Get($"/api/domains/{machine.Id}/hardware").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        using var admin = await host.SignedIn("admin");
        Assert.True((await admin.Get($"/api/domains/{machine.Id}/hardware").Gives(HttpStatusCode.OK)).GetProperty("may_change").GetBoolean());
        Assert.True((await admin.Get($"/api/domains/{machine.Id}").Gives(HttpStatusCode.OK)).GetProperty("needs_restart").GetBoolean());
    }

    [Fact]
    public async Task Hardware_is_asked_for_with_options_as_an_object()
    {
        var machine = await host.NewDomain("to-be-equipped", host.Student);
        using var admin = await host.SignedIn("admin");
        var args = new { domain = machine.Id, kind = "memory", options = new { mib = 128 } };
        await admin.Post("/api/requests", new { command = "change_hardware", args }).Gives(HttpStatusCode.Accepted);
        await admin.Post("/api/requests", new { command = "change_hardware", args = new { domain = machine.Id, kind = "steam" } }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        using var student = await host.SignedIn("student");
        await student.Post("/api/requests", new { command = "change_hardware", args }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        Assert.Equal(Reach.None, Holdings.Default(Grant.ChangeHardware));
    }
}
