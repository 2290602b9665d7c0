namespace Broker.EndToEnd;

/// <summary>What others have booked, and what would be more than one may have running.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class BookingsTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    private const string Lab = "exam-lab";

    [Fact]
    public async Task WhatIsBookedStartsOnlyForThoseItIsForAndAStartBeyondTheLimitAsksBeforeItEndsAnother()
    {
        await Stage.NewBase(Lab, "Exam lab");
        var (one, other) = (await Stage.NewStudent(), await Stage.NewStudent());

        // today and tomorrow, all day long: whenever this runs
        var page = (await SignIn(Stage.Admin)).Page;
        await page.GotoAsync("/bookings");
        await page.GetByTestId("booking-add").ClickAsync();
        await page.GetByTestId("booking-title").FillAsync("Exam");
        var today = await page.GetByTestId("booking-first").InputValueAsync();
        await page.GetByTestId("booking-last").FillAsync(DateOnly.ParseExact(today, "yyyy-MM-dd", null).AddDays(1).ToString("yyyy-MM-dd", null));
        await page.GetByTestId("booking-from").FillAsync("00:00");
        await page.GetByTestId("booking-until").FillAsync("00:00");
        await page.GetByTestId("booking-bases").FillAsync("Exam");
        await page.GetByRole(AriaRole.Option, new() { Name = "Exam lab" }).ClickAsync();
        await page.GetByTestId("booking-users").FillAsync(one.Name);
        await page.GetByTestId("booking-users").PressAsync("Enter");
        await Expect(page.GetByTestId("booking-conflicts")).ToContainTextAsync("These are 2 days. Nothing else is booked then.");
        await Axe.Check(page);
        await page.GetByTestId("booking-submit").ClickAsync();
        await page.GetByTestId("booking-entry").First.ClickAsync();
        await Expect(page.GetByTestId("booking-details")).ToContainTextAsync(one.Name);
        await Axe.Check(page);

        var kept = await SignIn(other);
        await Expect(kept.Card(Lab)).ToContainTextAsync("Booked by");
        await Expect(kept.Card(Lab).GetByTestId("open-desktop")).ToBeDisabledAsync();
        await Expect(kept.Card(SimulatedStage.BaseName).GetByTestId("open-desktop")).ToBeEnabledAsync();

        var student = await SignIn(one);
        await student.Open(Lab);
        await student.Page.GotoAsync("/");
        await Expect(student.Card(Lab)).ToHaveAttributeAsync("data-state", "active");

        // one desktop at a time is usual
        student.Expects("409");
        var dialog = student.Page.GetByRole(AriaRole.Dialog, new() { Name = "Start Linux and end another one?" });
        await student.Card(SimulatedStage.BaseName).GetByTestId("open-desktop").ClickAsync();
        await Expect(dialog).ToContainTextAsync("Exam lab has run longest and would be ended");
        await Axe.Check(student.Page);
        await student.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(student.Card(SimulatedStage.BaseName)).ToHaveAttributeAsync("data-state", "none");

        await student.Card(SimulatedStage.BaseName).GetByTestId("open-desktop").ClickAsync();
        await student.Page.GetByTestId("confirm").ClickAsync();
        await new GuestScreen(student.Page).IsConnected();
        await student.Page.GotoAsync("/");
        await Expect(student.Card(Lab)).ToHaveAttributeAsync("data-state", "hibernated");

        await student.Page.GotoAsync("/account");
        await Expect(student.Page.GetByTestId("limit-running")).ToContainTextAsync("1 of 1");
    }
}
