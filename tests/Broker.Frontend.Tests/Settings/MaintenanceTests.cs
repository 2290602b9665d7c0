using System.Net;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Requests;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.Settings;

/// <summary>Times in which only those who look after the hosts are served.</summary>
public sealed class MaintenanceTests(FrontendHost host) : IClassFixture<FrontendHost>, IAsyncLifetime
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => host.Db.Transaction(s => SiteSettingsTable.WriteMaintenance(s, null));

    [Fact]
    public async Task While_it_is_on_whoever_does_not_look_after_the_hosts_is_told_so_and_when_to_come_back()
    {
        using var student = await host.SignedIn("student");
        using var admin = await host.SignedIn("admin");
        await student.Get("/api/desktops").Gives(HttpStatusCode.OK);
        await admin.Put("/api/maintenance", new { until = Now.AddHours(2), message = "New disks until noon." }).Gives(HttpStatusCode.OK);

        var answer = await student.Get("/api/desktops");
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(100), TimeSpan.FromHours(2));
        Assert.Equal("New disks until noon.", (await answer.Json()).GetProperty("detail").GetString());
        await student.Get("/api/desktops").Refuses(HttpStatusCode.ServiceUnavailable, "maintenance");
        await student.Put("/api/session/language", new { language = "es" }).Refuses(HttpStatusCode.ServiceUnavailable, "maintenance");
        var session = await student.Session();
        Assert.True(session.GetProperty("signed_in").GetBoolean());
        Assert.True(session.GetProperty("maintenance").GetProperty("is_now").GetBoolean());
        await admin.Get("/api/desktops").Gives(HttpStatusCode.OK);

        await admin.Delete("/api/maintenance").Gives(HttpStatusCode.NoContent);
        await student.Get("/api/desktops").Gives(HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.Null, (await student.Session()).GetProperty("maintenance").ValueKind);
        Assert.Equal(["end_maintenance", "set_maintenance"], await host.Db.Read(s => s.Query<string>("SELECT action FROM audit WHERE action LIKE '%maintenance' ORDER BY id DESC LIMIT 2")));
    }

    [Fact]
    public async Task Only_those_who_look_after_the_hosts_sign_in_and_a_right_password_is_no_wrong_one()
    {
        var keeper = await host.NewUser("m-keeper");
        await host.Db.Transaction(async s =>
        {
            await UsersTable.SetGrant(s, keeper, Grant.Operate, Reach.All);
            await SiteSettingsTable.WriteMaintenance(s, new Maintenance(Now.AddMinutes(-1), null, null));
        });
        using var browser = host.NewBrowser();
        Assert.True((await browser.Session()).GetProperty("maintenance").GetProperty("is_now").GetBoolean());
        for (var i = 0; i < 8; i++)
            await browser.Post("/api/session", new { name = "other", password = FrontendHost.Password }).Refuses(HttpStatusCode.ServiceUnavailable, "maintenance");
        var twice = await host.NewUser("m-twice");
        await host.Db.Transaction(s => SecondFactorsTable.Insert(s, twice, "not looked at", 1));
        await browser.Post("/api/session", new { name = "m-twice", password = FrontendHost.Password }).Refuses(HttpStatusCode.ServiceUnavailable, "maintenance");
        await browser.Post("/api/session", new { name = "other", password = "not his" }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        Assert.False((await browser.Session()).GetProperty("signed_in").GetBoolean());
        Assert.Equal(0, await host.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM sessions WHERE user_id = @Other", new { host.Other })));

        using var operates = await host.SignedIn("m-keeper");
        await operates.Get("/api/nodes").Gives(HttpStatusCode.OK);
        var (_, token) = await host.Db.Transaction(s => ApiTokensTable.Insert(s, keeper, "watches", [ApiTokensTable.Read], Now.AddDays(1)));
        using var program = host.NewBrowser();
        program.Http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await program.Get("/api/desktops").Gives(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_announced_is_told_before_and_refuses_nothing_and_what_is_over_is_not_told()
    {
        using var admin = await host.SignedIn("admin");
        using var student = await host.SignedIn("student");
        var from = Now.AddHours(1);
        await admin.Put("/api/maintenance", new { from, until = from.AddHours(1), message = "Tonight." }).Gives(HttpStatusCode.OK);
        var told = (await student.Session()).GetProperty("maintenance");
        Assert.Equal((false, "Tonight.", from), (told.GetProperty("is_now").GetBoolean(), told.GetProperty("message").GetString(), told.GetProperty("from").GetDateTimeOffset()));
        await student.Get("/api/desktops").Gives(HttpStatusCode.OK);

        await host.Db.Transaction(s => SiteSettingsTable.WriteMaintenance(s, new Maintenance(Now.AddHours(-2), Now.AddHours(-1), null)));
        Assert.Equal(JsonValueKind.Null, (await student.Session()).GetProperty("maintenance").ValueKind);
        await admin.Put("/api/maintenance", new { until = Now.AddHours(-1) }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await admin.Put("/api/maintenance", new { from, until = from }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await student.Put("/api/maintenance", new { }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    [Fact]
    public async Task No_guest_comes_and_who_is_signed_in_may_sign_out()
    {
        using var student = await host.SignedIn("student");
        await host.Db.Transaction(s => SiteSettingsTable.WriteMaintenance(s, new Maintenance(Now.AddMinutes(-1), null, null)));
        using var guest = host.NewBrowser();
        await guest.Session();
        await guest.Post("/api/guests", new { @base = Guid.NewGuid() }).Refuses(HttpStatusCode.ServiceUnavailable, "maintenance");
        await student.Delete("/api/session").Gives(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Streams_of_events_end_and_what_was_asked_for_before_stays()
    {
        using var student = await host.SignedIn("student");
        var caller = (await host.Db.Read(s => UsersTable.Caller(s, host.Student, null)))!;
        var asked = await host.Db.Transaction(s => RequestWriter.Submit(s, caller, Catalogue.Decode("ping", default)));
        using var stream = await student.Http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);
        await host.Db.Transaction(s => SiteSettingsTable.WriteMaintenance(s, new Maintenance(Now.AddMinutes(-1), null, null)));
        await (await stream.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null);
        Assert.Equal(RequestState.Requested, (await host.Db.Read(s => RequestsTable.Get(s, asked.Row.Id)))!.State);
        await student.Get("/api/events").Refuses(HttpStatusCode.ServiceUnavailable, "maintenance");
    }
}
