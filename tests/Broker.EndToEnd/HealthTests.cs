using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.EndToEnd;

/// <summary>What an administrator is told of how everything is.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class HealthTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task WhatIsWrongIsSaidWithWhatToDoUntilItIsMended()
    {
        await FailOnce();
        var page = (await SignIn(Stage.Admin)).Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Health" }).ClickAsync();
        var health = page.GetByTestId("health");
        await Expect(health).ToHaveAttributeAsync("data-state", "warning");
        await Expect(Check(page, "failures")).ToContainTextAsync("Look at them under Requests");
        await Expect(Check(page, "back_ends")).ToHaveAttributeAsync("data-state", "ok");
        await Expect(page.Locator("[data-testid=node][data-name=here]")).ToHaveAttributeAsync("data-state", "up");
        await Expect(page.GetByTestId("lane")).ToHaveCountAsync(4);
        await Axe.Check(page);

        await Stage.KillBackEnd();
        try
        {
            await Expect(health).ToHaveAttributeAsync("data-state", "failed");
            await Expect(Check(page, "back_ends")).ToContainTextAsync("systemctl start broker-backend");
            await Expect(page.Locator("[data-testid=back-end][data-alive=true]")).ToHaveCountAsync(0);
            await Axe.Check(page);
        }
        finally
        {
            Stage.StartBackEnd();
        }

        await Expect(Check(page, "back_ends")).ToHaveAttributeAsync("data-state", "ok");
        await Expect(page.Locator("[data-testid=back-end][data-alive=true]")).ToHaveCountAsync(1);
    }

    private async Task FailOnce()
    {
        await Stage.AddImage("tiny.img");
        using var trouble = Stage.Trouble(new Fault("import", Fail: "The pool is away."));
        var request = await Stage.Submit(new ImportDomain("tiny.img", "never"));
        await Stage.Until(s => RequestsTable.Get(s, request.Id), r => r!.State == RequestState.Failed);
    }

    private static ILocator Check(IPage page, string id) => page.Locator($"[data-testid=health-check][data-id={id}]");
}
