using System.Net;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.EndToEnd;

/// <summary>A student's way from the sign-in to the guest's screen, and what he can do there.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class StudentTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    private const string Base = SimulatedStage.BaseName;

    [Fact]
    public async Task FirstPasswordIsChangedBeforeAnythingElse()
    {
        var newcomer = await Stage.NewStudent(firstPassword: true);
        var visitor = await Arrive();
        await visitor.Page.GotoAsync("/");
        await visitor.FillIn(newcomer);
        var current = visitor.Page.GetByTestId("password-current");
        await Expect(current).ToBeVisibleAsync();
        await visitor.Page.GotoAsync("/");
        await Expect(current).ToBeVisibleAsync();

        var chosen = newcomer with { Password = "four words are fine 4" };
        await current.FillAsync(newcomer.Password);
        await visitor.Page.GetByTestId("password-new").FillAsync(chosen.Password);
        await visitor.Page.GetByTestId("password-again").FillAsync(chosen.Password);
        await visitor.Page.GetByTestId("password-submit").ClickAsync();
        await Expect(visitor.Card(Base)).ToBeVisibleAsync();

        await visitor.SignOut();
        visitor.Expects("401");
        await visitor.FillIn(newcomer);
        await Expect(visitor.Page.GetByTestId("sign-in-error")).ToContainTextAsync("don't match");
        await visitor.FillIn(chosen);
        await Expect(visitor.Card(Base)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task OpenLeadsStepByStepFromTheCardToTheGuestsScreen()
    {
        var student = await SignIn(await Stage.NewStudent());
        var card = student.Card(Base);
        await Expect(card).ToContainTextAsync("Linux");
        await Expect(card).ToContainTextAsync("For the lab on operating systems.");
        await Expect(card.Locator("svg, img").First).ToBeVisibleAsync();
        await Expect(card).ToHaveAttributeAsync("data-state", "none");

        using (Stage.Trouble(new Fault("define", HangSeconds: 30)))
        {
            await card.GetByTestId("open-desktop").ClickAsync();
            await Expect(student.Page.Locator("[data-step=make]")).ToHaveAttributeAsync("data-state", "working");
            await Expect(student.Page.Locator("[data-step=make]")).ToContainTextAsync("Making the disk");
            using (Stage.Trouble(new Fault("start", HangSeconds: 30)))
            {
                await Expect(student.Page.Locator("[data-step=start]")).ToHaveAttributeAsync("data-state", "working");
                await Expect(student.Page.Locator("[data-step=make]")).ToHaveAttributeAsync("data-state", "done");
                await Axe.Check(student.Page);
            }
        }

        var screen = new GuestScreen(student.Page);
        await screen.IsConnected();
        await screen.Shows(Paint.Magenta);
        Assert.Equal("640x480", await screen.Size());
        await Expect(student.Page).ToHaveTitleAsync("Desktop · Broker");
    }

    [Fact]
    public async Task ATemporaryDesktopIsGoneWhenItIsShutDownAndTheNextOneIsFresh()
    {
        var origin = await Stage.NewBase("passing", "Passing");
        await Stage.Db.Transaction(s => DomainsTable.SetVolatileClones(s, origin.Id, true));
        var student = await SignIn(await Stage.NewStudent());
        await Expect(student.Card("passing")).ToContainTextAsync("Temporary");
        var screen = await student.Open("passing");
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);
        var first = student.DesktopShown;

        // what is being removed has no display any more, and then is not there
        student.Expects("/api/display|display-ticket|WebSocket|Failed when connecting|404");
        await student.Page.GetByTestId("viewer-shutdown").ClickAsync();
        await student.Page.GetByTestId("confirm").ClickAsync();
        await Stage.Until(s => DomainsTable.Get(s, first), d => d is null);
        await student.Page.GotoAsync("/");
        await Expect(student.Card("passing")).ToHaveAttributeAsync("data-state", "none");

        screen = await student.Open("passing");
        await screen.Shows(Paint.Magenta);
        Assert.NotEqual(first, student.DesktopShown);
    }

    [Fact]
    public async Task KeysTypedIntoTheScreenReachTheGuest()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);
        await screen.Press("m");
        await screen.Shows(Paint.Magenta);
    }

    [Fact]
    public async Task ScreenIsConnectedAgainAfterAReloadAndWhenOpenedAgain()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);

        await student.Page.ReloadAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.InGreen);

        var desktop = student.DesktopShown;
        await student.Page.GetByTestId("viewer-back").ClickAsync();
        await Expect(student.Card(Base)).ToHaveAttributeAsync("data-state", "active");
        await student.Open(Base);
        Assert.Equal(desktop, student.DesktopShown);
        await screen.Shows(Paint.InGreen);
    }

    [Fact]
    public async Task ShutdownFromTheBarEndsInAPageThatSaysSoAndOffersAStart()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);
        await student.Page.GetByTestId("viewer-shutdown").ClickAsync();
        var state = student.Page.GetByTestId("viewer-state");
        await Expect(state).ToHaveAttributeAsync("data-state", "shutdown");
        await Expect(state).ToContainTextAsync("Your desktop is off");
        await Expect(student.Page.GetByTestId("screen")).ToHaveCountAsync(0);
        await Axe.Check(student.Page);

        await student.Page.GetByTestId("viewer-start").ClickAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.Magenta);
    }

    [Fact]
    public async Task ForceOffAsksFirst()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        await student.Page.GetByTestId("viewer-force-off").ClickAsync();
        var dialog = student.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog).ToContainTextAsync("pulling the plug");
        await student.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await screen.Shows(Paint.Magenta);

        await student.Page.GetByTestId("viewer-force-off").ClickAsync();
        await student.Page.GetByTestId("confirm").ClickAsync();
        await Expect(student.Page.GetByTestId("viewer-state")).ToHaveAttributeAsync("data-state", "shutdown");
    }

    [Fact]
    public async Task RestartFromTheBarKeepsTheScreenConnected()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);
        await student.Page.GetByTestId("viewer-restart").ClickAsync();
        await student.Page.GetByTestId("confirm").ClickAsync();
        await screen.Shows(Paint.Magenta);
        await screen.IsConnected();
    }

    [Fact]
    public async Task AHibernatedDesktopGoesOnWhereItWasAndItsScreenComesBackByItself()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);

        var second = await student.Context.NewPageAsync();
        await second.GotoAsync("/");
        var card = second.Locator($"[data-testid=desktop-card][data-base-name='{Base}']");
        await card.GetByTestId("desktop-menu").ClickAsync();
        await second.GetByTestId("action-hibernate_domain").ClickAsync();
        await Expect(card).ToHaveAttributeAsync("data-state", "hibernated");
        var state = student.Page.GetByTestId("viewer-state");
        await Expect(state).ToHaveAttributeAsync("data-state", "hibernated");
        await Expect(student.Page.GetByTestId("screen")).ToHaveCountAsync(0);
        await Axe.Check(student.Page);

        // woken in the other tab
        await card.GetByTestId("open-desktop").ClickAsync();
        await new GuestScreen(second).IsConnected();
        await screen.IsConnected();
        await screen.Shows(Paint.InGreen);

        // and from where its screen was
        await second.CloseAsync();
        await student.Post("/api/requests", new { command = "hibernate_domain", args = new { domain = student.DesktopShown } });
        await Expect(state).ToHaveAttributeAsync("data-state", "hibernated");
        await student.Page.GetByTestId("viewer-start").ClickAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.InGreen);
    }

    [Fact]
    public async Task WhatFailedIsToldByTheBellUntilItWasRead()
    {
        var student = await SignIn(await Stage.NewStudent());
        await student.Open(Base);
        var desktop = student.DesktopShown;
        await student.Page.GetByTestId("viewer-back").ClickAsync();
        await Expect(student.Card(Base)).ToHaveAttributeAsync("data-state", "active");
        var bell = student.Page.GetByTestId("messages-bell");
        await Expect(bell).ToHaveAttributeAsync("data-unread", "0");
        var because = "The disk is full. Ask for more room.";
        using (Stage.Trouble(new Fault("hibernate", Fail: because)))
        {
            // twice, the second time with nobody at the page
            await student.Post("/api/requests", new { command = "hibernate_domain", args = new { domain = desktop } });
            await Expect(student.Page.GetByTestId("message-toast")).ToContainTextAsync(because);
            await Expect(bell).ToHaveAttributeAsync("data-unread", "1");
            await student.Page.GotoAsync("about:blank");
            var (_, request) = await student.Post("/api/requests", new { command = "hibernate_domain", args = new { domain = desktop } });
            await Stage.Until(s => RequestsTable.Get(s, request.GetProperty("id").GetInt64()), r => r!.State == RequestState.Failed);
        }

        await student.Page.GotoAsync("/");
        await Expect(bell).ToHaveAttributeAsync("data-unread", "2");
        await Expect(student.Page.GetByTestId("message-toast")).ToHaveCountAsync(0);
        await bell.ClickAsync();
        var messages = student.Page.GetByTestId("message");
        await Expect(messages).ToHaveCountAsync(2);
        await Expect(messages.First).ToContainTextAsync(because);
        await Axe.Check(student.Page);
        await messages.First.GetByTestId("message-read").ClickAsync();
        await Expect(messages.First).ToHaveAttributeAsync("data-unread", "false");
        await Expect(bell).ToHaveAttributeAsync("data-unread", "1");
        await student.Page.GetByTestId("messages-read-all").ClickAsync();
        await Expect(bell).ToHaveAttributeAsync("data-unread", "0");
        await student.Page.ReloadAsync();
        await Expect(bell).ToHaveAttributeAsync("data-unread", "0");
    }

    [Fact]
    public async Task FullScreenCanBeEnteredAndLeft()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        var viewer = student.Page.GetByTestId("viewer");
        await student.Page.GetByTestId("viewer-fullscreen").ClickAsync();
        await Expect(viewer).ToHaveAttributeAsync("data-full-screen", "true");
        Assert.True(await student.Page.EvaluateAsync<bool>("() => document.fullscreenElement !== null"));
        await screen.Shows(Paint.Magenta);
        await student.Page.GetByTestId("viewer-fullscreen").ClickAsync();
        await Expect(viewer).ToHaveAttributeAsync("data-full-screen", "false");
    }

    [Fact]
    public async Task TwoTabsShowTheSameScreen()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(Base);
        var second = await student.Context.NewPageAsync();
        await second.GotoAsync(student.Page.Url);
        var other = new GuestScreen(second);
        await other.IsConnected();
        await other.Shows(Paint.Magenta);
        await other.Press("g");
        await other.Shows(Paint.InGreen);
        await screen.Shows(Paint.InGreen);
    }

    [Fact]
    public async Task AnotherStudentsDesktopAndTicketAreOutOfReach()
    {
        var owner = await SignIn(await Stage.NewStudent());
        await owner.Open(Base);
        var desktop = owner.DesktopShown;
        var other = await SignIn(await Stage.NewStudent());
        await Expect(other.Card(Base)).ToHaveAttributeAsync("data-domain-id", "");
        Assert.Equal(HttpStatusCode.NotFound, await other.Get($"/api/domains/{desktop}"));
        Assert.Equal(HttpStatusCode.NotFound, (await other.Post($"/api/domains/{desktop}/display-ticket")).Status);
        Assert.Equal(HttpStatusCode.NotFound, await other.Get($"/api/domains/{desktop}/screenshot"));
        var (status, problem) = await other.Post("/api/requests", new { command = "force_shutdown_domain", args = new { domain = desktop } });
        Assert.Equal((HttpStatusCode.NotFound, "unknown_domain"), (status, problem.GetProperty("code").GetString()));

        var (_, ticket) = await owner.Post($"/api/domains/{desktop}/display-ticket");
        Assert.Equal(HttpStatusCode.Forbidden, await other.JoinDisplay(ticket));
        // a ticket that was tried is used up, whoever tried it
        Assert.Equal(HttpStatusCode.Forbidden, await owner.JoinDisplay(ticket));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await owner.JoinDisplay((await owner.Post($"/api/domains/{desktop}/display-ticket")).Json));

        other.Expects("404");
        await other.Page.GotoAsync($"/desktops/{desktop}/view");
        await Expect(other.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("or it isn't yours");
    }

    [Fact]
    public async Task SignOutClosesTheScreenInEveryTab()
    {
        var student = await SignIn(await Stage.NewStudent());
        await student.Open(Base);
        var second = await student.Context.NewPageAsync();
        await second.GotoAsync("/");
        student.Expects("401");
        await second.GetByTestId("account-menu").ClickAsync();
        await second.GetByTestId("sign-out").ClickAsync();
        await Expect(second.GetByTestId("sign-in-name")).ToBeVisibleAsync();
        await Expect(student.Page.GetByTestId("screen")).ToHaveCountAsync(0);
        await Expect(student.Page.GetByTestId("sign-in-name")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task OpenEndsInTheViewerAlthoughTheBackEndIsKilledMeanwhile()
    {
        var student = await SignIn(await Stage.NewStudent());
        using (Stage.Trouble(new Fault("define", HangSeconds: 30)))
        {
            await student.Card(Base).GetByTestId("open-desktop").ClickAsync();
            await Expect(student.Page.Locator("[data-step=make]")).ToContainTextAsync("Making the disk");
            await Stage.KillBackEnd();
        }

        Stage.StartBackEnd();
        var screen = new GuestScreen(student.Page);
        await screen.IsConnected();
        await screen.Shows(Paint.Magenta);
        var clone = (await Stage.Db.Read(s => RequestsTable.List(s, command: "clone", domainId: student.DesktopShown)))[0];
        Assert.Equal((RequestState.Done, 2), (clone.State, clone.Attempts));
    }
}
