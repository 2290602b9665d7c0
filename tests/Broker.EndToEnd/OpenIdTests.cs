using System.Text.Json.Nodes;

namespace Broker.EndToEnd;

/// <summary>Signing in at another site: what a browser does with cookies shows only in one.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class OpenIdTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task WhoComesBackFromTheProviderIsSignedInOnThePageHeWantedAlsoAfterReloading()
    {
        var provider = Stage.OpenId!;
        provider.Asks = true;
        provider.Person = new JsonObject { ["sub"] = "browser", ["preferred_username"] = "berta", ["name"] = "Berta Vidal" };
        var visitor = await Arrive();
        await visitor.Page.GotoAsync("/api/session/openid?return=" + Uri.EscapeDataString("/?from=there"));
        Assert.Equal("localhost", new Uri(visitor.Page.Url).Host);
        await visitor.Page.GetByText("Continue as Ana").ClickAsync();

        await Expect(visitor.Page.GetByTestId("account-menu")).ToBeVisibleAsync();
        await Expect(visitor.Card(SimulatedStage.BaseName)).ToBeVisibleAsync();
        Assert.Equal(Stage.Address.Host, new Uri(visitor.Page.Url).Host);
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Page.GetByTestId("account-menu")).ToBeVisibleAsync();
        Assert.Equal(Microsoft.Playwright.SameSiteAttribute.Strict, (await visitor.Context.CookiesAsync()).Single(c => c.Name == "broker").SameSite);
        await visitor.SignOut();
    }
}
