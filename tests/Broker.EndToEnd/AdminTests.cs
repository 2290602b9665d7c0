using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Requests.Domains;

namespace Broker.EndToEnd;

/// <summary>What an administrator does with machines, and how he sees what others do.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class AdminTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task AnImageBecomesABaseWhoseCloneRunsAndIsRemoved()
    {
        await Stage.AddImage("lab.img");
        var student = await Stage.NewStudent();
        var page = (await AtMachines()).Page;

        await page.GetByTestId("import-image").ClickAsync();
        await page.Locator("[data-testid=library-image][data-file='lab.img']").ClickAsync();
        await Expect(page.GetByTestId("import-name")).ToHaveValueAsync("lab");
        await page.GetByTestId("import-memory").FillAsync("128");
        await page.GetByTestId("import-submit").ClickAsync();
        await Expect(Row(page, "lab")).ToHaveAttributeAsync("data-state", "shutdown");

        await Choose(page, "lab", "prepare_base");
        await page.GetByTestId("confirm").ClickAsync();
        await Expect(Row(page, "lab")).ToHaveAttributeAsync("data-state", "base");
        await Choose(page, "lab", "publish");
        await Expect(Row(page, "lab")).ToHaveAttributeAsync("data-public", "true");

        await Choose(page, "lab", "clone");
        await page.GetByTestId("clone-name").FillAsync("lab-demo");
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Owner" }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = student.Name, Exact = true }).ClickAsync();
        await page.GetByTestId("clone-submit").ClickAsync();
        var clone = Row(page, "lab-demo");
        await Expect(clone).ToHaveAttributeAsync("data-state", "shutdown");
        await Expect(clone).ToContainTextAsync(student.Name);

        await clone.GetByTestId("row-start_domain").ClickAsync();
        await Expect(clone).ToHaveAttributeAsync("data-state", "active");
        await clone.GetByTestId("machine-open").ClickAsync();
        var screen = new GuestScreen(page);
        await screen.IsConnected();
        await screen.Shows(Paint.Magenta);
        await page.GoBackAsync();

        await clone.GetByTestId("row-shutdown_domain").ClickAsync();
        await Expect(clone).ToHaveAttributeAsync("data-state", "shutdown");
        await Choose(page, "lab-demo", "remove_domain");
        await page.GetByTestId("confirm").ClickAsync();
        await Expect(clone).ToHaveCountAsync(0);

        await Choose(page, "lab", "remove_base");
        await page.GetByTestId("confirm").ClickAsync();
        await Expect(Row(page, "lab")).ToHaveAttributeAsync("data-state", "shutdown");
    }

    [Fact]
    public async Task ABaseWithACloneStaysOneAndThePageSaysWhy()
    {
        var origin = await Stage.NewBase("kept");
        await Stage.Do(new Clone(origin.Id, "kept-one"));
        var page = (await AtMachines()).Page;
        await Choose(page, "kept", "remove_base");
        await page.GetByTestId("confirm").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = "kept has a clone, which needs its disks. Remove that one first." })).ToBeVisibleAsync();
        await Axe.Check(page);
        await Expect(Row(page, "kept")).ToHaveAttributeAsync("data-state", "base");
    }

    [Fact]
    public async Task RequestsOfOthersAreSeenAsTheyHappen()
    {
        var origin = await Stage.NewBase("seen");
        var admin = await SignIn(Stage.Admin);
        await admin.Page.GetByRole(AriaRole.Link, new() { Name = "Requests" }).ClickAsync();
        await Expect(admin.Page.GetByTestId("requests-table")).ToBeVisibleAsync();
        await admin.Page.EvaluateAsync("() => { window.sameDocument = true; }");
        using (Stage.Trouble(new Fault("define", HangSeconds: 30)))
        {
            var student = await SignIn(await Stage.NewStudent());
            await student.Post($"/api/bases/{origin.Id}/open");
            var clone = RequestOf(admin.Page, "clone", "seen-student");
            await Expect(clone).ToHaveAttributeAsync("data-state", "working");
            await Expect(clone).ToContainTextAsync("Making the disk");
            await Expect(clone.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("aria-valuenow", "10");
            await Expect(RequestOf(admin.Page, "start_domain", "seen-student")).ToHaveAttributeAsync("data-state", "waiting");
        }

        await Expect(RequestOf(admin.Page, "clone", "seen-student")).ToHaveAttributeAsync("data-state", "done");
        var start = RequestOf(admin.Page, "start_domain", "seen-student");
        await Expect(start).ToHaveAttributeAsync("data-state", "done");
        Assert.True(await admin.Page.EvaluateAsync<bool>("() => window.sameDocument === true"));

        await start.GetByTestId("request-details").ClickAsync();
        await Expect(admin.Page.GetByTestId("request")).ToContainTextAsync("seen-student");
        await Axe.Check(admin.Page);
    }

    [Fact]
    public async Task AFailedStartIsToldToWhoAskedForIt()
    {
        await Stage.NewBase("unlucky");
        var student = await SignIn(await Stage.NewStudent());
        using (Stage.Trouble(new Fault("start", Fail: "There is no more memory on the host.")))
        {
            await student.Card("unlucky").GetByTestId("open-desktop").ClickAsync();
            await Expect(student.Page.GetByTestId("open-failure")).ToContainTextAsync("There is no more memory on the host.");
            await Axe.Check(student.Page);
        }

        await student.Page.GetByTestId("open-retry").ClickAsync();
        await new GuestScreen(student.Page).IsConnected();
    }

    [Fact]
    public async Task AdministratorsPagesAreClosedToStudents()
    {
        var student = await SignIn(await Stage.NewStudent());
        await Expect(student.Page.GetByRole(AriaRole.Navigation).GetByRole(AriaRole.Link)).ToHaveTextAsync(["Desktops", "Bookings"]);
        foreach (var path in (string[])["/admin/machines", "/admin/requests"])
        {
            await student.Page.GotoAsync(path);
            await Expect(student.Page.GetByText("This page is for administrators")).ToBeVisibleAsync();
        }
    }

    private async Task<Visitor> AtMachines([System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        var admin = await SignIn(Stage.Admin, test: test);
        await admin.Page.GetByRole(AriaRole.Link, new() { Name = "Machines" }).ClickAsync();
        await Expect(admin.Page.GetByTestId("machines-table")).ToBeVisibleAsync();
        return admin;
    }

    private static ILocator Row(IPage page, string name) => page.Locator($"[data-testid=machine-row][data-name='{name}']");

    private static ILocator RequestOf(IPage page, string command, string name) =>
        page.Locator($"[data-testid=request-row][data-command={command}]").Filter(new() { HasText = name }).First;

    private static async Task Choose(IPage page, string name, string action)
    {
        await Row(page, name).GetByTestId("machine-menu").ClickAsync();
        await page.GetByTestId($"action-{action}").ClickAsync();
    }
}
