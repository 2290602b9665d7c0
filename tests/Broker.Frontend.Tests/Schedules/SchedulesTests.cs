using System.Net;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Schedules;

namespace Broker.Frontend.Tests.Schedules;

public class SchedulesTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_schedule_is_made_changed_run_and_removed_by_an_administrator_and_says_when_it_comes()
    {
        using var admin = await host.SignedIn("admin");
        var made = await admin.Post("/api/schedules", Night("by-hand")).Gives(HttpStatusCode.Created);
        var id = made.GetProperty("id").GetInt64();
        var when = made.GetProperty("when");
        Assert.Equal(("at 23:00 every day", 5, 23), (when.GetProperty("text").GetString(), when.GetProperty("next").GetArrayLength(), when.GetProperty("hours")[0].GetInt32()));
        await admin.Post("/api/schedules", Night("by-hand")).Refuses(HttpStatusCode.Conflict, "name_taken");

        var changed = await admin.Put($"/api/schedules/{id}", Night("by-hand", "30 7 * * mon", isEnabled: false)).Gives(HttpStatusCode.OK);
        Assert.Equal(("at 07:30 on Monday", false), (changed.GetProperty("when").GetProperty("text").GetString(), changed.GetProperty("is_enabled").GetBoolean()));

        var desktop = await host.NewDomain("left-alone", host.Student, DomainState.Active);
        await host.Db.Transaction(s => s.Execute("UPDATE domains SET client_status = 'disconnected', client_since = UTC_TIMESTAMP(6) WHERE id = @Id", new { desktop.Id }));
        var run = (await admin.Post($"/api/schedules/{id}/run", null).Gives(HttpStatusCode.Accepted)).GetProperty("runs")[0];
        Assert.Equal(("admin", 1, 0), (run.GetProperty("by").GetString(), run.GetProperty("requested").GetInt32(), run.GetProperty("done").GetInt32()));

        await admin.Delete($"/api/schedules/{id}").Gives(HttpStatusCode.NoContent);
        await admin.Get($"/api/schedules/{id}").Refuses(HttpStatusCode.NotFound, "unknown_schedule");
    }

    [Fact]
    public async Task What_came_with_Broker_is_switched_off_not_removed()
    {
        await host.Db.Transaction(s => SchedulesTable.Seed(s, "UTC"));
        using var admin = await host.SignedIn("admin");
        var all = (await admin.Get("/api/schedules").Gives(HttpStatusCode.OK)).GetProperty("schedules").EnumerateArray();
        var id = all.Single(s => s.GetProperty("name").GetString() == "retention").GetProperty("id").GetInt64();
        await admin.Delete($"/api/schedules/{id}").Refuses(HttpStatusCode.Conflict, "is_seeded");
    }

    [Fact]
    public async Task What_can_not_be_is_refused_before_it_is_written()
    {
        using var admin = await host.SignedIn("admin");
        await admin.Post("/api/schedules", Night("soon", "soon")).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await admin.Get("/api/schedules/when?cron=0%2024%20*%20*%20*&time_zone=UTC").Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        Assert.Equal("every 10 minutes", (await admin.Get("/api/schedules/when?cron=*/10%20*%20*%20*%20*&time_zone=Europe/Madrid").Gives(HttpStatusCode.OK)).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Who_only_operates_reads_them()
    {
        var id = await host.NewUser("operator-1");
        await host.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@id, @grant, 'all')", new { id, grant = Core.Word.Of(Grant.Operate) }));
        using var keeper = await host.SignedIn("operator-1");
        await keeper.Get("/api/schedules").Gives(HttpStatusCode.OK);
        await keeper.Post("/api/schedules", Night("mine")).Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    private static object Night(string name, string cron = "0 23 * * *", bool isEnabled = true) =>
        new { name, command = "hibernate_domain", machines = "disconnected", cron, time_zone = "Europe/Madrid", is_enabled = isEnabled };
}
