using System.Net;
using Broker.Core.Requests;

namespace Broker.Frontend.Tests.Messages;

public class MessagesTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Who_asked_is_told_of_a_failure_and_nobody_else_can_read_or_mark_it()
    {
        var domain = await host.NewDomain("failing", host.Student);
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        await student.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted);
        await FailNext();

        var told = await student.Get("/api/messages").Gives(HttpStatusCode.OK);
        var message = Assert.Single(told.GetProperty("messages").EnumerateArray());
        Assert.Equal((1, "start_domain", "failed", "failing", "The host said no."), (
            told.GetProperty("unread").GetInt32(), message.GetProperty("command").GetString(), message.GetProperty("state").GetString(),
            message.GetProperty("domain_name").GetString(), message.GetProperty("text").GetString()));
        var id = message.GetProperty("id").GetInt64();
        Assert.Equal(0, (await other.Get("/api/messages").Gives(HttpStatusCode.OK)).GetProperty("messages").GetArrayLength());
        await other.Post($"/api/messages/{id}/read", new { }).Refuses(HttpStatusCode.NotFound, "unknown_message");
        await other.Post("/api/messages/read", new { }).Gives(HttpStatusCode.NoContent);
        Assert.Equal(1, (await student.Get("/api/messages").Gives(HttpStatusCode.OK)).GetProperty("unread").GetInt32());
        await student.Post($"/api/messages/{id}/read", new { }).Gives(HttpStatusCode.NoContent);
        Assert.Equal(0, (await student.Get("/api/messages").Gives(HttpStatusCode.OK)).GetProperty("unread").GetInt32());
        Assert.Empty((await student.Get($"/api/messages?before={id}").Gives(HttpStatusCode.OK)).GetProperty("messages").EnumerateArray());
    }

    private async Task FailNext()
    {
        var room = Enum.GetValues<Lane>().ToDictionary(l => l, _ => 10);
        var row = Assert.Single(await host.Db.Transaction(s => RequestsTable.Claim(s, Guid.NewGuid(), room, TimeSpan.FromMinutes(1))));
        Assert.True(await host.Db.Transaction(s => RequestsTable.Fail(s, row, "host_refused", "The host said no.")));
    }
}
