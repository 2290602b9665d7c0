using System.Net;
using System.Text.Json;
using Broker.Core.Audit;
using Broker.Core.Database;

namespace Broker.Frontend.Tests.Audit;

/// <summary>What is written down of what people do, and who reads it.</summary>
public class AuditTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task What_somebody_may_not_change_is_written_down_with_who_tried_and_why_not()
    {
        var theirs = await host.NewDomain("not-for-you", host.Other);
        using var student = await host.SignedIn("student");
        Assert.Equal(HttpStatusCode.NotFound, (await student.Put($"/api/domains/{theirs.Id}/description", new { alias = "mine now", description = (string?)null })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await student.Post("/api/requests", new { command = "remove_domain", args = new { domain = theirs.Id } })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await student.Put("/api/settings", new { start_limit = 0 })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await student.Get($"/api/domains/{theirs.Id}")).StatusCode);

        using var admin = await host.SignedIn("admin");
        var entries = (await Read(admin, "?user=student&outcome=refused")).Select(e => (Text(e, "action"), Text(e, "subject"), Text(e, "code")));
        Assert.Equal([("put_settings", null, "not_allowed"), ("remove_domain", "not-for-you", "unknown_domain"), ("describe_domain", "not-for-you", "unknown_domain")], entries);
        Assert.Equal(2, (await Read(admin, $"?domain={theirs.Id}")).Count);
    }

    [Fact]
    public async Task Who_tries_a_hundred_times_fills_nothing()
    {
        await host.NewUser("insisting");
        using var insisting = await host.SignedIn("insisting");
        for (var i = 0; i < 100; i++) Assert.Equal(HttpStatusCode.Forbidden, (await insisting.Put("/api/settings", new { start_limit = 0 })).StatusCode);
        using var admin = await host.SignedIn("admin");
        // two windows of a minute at the most
        Assert.InRange((await Read(admin, "?user=insisting&outcome=refused&limit=500")).Count, 30, 60);
    }

    [Fact]
    public async Task It_is_read_on_from_where_one_was_and_exported_as_a_whole()
    {
        await host.Db.Transaction(async s =>
        {
            for (var i = 0; i < 7; i++) await AuditTable.Insert(s, host.Admin, "10.0.0.1", "counted", $"no. {i}");
        });
        using var admin = await host.SignedIn("admin");
        var seen = new List<string?>();
        for (long? before = long.MaxValue; before is not null;)
        {
            var page = await (await admin.Get($"/api/audit?action=counted&limit=3&before={before}")).Json();
            seen.AddRange(page.GetProperty("entries").EnumerateArray().Select(e => Text(e, "subject")));
            before = page.GetProperty("next").ValueKind == JsonValueKind.Null ? null : page.GetProperty("next").GetInt64();
        }

        Assert.Equal(Enumerable.Range(0, 7).Reverse().Select(i => $"no. {i}"), seen);
        Assert.Contains("counted", (await (await admin.Get("/api/audit/actions")).Json()).GetProperty("actions").EnumerateArray().Select(a => a.GetString()));

        using var export = await admin.Get("/api/audit/export?action=counted");
        Assert.Equal("text/csv", export.Content.Headers.ContentType!.MediaType);
        Assert.Equal(8, (await export.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(("export_audit", "admin"), (await Read(admin, "?action=export_audit")).Select(e => (Text(e, "action"), Text(e, "user_name"))).First());
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.Get("/api/audit?outcome=maybe")).StatusCode);
    }

    [Theory]
    [InlineData("UPDATE audit SET user_name = 'somebody else'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("TRUNCATE TABLE audit")]
    public async Task The_front_end_can_only_add_to_it(string statement) =>
        await Assert.ThrowsAnyAsync<Exception>(() => new Db(host.FrontEndConnectionString).Transaction(s => s.Execute(statement)));

    private static async Task<List<JsonElement>> Read(Browser browser, string query) =>
        [.. (await (await browser.Get("/api/audit" + query)).Json()).GetProperty("entries").EnumerateArray()];

    private static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();
}
