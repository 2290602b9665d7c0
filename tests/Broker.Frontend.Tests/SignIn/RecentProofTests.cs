using System.Net;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.SignIn;

/// <summary>What lets somebody in later is given only to who has just shown that it is him.</summary>
public sealed class RecentProofTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Who_signed_in_a_while_ago_gives_his_password_for_a_token()
    {
        var id = await host.NewUser("away-from-desk");
        using var browser = await host.SignedIn("away-from-desk");
        await browser.Post("/api/tokens", Token("at once")).Gives(HttpStatusCode.Created);
        await LetTimePass(host, id);
        await browser.Post("/api/tokens", Token("later")).Refuses(HttpStatusCode.Forbidden, "password_needed");
        await browser.Post("/api/tokens", Token("guessed", "not it at all")).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        await browser.Post("/api/tokens", Token("his own", FrontendHost.Password)).Gives(HttpStatusCode.Created);
        // it shows that it is him for this once
        await browser.Post("/api/tokens", Token("another")).Refuses(HttpStatusCode.Forbidden, "password_needed");
        Assert.Equal(["at once", "his own"], (await host.Db.Read(s => ApiTokensTable.Of(s, id))).Select(t => t.Name).Order());
        Assert.Equal(1, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM audit WHERE user_id = @id AND action = 'token_made' AND outcome = 'refused'", new { id })));
    }

    [Fact]
    public async Task Who_signed_in_a_while_ago_gives_his_password_to_set_up_a_second_factor_and_to_do_without()
    {
        var id = await host.NewUser("left-open");
        using var browser = await host.SignedIn("left-open");
        await LetTimePass(host, id);
        await browser.Post("/api/session/second-factor/enrolment").Refuses(HttpStatusCode.Forbidden, "password_needed");
        await browser.Post("/api/session/second-factor/enrolment", new { password = "not it at all" }).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        await browser.Post("/api/session/second-factor/enrolment", new { password = FrontendHost.Password }).Gives(HttpStatusCode.OK);

        var codes = await host.Db.Transaction(s => SecondFactorsTable.Insert(s, id, "not read by this", 1));
        await browser.Post("/api/session/second-factor/removal", new { code = codes[0] }).Refuses(HttpStatusCode.Forbidden, "password_needed");
        Assert.True(await host.Db.Read(s => SecondFactorsTable.Has(s, id)));
    }

    [Fact]
    public async Task Passwords_cannot_be_guessed_that_way_without_end()
    {
        var id = await host.NewUser("guessed-inside");
        using var browser = await host.SignedIn("guessed-inside");
        await LetTimePass(host, id);
        for (var tries = 0; tries < Broker.Frontend.SignIn.SignInLimits.FreeForName + 1; tries++)
            await browser.Post("/api/tokens", Token("guessed", $"wrong {tries}")).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        await browser.Post("/api/tokens", Token("guessed", FrontendHost.Password)).Refuses(HttpStatusCode.TooManyRequests, "too_many_attempts");
    }

    /// <summary>All sign-ins of somebody were a while ago.</summary>
    internal static Task LetTimePass(FrontendHost host, long id) =>
        host.Db.Read(s => s.Execute("UPDATE sessions SET created_at = created_at - INTERVAL 11 MINUTE WHERE user_id = @id", new { id }));

    internal static object Token(string name, string? password = null) =>
        new { name, scopes = (string[])["read"], expires_at = TimeProvider.System.GetUtcNow().AddDays(1), password };
}
