namespace Broker.EndToEnd;

/// <summary>Who may do what, as administrators say it and others see it.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class PeopleTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task ABaseIsGivenToAGroupAndAppearsToThoseWhoArePutIntoIt()
    {
        var seminar = await Stage.NewBase("seminar");
        var person = await Stage.NewStudent();
        var student = await SignIn(person);
        await Expect(student.Card("seminar")).ToBeVisibleAsync();

        // a group
        var page = (await SignIn(Stage.Admin)).Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "People" }).ClickAsync();
        await page.GetByTestId("tab-groups").ClickAsync();
        await page.GetByTestId("group-add").ClickAsync();
        await page.GetByTestId("group-name").FillAsync("seminarists");
        await page.GetByTestId("group-submit").ClickAsync();
        await Expect(page.GetByTestId("group")).ToHaveAttributeAsync("data-name", "seminarists");
        await Axe.Check(page);
        var group = page.Url;

        // a rule that lets only that group in
        await page.GotoAsync($"/machines/{seminar.Id}/access");
        await page.GetByTestId("rules-people").GetByTestId("rule-add").ClickAsync();
        await page.GetByTestId("rule-group").FillAsync("seminarists");
        await page.GetByTestId("rule-submit").ClickAsync();
        await Expect(page.Locator("[data-testid=rule][data-name=seminarists]")).ToBeVisibleAsync();
        await Expect(student.Card("seminar")).ToHaveCountAsync(0);

        // why can't he?
        await page.GetByTestId("why-person").FillAsync(person.Name);
        await page.GetByTestId("why-person").PressAsync("Enter");
        await Expect(page.GetByTestId("why")).ToHaveAttributeAsync("data-allowed", "false");
        await Expect(page.Locator("[data-testid=why-step][data-step=people]")).ToHaveAttributeAsync("data-allowed", "false");
        await Axe.Check(page);

        // because he is not in it
        await page.GotoAsync(group);
        await page.GetByTestId("member-name").FillAsync(person.Name);
        await page.GetByTestId("member-name").PressAsync("Enter");
        await page.GetByTestId("member-add").ClickAsync();
        await Expect(page.Locator($"[data-testid=member][data-name='{person.Name}']")).ToBeVisibleAsync();
        await Axe.Check(page);
        await Expect(student.Card("seminar")).ToBeVisibleAsync();

        await page.GotoAsync($"/machines/{seminar.Id}/access");
        await page.GetByTestId("who-text").FillAsync(person.Name);
        await Expect(page.Locator($"[data-testid=who-person][data-name='{person.Name}']")).ToBeVisibleAsync();

        // all of it is written down
        await page.GotoAsync("/admin/audit");
        await Expect(page.Locator("[data-testid=audit-row][data-action=set_access]").First).ToContainTextAsync("seminar");
    }
}
