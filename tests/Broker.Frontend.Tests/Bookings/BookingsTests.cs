using System.Net;
using System.Text.Json;

namespace Broker.Frontend.Tests.Bookings;

/// <summary>The calendar of what is booked.</summary>
public class BookingsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_booking_is_tried_made_read_changed_and_removed()
    {
        var origin = await host.NewDomain("booked-base", host.Admin, isBase: true, isPublic: true);
        using var admin = await host.SignedIn("admin");
        var form = Form("Exam", "2031-03-03", origin.Id) with { last_day = "2031-03-14", days_of_week = [1], for_users = ["student"] };
        var tried = await admin.Post("/api/bookings?dry_run=true", form).Gives(HttpStatusCode.OK);
        Assert.Equal((JsonValueKind.Null, 2, 0), (tried.GetProperty("booking_id").ValueKind, tried.GetProperty("entries").GetArrayLength(), tried.GetProperty("conflicts").GetArrayLength()));
        Assert.Empty(await Read(admin, "2031-03-01", "2031-04-01"));

        await admin.Post("/api/bookings", form).Gives(HttpStatusCode.Created);
        var entries = await Read(admin, "2031-03-01", "2031-04-01");
        Assert.Equal(["2031-03-03T07:00:00+00:00", "2031-03-10T07:00:00+00:00"], entries.Select(e => e.GetProperty("starts_at").GetDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:sszzz", null)));
        Assert.Equal(("Exam", "booked-base", "student"), (Text(entries[0], "title"), Text(entries[0].GetProperty("on_bases")[0], "name"), entries[0].GetProperty("for_users")[0].GetString()));
        // the end is not of it, the start is
        Assert.Empty(await Read(admin, "2031-03-03T09:00:00Z", "2031-03-09"));
        Assert.Single(await Read(admin, "2031-03-03T08:59:00Z", "2031-03-09"));

        var twice = await admin.Post("/api/bookings?dry_run=true", Form("Other", "2031-03-03", origin.Id)).Gives(HttpStatusCode.OK);
        Assert.Equal(("same", "Exam"), (Text(twice.GetProperty("conflicts")[0], "how"), Text(twice.GetProperty("conflicts")[0].GetProperty("with"), "title")));
        await admin.Post("/api/bookings", Form("Other", "2031-03-03", origin.Id)).Refuses(HttpStatusCode.Conflict, "booking_conflict");

        var id = entries[0].GetProperty("id").GetInt64();
        await admin.Put($"/api/bookings/entries/{id}?which=all", new { title = "Second exam", from = "09:00" }).Gives(HttpStatusCode.OK);
        Assert.All(await Read(admin, "2031-03-01", "2031-04-01"), e => Assert.Equal("Second exam", Text(e, "title")));
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Delete($"/api/bookings/entries/{id}?which=following_of_weekday")).StatusCode);
        Assert.Empty(await Read(admin, "2031-03-01", "2031-04-01"));
        await admin.Delete($"/api/bookings/entries/{id}").Refuses(HttpStatusCode.NotFound, "unknown_booking");
        await admin.Get("/api/bookings?from=2031-03-02&until=2031-03-01").Refuses(HttpStatusCode.BadRequest, "bad_arguments");
    }

    [Fact]
    public async Task Of_what_is_private_others_see_that_it_is_booked()
    {
        var origin = await host.NewDomain("private-base", host.Admin, isBase: true, isPublic: true);
        using var admin = await host.SignedIn("admin");
        await admin.Post("/api/bookings", Form("Salary talks", "2032-05-03", origin.Id) with { visibility = "private", for_users = ["student"] }).Gives(HttpStatusCode.Created);
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        var (his, theirs) = ((await Read(student, "2032-05-01", "2032-05-31")).Single(), (await Read(other, "2032-05-01", "2032-05-31")).Single());
        Assert.Equal(("Salary talks", true, false), (Text(his, "title"), his.GetProperty("is_for_me").GetBoolean(), his.GetProperty("may_change").GetBoolean()));
        Assert.Equal((null, false), (Text(theirs, "title"), theirs.GetProperty("is_for_me").GetBoolean()));
        Assert.All(new[] { his, theirs }, e => Assert.Equal(JsonValueKind.Null, e.GetProperty("for_users").ValueKind));
        foreach (var (browser, says) in new[] { (student, "SUMMARY:Salary talks"), (other, "SUMMARY:Booked by ") })
        {
            using var file = await browser.Get("/api/bookings/calendar?from=2032-05-01&until=2032-05-31");
            Assert.Equal("text/calendar", file.Content.Headers.ContentType?.MediaType);
            var text = await file.Content.ReadAsStringAsync();
            Assert.Contains(says, text, StringComparison.Ordinal);
            Assert.Equal(browser == student, text.Contains("Salary", StringComparison.Ordinal));
        }

        await student.Post("/api/bookings", Form("Party", "2032-06-01", origin.Id)).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await student.Delete($"/api/bookings/entries/{his.GetProperty("id").GetInt64()}").Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }

    [Fact]
    public async Task Opening_what_others_have_booked_is_refused_and_nothing_is_made()
    {
        var origin = await host.NewDomain("booked-now", host.Admin, isBase: true, isPublic: true);
        using var admin = await host.SignedIn("admin");
        var today = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", null);
        await admin.Post("/api/bookings", Form("Open day", today, origin.Id) with { from = "00:00", until = "00:00", time_zone = "UTC", for_users = ["student"] }).Gives(HttpStatusCode.Created);
        using var other = await host.SignedIn("other");
        await other.Post($"/api/bases/{origin.Id}/open").Refuses(HttpStatusCode.Conflict, "booked");
        Assert.Equal(0, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM domains WHERE base_id = @Id", new { origin.Id })));
        using var student = await host.SignedIn("student");
        await student.Post($"/api/bases/{origin.Id}/open").Gives(HttpStatusCode.Accepted);
    }

    private static BookingForm Form(string title, string day, Guid origin) => new(title, day, day, "08:00", "10:00", "Europe/Madrid", [], "public", [], [origin]);

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    private static async Task<List<JsonElement>> Read(Browser browser, string from, string until) =>
        [.. (await browser.Get($"/api/bookings?from={from}&until={until}").Gives(HttpStatusCode.OK)).GetProperty("entries").EnumerateArray()];

    private sealed record BookingForm(
        string title, string first_day, string last_day, string from, string until, string time_zone, int[] days_of_week, string visibility, string[] for_users, Guid[] on_bases);
}
