using System.Net;
using System.Net.Http.Headers;
using Broker.Core.Users;

namespace Broker.EndToEnd;

/// <summary>What proves who somebody is, in his own hands: the second factor, tokens, where he is signed in.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class AccountTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task ASecondFactorAsksForItsCodeATokenOpensTheApiAndAnotherSessionIsEnded()
    {
        var student = await Stage.NewStudent();
        var here = await SignIn(student);
        await here.Page.GetByTestId("account-menu").ClickAsync();
        await here.Page.GetByTestId("my-account").ClickAsync();
        await here.Page.GetByTestId("factor-manage").ClickAsync();
        await here.Page.GetByTestId("second-factor-begin").ClickAsync();
        await Expect(here.Page.GetByTestId("second-factor-picture")).ToBeVisibleAsync();
        await Axe.Check(here.Page);
        var secret = FromBase32(await here.Page.GetByTestId("second-factor-key").InputValueAsync());
        var step = Totp.StepAt(TimeProvider.System.GetUtcNow());
        await here.Page.GetByTestId("second-factor-code").FillAsync(Totp.Code(secret, step));
        await here.Page.GetByTestId("second-factor-submit").ClickAsync();
        var recovery = await here.Page.GetByTestId("recovery-codes").GetByRole(AriaRole.Listitem).First.InnerTextAsync();
        await here.Page.GetByTestId("recovery-kept").ClickAsync();
        await Expect(here.Page.GetByTestId("factor")).ToHaveAttributeAsync("data-on", "true");

        await here.SignOut();
        here.Expects("401");
        await here.FillIn(student);
        // each code counts once: the next one, which clocks that go ahead show already
        await here.Page.GetByTestId("sign-in-code").FillAsync(Totp.Code(secret, step + 1));
        await here.Page.GetByTestId("sign-in-code-submit").ClickAsync();
        await Expect(here.Page.GetByTestId("account-menu")).ToBeVisibleAsync();

        var elsewhere = await Arrive();
        elsewhere.Expects("401");
        await elsewhere.Page.GotoAsync("/account");
        await elsewhere.FillIn(student);
        await elsewhere.Page.GetByTestId("sign-in-recovery").ClickAsync();
        await elsewhere.Page.GetByTestId("sign-in-code").FillAsync(recovery);
        await elsewhere.Page.GetByTestId("sign-in-code-submit").ClickAsync();
        await Expect(elsewhere.Page.GetByTestId("session-row")).ToHaveCountAsync(2);

        await here.Page.GotoAsync("/account");
        await here.Page.GetByTestId("token-add").ClickAsync();
        await here.Page.GetByTestId("token-name").FillAsync("nightly script");
        await here.Page.GetByTestId("token-submit").ClickAsync();
        var token = await here.Page.GetByTestId("token-value").InputValueAsync();
        await here.Page.GetByTestId("token-done").ClickAsync();
        await Expect(here.Page.Locator("[data-testid=token-row][data-name='nightly script']")).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.OK, await ByToken(token));

        await here.Page.Locator("[data-testid=session-row][data-this=false]").GetByTestId("session-end").ClickAsync();
        await Expect(here.Page.GetByTestId("session-row")).ToHaveCountAsync(1);
        await Expect(elsewhere.Page.GetByTestId("sign-in-submit")).ToBeVisibleAsync();

        await here.Page.GetByTestId("token-revoke").ClickAsync();
        await here.Page.GetByTestId("confirm").ClickAsync();
        await Expect(here.Page.GetByTestId("token-row")).ToHaveCountAsync(0);
        Assert.Equal(HttpStatusCode.Unauthorized, await ByToken(token));
    }

    private async Task<HttpStatusCode> ByToken(string token)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.GetAsync(new Uri(Stage.Address, "api/desktops"));
        return answer.StatusCode;
    }

    // RFC 4648, as people type it.
    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Where(char.IsLetterOrDigit).Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2))];
    }
}
