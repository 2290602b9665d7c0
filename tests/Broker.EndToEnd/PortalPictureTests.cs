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

/// <summary>What the desktops page looks like.</summary>
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
}
