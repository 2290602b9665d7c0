using Broker.Testing;

namespace Broker.EndToEnd;

/// <summary>How an image comes into the library, and which don't.</summary>
[Collection(SimulatedCollection.Name)]
public sealed class LibraryTests(SimulatedStage simulated) : BrowserTests(simulated.Stage)
{
    [Fact]
    public async Task AnImageIsUploadedImportedAndDeleted()
    {
        var page = await AtLibrary();
        var upload = await Upload(page, "uploaded.qcow2");
        await Expect(upload).ToHaveAttributeAsync("data-state", "done");
        await Expect(upload).ToContainTextAsync("qcow2");
        await Axe.Check(page);

        await upload.GetByTestId("upload-import").ClickAsync();
        await Expect(page.GetByTestId("import-name")).ToHaveValueAsync("uploaded");
        await page.GetByTestId("import-submit").ClickAsync();
        await Expect(page.GetByTestId("message-toast")).ToContainTextAsync("uploaded was imported.");
        await page.GetByRole(AriaRole.Link, new() { Name = "Machines" }).ClickAsync();
        await Expect(page.Locator("[data-testid=machine-row][data-name=uploaded]")).ToHaveAttributeAsync("data-state", "shutdown");

        await page.GetByRole(AriaRole.Link, new() { Name = "Library" }).ClickAsync();
        var row = page.Locator("[data-testid=library-row][data-file='uploaded.qcow2']");
        await Expect(row).ToHaveAttributeAsync("data-format", "qcow2");
        await row.GetByTestId("library-delete").ClickAsync();
        await page.GetByTestId("confirm").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task AnImageThatWouldReadTheHostsFilesIsRefusedWithTheReason()
    {
        var page = await AtLibrary(expects: "422");
        var upload = await Upload(page, "hostile.qcow2", "-u", "-b", "/etc/shadow", "-F", "raw");
        await Expect(upload).ToHaveAttributeAsync("data-state", "failed");
        await Expect(upload).ToContainTextAsync("backing file");
        await Expect(upload.GetByTestId("upload-import")).ToHaveCountAsync(0);
        await Axe.Check(page);
        await page.ReloadAsync();
        await Expect(page.GetByTestId("library-table")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-testid=library-row][data-file='hostile.qcow2']")).ToHaveCountAsync(0);
    }

    private async Task<IPage> AtLibrary(string? expects = null, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        await Stage.AddImage("tiny.img");
        var admin = await SignIn(Stage.Admin, test: test);
        if (expects is not null) admin.Expects(expects);
        await admin.Page.GetByRole(AriaRole.Link, new() { Name = "Library" }).ClickAsync();
        await Expect(admin.Page.GetByTestId("upload-choose")).ToBeVisibleAsync();
        return admin.Page;
    }

    // An empty image of qemu-img, chosen in the dialog that the button opens.
    private static async Task<ILocator> Upload(IPage page, string name, params string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("images-");
        try
        {
            var path = Path.Combine(folder.FullName, name);
            await Programs.Run("qemu-img", ["create", "-q", "-f", "qcow2", .. options, path, "4M"]);
            var chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByTestId("upload-choose").ClickAsync());
            await chooser.SetFilesAsync(new FilePayload { Name = name, MimeType = "application/octet-stream", Buffer = await File.ReadAllBytesAsync(path) });
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return page.Locator($"[data-testid=upload][data-file='{name}']");
    }
}
