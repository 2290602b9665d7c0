using Broker.Core.Requests.Domains;

namespace Broker.EndToEnd;

/// <summary>The page of one machine: what its parts show and change.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class MachinePageTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task AnAdministratorLimitsTheTimeOfADesktopAndItsOwnerSeesWhatIsLeft()
    {
        var student = await SignIn(await Stage.NewStudent());
        await student.Open(SimulatedStage.BaseName);
        await Expect(student.Page.GetByTestId("time-left")).ToHaveCountAsync(0);
        var address = student.Page.Url.Replace("/desktops/", "/machines/", StringComparison.Ordinal).Replace("/view", "/settings", StringComparison.Ordinal);

        var admin = (await SignIn(Stage.Admin)).Page;
        await admin.GotoAsync(address);
        await admin.GetByTestId("run-timeout").FillAsync("90");
        await admin.GetByTestId("running-save").ClickAsync();
        await Expect(admin.GetByTestId("running-save")).ToBeDisabledAsync();
        await admin.GetByTestId("tab-overview").ClickAsync();
        await Expect(admin.GetByTestId("time-left")).ToBeVisibleAsync();
        await Expect(admin.GetByTestId("machine")).ToContainTextAsync("Somebody is connected");

        // at once, on the screen that is open
        await Expect(student.Page.GetByTestId("time-left")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task AMachineBecomesABaseWhoseClonesItsPageShows()
    {
        await Stage.AddImage("tiny.img");
        var machine = await Stage.Do(new ImportDomain("tiny.img", "from-its-page"));
        var page = (await SignIn(Stage.Admin)).Page;
        await page.GotoAsync($"/machines/{machine.Id}/base");
        await page.GetByTestId("prepare-publish").ClickAsync();
        await page.GetByTestId("prepare").ClickAsync();
        await page.GetByTestId("confirm").ClickAsync();
        await Expect(page.GetByTestId("machine")).ToHaveAttributeAsync("data-state", "base");
        await Axe.Check(page);

        await page.GetByTestId("machine-menu").ClickAsync();
        await page.GetByTestId("action-clone").ClickAsync();
        await page.GetByTestId("clone-name").FillAsync("from-its-page-one");
        await page.GetByTestId("clone-submit").ClickAsync();
        var clone = page.GetByTestId("clones").GetByRole(AriaRole.Link, new() { Name = "from-its-page-one" });
        await clone.ClickAsync();
        await Expect(page.GetByTestId("machine")).ToHaveAttributeAsync("data-name", "from-its-page-one");
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "The way here" })).ToContainTextAsync("from-its-page");
    }
}
