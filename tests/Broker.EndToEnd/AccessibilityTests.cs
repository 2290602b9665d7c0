using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.EndToEnd;

/// <summary>The portal without a mouse, and under the rules of axe.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class AccessibilityTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task NoPageBreaksASeriousRule(ColorScheme scheme)
    {
        var admin = await Arrive(scheme);
        await admin.Page.GotoAsync("/sign-in");
        await Expect(admin.Page.GetByTestId("sign-in-submit")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.FillIn(Stage.Admin);
        await Expect(admin.Card(SimulatedStage.BaseName)).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/machines");
        await Expect(admin.Page.GetByTestId("machines-table")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GetByTestId("import-image").ClickAsync();
        await Expect(admin.Page.GetByTestId("import-submit")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/requests");
        await Expect(admin.Page.GetByTestId("requests-table")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GetByTestId("request-details").First.ClickAsync();
        await Expect(admin.Page.GetByTestId("request-timeline")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/library");
        await Expect(admin.Page.GetByTestId("library-table")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/health");
        await Expect(admin.Page.GetByTestId("health")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/settings");
        await Expect(admin.Page.GetByTestId("site-settings")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/schedules");
        await Expect(admin.Page.GetByTestId("schedules-table")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/backups");
        await Expect(admin.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/account");
        await Expect(admin.Page.GetByTestId("sessions-table")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/bookings");
        await Expect(admin.Page.GetByTestId("bookings-week")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GetByTestId("booking-add").ClickAsync();
        await Expect(admin.Page.GetByTestId("booking-submit")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);
        await admin.Page.GotoAsync("/admin/client-networks");
        await Expect(admin.Page.GetByTestId("networks-table")).ToBeVisibleAsync();
        await Axe.Check(admin.Page);

        foreach (var (path, part) in ((string, string)[])
            [("users", "users-table"), ("upload", "upload-text"), ("upload/members", "upload-group"), ($"users/{Stage.Admin.Id}", "display-name"), ($"users/{Stage.Admin.Id}/grants", "grants"), ($"users/{Stage.Admin.Id}/sign-ins", "sign-ins"), ("audit", "audit-table")])
        {
            await admin.Page.GotoAsync($"/admin/{path}");
            await Expect(admin.Page.GetByTestId(part)).ToBeVisibleAsync();
            await Axe.Check(admin.Page);
        }

        foreach (var part in (string[])["", "/settings", "/hardware", "/disks", "/base", "/access", "/backups", "/history"])
        {
            await admin.Page.GotoAsync($"/machines/{simulated.Base.Id}{part}");
            await Expect(admin.Page.GetByTestId("machine")).ToBeVisibleAsync();
            await Axe.Check(admin.Page);
        }

        await admin.Page.GotoAsync("/");
        await admin.Open(SimulatedStage.BaseName);
        await Axe.Check(admin.Page);
    }

    [Fact]
    public async Task SignInAndOpenNeedNoMouse()
    {
        var student = await Stage.NewStudent();
        var page = (await Arrive()).Page;
        await page.GotoAsync("/");
        await Expect(page.GetByTestId("sign-in-submit")).ToBeVisibleAsync();
        await TabTo(page, page.GetByTestId("sign-in-name"));
        await page.Keyboard.TypeAsync(student.Name);
        await TabTo(page, page.GetByTestId("sign-in-password"));
        await page.Keyboard.TypeAsync(student.Password);
        await page.Keyboard.PressAsync("Enter");

        var open = page.Locator($"[data-testid=desktop-card][data-base-name='{SimulatedStage.BaseName}']").GetByTestId("open-desktop");
        await Expect(open).ToBeVisibleAsync();
        await TabTo(page, open);
        await page.Keyboard.PressAsync("Enter");
        var screen = new GuestScreen(page);
        await screen.IsConnected();
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);

        // the way back out of the guest's screen
        await page.Keyboard.PressAsync("Control+Alt+Shift");
        await TabTo(page, page.GetByTestId("viewer-back"), "Shift+Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(open).ToBeVisibleAsync();
    }

    [Fact]
    public async Task RequestsAndMessagesNeedNoMouse()
    {
        await Stage.AddImage("tiny.img");
        var machine = await Stage.Do(new ImportDomain("tiny.img", "by-keyboard"));
        RequestRow failed;
        using (Stage.Trouble(new Fault("start", Fail: "The host is tired.")))
        {
            failed = await Stage.Submit(new StartDomain(machine.Id));
            await Stage.Until(s => RequestsTable.Get(s, failed.Id), r => r!.State == RequestState.Failed);
        }

        var page = (await SignIn(Stage.Admin)).Page;
        await Press(page.GetByRole(AriaRole.Link, new() { Name = "Requests" }));
        await TabTo(page, page.GetByTestId("requests-text"));
        await page.Keyboard.TypeAsync("by-keyboard");
        await Press(page.GetByTestId("requests-state-failed"));
        await Expect(page.GetByTestId("request-row")).ToHaveCountAsync(1);
        await Press(page.GetByTestId("request-details"));
        await Expect(page.GetByTestId("request-error")).ToContainTextAsync("The host is tired.");

        // the drawer takes the focus and gives it back
        var bell = page.GetByTestId("messages-bell");
        await Press(bell);
        await Press(page.GetByTestId("messages-read-all"));
        await Expect(bell).ToHaveAttributeAsync("data-unread", "0");
        await page.Keyboard.PressAsync("Escape");
        await Expect(bell).ToBeFocusedAsync();

        await Press(page.GetByTestId("request-retry"));
        await Expect(page.GetByTestId("request")).ToHaveAttributeAsync("data-state", "done");

        async Task Press(ILocator wanted)
        {
            await TabTo(page, wanted);
            await page.Keyboard.PressAsync("Enter");
        }
    }

    private static async Task TabTo(IPage page, ILocator wanted, string key = "Tab")
    {
        await Expect(wanted).ToBeVisibleAsync();
        for (var presses = 0; presses < 40; presses++)
        {
            if (await wanted.EvaluateAsync<bool>("element => element === document.activeElement")) return;
            await page.Keyboard.PressAsync(key);
        }

        Assert.Fail($"{key} does not lead to {wanted}.");
    }
}
