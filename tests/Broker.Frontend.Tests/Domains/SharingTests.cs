using System.Net;
using System.Text.Json;
using Broker.Core.Domains;

namespace Broker.Frontend.Tests.Domains;

public class SharingTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task What_is_shared_is_among_ones_desktops_with_its_owners_name_until_it_is_no_more()
    {
        var desktop = await host.NewDomain("shared-desk", host.Student);
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        await other.Get($"/api/domains/{desktop.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
        var shared = await student.Put($"/api/domains/{desktop.Id}/shares/other", new { }).Gives(HttpStatusCode.OK);
        Assert.Equal("other", Assert.Single(shared.GetProperty("shared_with").EnumerateArray()).GetProperty("name").GetString());
        Assert.Contains("share", May(shared));

        var card = Assert.Single(await Cards(other), c => IsAbout(c, desktop));
        Assert.Equal("student", card.GetProperty("shared_by").GetProperty("name").GetString());
        var may = May(card.GetProperty("domain"));
        Assert.Contains("start_domain", may);
        foreach (var word in (string[])["remove_domain", "share", "describe", "change_owner"]) Assert.DoesNotContain(word, may);
        await other.Put($"/api/domains/{desktop.Id}/shares/admin", new { }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        var own = Assert.Single(await Cards(student), c => IsAbout(c, desktop));
        Assert.Equal(JsonValueKind.Null, own.GetProperty("shared_by").ValueKind);

        await student.Delete($"/api/domains/{desktop.Id}/shares/other").Gives(HttpStatusCode.OK);
        Assert.DoesNotContain(await Cards(other), c => IsAbout(c, desktop));
        await other.Get($"/api/domains/{desktop.Id}").Refuses(HttpStatusCode.NotFound, "unknown_domain");
    }

    [Fact]
    public async Task Whoever_shares_it_with_several_sees_them_all_and_they_see_only_themselves()
    {
        var desktop = await host.NewDomain("shared-by-all", host.Student);
        using var student = await host.SignedIn("student");
        await host.NewUser("third");
        foreach (var name in (string[])["other", "third"]) await student.Put($"/api/domains/{desktop.Id}/shares/{name}", new { }).Gives(HttpStatusCode.OK);
        using var other = await host.SignedIn("other");
        Assert.Equal(["other"], Names(await other.Get($"/api/domains/{desktop.Id}").Gives(HttpStatusCode.OK)));
        Assert.Equal(["other", "third"], Names(await student.Get($"/api/domains/{desktop.Id}").Gives(HttpStatusCode.OK)));
        await student.Put($"/api/domains/{desktop.Id}/shares/nobody", new { }).Refuses(HttpStatusCode.NotFound, "unknown_user");

        static IEnumerable<string?> Names(JsonElement domain) => domain.GetProperty("shared_with").EnumerateArray().Select(p => p.GetProperty("name").GetString()).Order();
    }

    private static bool IsAbout(JsonElement card, DomainRow domain) =>
        card.GetProperty("domain") is { ValueKind: JsonValueKind.Object } shown && shown.GetProperty("id").GetGuid() == domain.Id;

    private static List<string?> May(JsonElement domain) => [.. domain.GetProperty("may").EnumerateArray().Select(w => w.GetString())];

    private static async Task<IReadOnlyList<JsonElement>> Cards(Browser browser) =>
        [.. (await browser.Get("/api/desktops").Gives(HttpStatusCode.OK)).GetProperty("desktops").EnumerateArray()];
}
