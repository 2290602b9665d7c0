using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.EndToEnd;

/// <summary>A stage of its own, on which nobody else leaves bases.</summary>
public sealed class PictureStage : IAsyncLifetime
{
    /// <summary>The stage.</summary>
    public Stage Stage { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => Stage = await Stage.Simulated();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Stage is not null) await Stage.DisposeAsync();
    }
}

/// <summary>What the pages look like.</summary>
public sealed class PortalPictureTests(PictureStage stage) : BrowserTests(stage.Stage), IClassFixture<PictureStage>
{
    [Fact]
    public async Task CardsShowTheLastScreenBeforeTheBaseWasPreparedElseADrawnPicture()
    {
        await Stage.NewBase("statistics", "Statistics with R", "R, RStudio and the data of the course.");
        await Stage.NewBase("databases", "Databases", "MariaDB and PostgreSQL, ready to be broken.");
        await Stage.NewBase("operating-systems", "Operating systems lab", "Debian with a kernel tree and everything to build it.");
        await Stage.NewBase("network", "Networks", "Two hosts and a router to play with.");

        var student = await SignIn(await Stage.NewStudent());
        await student.Open("operating-systems");
        await student.Page.GetByTestId("viewer-back").ClickAsync();
        await Expect(student.Card("operating-systems")).ToHaveAttributeAsync("data-state", "active");
        await student.Page.ReloadAsync();
        await Expect(student.Page.GetByTestId("desktop-card")).ToHaveCountAsync(4);
        await Expect(student.Card("statistics").Locator("svg").First).ToBeVisibleAsync();
        await Pictures.Take(student.Page, "desktops");

        await Stage.AddImage("tiny.img");
        var machine = await Stage.Do(new ImportDomain("tiny.img", "seen", "Seen before"));
        await Stage.Do(new StartDomain(machine.Id));
        await Stage.Do(new PrepareBase(machine.Id, Publish: true));
        var picture = student.Card("seen").Locator("img");
        await Expect(picture).ToBeVisibleAsync();
        Assert.Equal(640, await picture.EvaluateAsync<int>("async (image) => (await image.decode(), image.naturalWidth)"));
    }

    [Fact]
    public async Task AnAdministratorSeesWhatIsAskedAndHowEverythingIs()
    {
        await Stage.AddImage("tiny.img");
        var lab = await Stage.Do(new ImportDomain("tiny.img", "compilers"));
        await Stage.Do(new StartDomain(lab.Id));
        await Stage.Submit(new ShutdownDomain(lab.Id), TimeProvider.System.GetUtcNow().AddHours(2));
        var page = (await SignIn(Stage.Admin)).Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Requests" }).ClickAsync();
        RequestRow failed, next;
        using (Stage.Trouble(new Fault("start", Fail: "There is no more memory on the host. Shut a machine down.")))
        {
            var robots = await Stage.Do(new ImportDomain("tiny.img", "robotics"));
            failed = await Stage.Submit(new StartDomain(robots.Id));
            await Expect(Row(failed.Id)).ToHaveAttributeAsync("data-state", "failed");
        }

        using (Stage.Trouble(new Fault("import", HangSeconds: 30)))
        {
            var working = await Stage.Submit(new ImportDomain("tiny.img", "chemistry"));
            await Expect(Row(working.Id).GetByRole(AriaRole.Progressbar)).ToBeVisibleAsync();
            next = await Stage.Submit(new RemoveDomain(working.DomainId!.Value));
            await Expect(Row(next.Id)).ToContainTextAsync("working on the same machine");
            // what was told lies over the page until it is opened again
            await page.ReloadAsync();
            await Expect(Row(next.Id)).ToBeVisibleAsync();
            await Pictures.Take(page, "requests");
        }

        await Expect(Row(next.Id)).ToHaveAttributeAsync("data-state", "done");
        await page.GotoAsync($"/requests/{failed.Id}");
        await Expect(page.GetByTestId("request-error")).ToContainTextAsync("Shut a machine down.");
        await Pictures.Take(page, "request");
        await page.GetByRole(AriaRole.Link, new() { Name = "Health" }).ClickAsync();
        await Expect(page.GetByTestId("health")).ToHaveAttributeAsync("data-state", "warning");
        await Pictures.Take(page, "health");

        ILocator Row(long id) => page.Locator($"[data-testid=request-row][data-id='{id}']");
    }
}
