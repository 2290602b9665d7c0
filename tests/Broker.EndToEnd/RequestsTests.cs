using System.Text.RegularExpressions;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.EndToEnd;

/// <summary>What an administrator sees of requests and does with them.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class RequestsTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task OneThatWaitsIsTakenBackAtOnceAndOneInWorkAfterItsStep()
    {
        await Stage.AddImage("tiny.img");
        var page = (await SignIn(Stage.Admin)).Page;
        await page.GotoAsync("/admin/requests?text=taken-back");
        RequestRow working;
        using (Stage.Trouble(new Fault("import", HangSeconds: 30)))
        {
            working = await Stage.Submit(new ImportDomain("tiny.img", "taken-back"));
            await Expect(Row(page, working.Id)).ToHaveAttributeAsync("data-state", "working");
            var waiting = await Stage.Submit(new RemoveDomain(working.DomainId!.Value));
            await Expect(Row(page, waiting.Id)).ToContainTextAsync($"Request {working.Id} is working on the same machine.");

            await Row(page, working.Id).GetByTestId("request-cancel").ClickAsync();
            await page.GetByTestId("confirm").ClickAsync();
            await Expect(Row(page, working.Id)).ToContainTextAsync("Stops after this step and is undone.");
            await Expect(Row(page, working.Id).GetByTestId("request-cancel")).ToHaveCountAsync(0);
            // once the back end has taken this one back, it knows of the one before
            await Row(page, waiting.Id).GetByTestId("request-cancel").ClickAsync();
            await Expect(Row(page, waiting.Id)).ToHaveAttributeAsync("data-state", "cancelled");
        }

        await Expect(Row(page, working.Id)).ToHaveAttributeAsync("data-state", "cancelled");
        Assert.Null(await Stage.Db.Read(s => DomainsTable.Get(s, working.DomainId!.Value)));
    }

    [Fact]
    public async Task TheListIsNarrowedToSeveralStatesAndTheAddressKeepsThat()
    {
        await Stage.AddImage("tiny.img");
        var machine = await Stage.Do(new ImportDomain("tiny.img", "narrowed"));
        await Stage.Do(new StartDomain(machine.Id));
        var later = await Stage.Submit(new ShutdownDomain(machine.Id), TimeProvider.System.GetUtcNow().AddHours(1));
        var page = (await SignIn(Stage.Admin)).Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Requests" }).ClickAsync();
        await page.GetByTestId("requests-text").FillAsync("NARROWED");
        var rows = page.GetByTestId("request-row");
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(Row(page, later.Id)).ToHaveAttributeAsync("data-state", "waiting");
        await page.GetByTestId("requests-state-waiting").ClickAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await page.GetByTestId("requests-state-done").ClickAsync();
        await Expect(rows).ToHaveCountAsync(3);
        await page.GetByTestId("requests-state-waiting").ClickAsync();
        await Expect(rows).ToHaveCountAsync(2);
        await page.ReloadAsync();
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(page.GetByTestId("requests-text")).ToHaveValueAsync("NARROWED");
    }

    [Fact]
    public async Task OneThatFailedTellsItsStepsAndWhyAndIsAskedForAgain()
    {
        await Stage.AddImage("tiny.img");
        var machine = await Stage.Do(new ImportDomain("tiny.img", "out-of-memory"));
        var admin = await SignIn(Stage.Admin);
        var page = admin.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Requests" }).ClickAsync();
        using (Stage.Trouble(new Fault("start", Fail: "There is no more memory on the host. Shut a machine down.")))
        {
            var failed = await Stage.Submit(new StartDomain(machine.Id));
            await page.GetByTestId("requests-text").FillAsync("no MORE memory");
            await Expect(page.GetByTestId("request-row").First).ToHaveAttributeAsync("data-id", $"{failed.Id}");
            await Row(page, failed.Id).GetByTestId("request-details").ClickAsync();
            await Expect(page.GetByTestId("request")).ToHaveAttributeAsync("data-state", "failed");
            await Expect(page.GetByTestId("request-error")).ToContainTextAsync("There is no more memory on the host. Shut a machine down.");
            var steps = page.GetByTestId("request-step");
            await Expect(steps.First).ToContainTextAsync("In the queue");
            await Expect(steps.Filter(new() { HasText = "Starting" })).ToContainTextAsync(new Regex(@"\d m?s", RegexOptions.None, TimeSpan.FromSeconds(1)));
            await Axe.Check(page);
        }

        await page.GetByTestId("request-retry").ClickAsync();
        await Expect(page.GetByTestId("request")).ToHaveAttributeAsync("data-state", "done");
        await Expect(page.GetByTestId("request-error")).ToHaveCountAsync(0);
        await page.GetByTestId("request").GetByRole(AriaRole.Link, new() { Name = "out-of-memory" }).ClickAsync();
        await Expect(page.GetByTestId("machine")).ToContainTextAsync(machine.Id.ToString());

        // the machine's own page tells the same from its side
        await page.GetByTestId("tab-history").ClickAsync();
        var history = page.GetByTestId("machine-history").GetByRole(AriaRole.Listitem);
        await Expect(history.First).ToHaveAttributeAsync("data-state", "active");
        await Expect(history.First).ToContainTextAsync($"Start · {Stage.Admin.Name}");
        await Expect(history.Last).ToContainTextAsync("Import an image");
        await Axe.Check(page);
    }

    [Fact]
    public async Task OneThatEndsWhileTheListIsOnItsWayForTheFirstTimeIsShownAsEnded()
    {
        var page = (await SignIn(Stage.Admin)).Page;
        TaskCompletionSource isRead = new(), isEnded = new();
        await page.RouteAsync("**/api/requests?*", async route =>
        {
            var old = await route.FetchAsync();
            isRead.SetResult();
            await isEnded.Task;
            await route.FulfillAsync(new() { Response = old });
        }, new() { Times = 1 });
        RequestRow failed;
        using (Stage.Trouble(InTheEnd))
        {
            failed = await InWork("ends-unseen");
            await page.GetByRole(AriaRole.Link, new() { Name = "Requests" }).ClickAsync();
            await isRead.Task;
        }

        // the page has heard of the end by now
        await Expect(page.GetByTestId("message-toast").Filter(new() { HasText = "There is no more memory" })).ToBeVisibleAsync();
        isEnded.SetResult();
        await Expect(Row(page, failed.Id)).ToHaveAttributeAsync("data-state", "failed");
    }

    [Fact]
    public async Task OneThatEndsBeforeThePageHearsOfChangesIsShownAsEnded()
    {
        var page = (await SignIn(Stage.Admin)).Page;
        TaskCompletionSource isEnded = new();
        await page.RouteAsync("**/api/events", async route =>
        {
            await isEnded.Task;
            await route.ContinueAsync();
        }, new() { Times = 1 });
        RequestRow failed;
        using (Stage.Trouble(InTheEnd))
        {
            failed = await InWork("ends-unheard");
            await page.GotoAsync("/admin/requests");
            await Expect(Row(page, failed.Id)).ToHaveAttributeAsync("data-state", "working");
        }

        await Stage.Until(s => RequestsTable.Get(s, failed.Id), r => r!.HasEnded);
        isEnded.SetResult();
        await Expect(Row(page, failed.Id)).ToHaveAttributeAsync("data-state", "failed");
    }

    // Fails as soon as it is taken back.
    private static Fault InTheEnd => new("start", Fail: "There is no more memory on the host. Shut a machine down.", HangSeconds: 60);

    private async Task<RequestRow> InWork(string name)
    {
        await Stage.AddImage("tiny.img");
        var machine = await Stage.Do(new ImportDomain("tiny.img", name));
        var start = await Stage.Submit(new StartDomain(machine.Id));
        return (await Stage.Until(s => RequestsTable.Get(s, start.Id), r => r!.Progress > 0))!;
    }

    private static ILocator Row(IPage page, long id) => page.Locator($"[data-testid=request-row][data-id='{id}']");
}
