using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Pools;
using Broker.Core.Requests.Domains;
using Broker.Testing;
using Libvirt.Testing;

namespace Broker.EndToEnd;

/// <summary>A stage on a libvirtd of its own, whose published base is a real guest that boots.</summary>
public sealed class LibvirtStage : IAsyncLifetime
{
    /// <summary>Name of the published base.</summary>
    public const string BaseName = "tiny";

    /// <summary>The stage.</summary>
    public Stage Stage { get; private set; } = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var image = GuestImage.Tiny;
        var libvirt = await PrivateLibvirtd.Shared;
        Stage = await Stage.Start(Path.GetDirectoryName(libvirt.Displays)!, libvirt.Shares, VmManagerKind.Libvirt, libvirt.Uri);
        File.Copy(await image, Path.Combine(Stage.Library, "tiny.qcow2"));
        await Stage.NewBase(BaseName, "Tiny Linux", "A small guest that shows what you type.", "tiny.qcow2");
    }

    /// <summary>A published base, of which some desktops run, nobody's yet and booted so far that they are on the network.</summary>
    public async Task<DomainRow> NewPool(string name, int running)
    {
        var origin = await Stage.NewBase(name, image: "tiny.qcow2");
        await Stage.Db.Transaction(s => Pool.Set(s, origin.Id, running, running));
        await Stage.Until(s => s.First<long>("SELECT COUNT(*) FROM domains WHERE base_id = @Id AND pool_use = 'free' AND state = 'active' AND address IS NOT NULL", new { origin.Id }), n => n == running);
        return origin;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Stage is null) return;
        // what is removed is not made anew
        foreach (var origin in await Stage.Db.Read(Pool.Bases)) await Stage.Db.Transaction(s => Pool.Set(s, origin.Id, 0, 0));
        foreach (var domain in await Stage.Db.Read(s => s.Query<DomainRow>($"SELECT {DomainsTable.Columns} FROM domains d WHERE base_id IS NOT NULL")))
            await Stage.Do(new RemoveDomain(domain.Id));
        await Stage.DisposeAsync();
    }
}

/// <summary>A student's way to a real guest: QEMU under libvirt, and the screen that the guest itself draws.</summary>
[Trait("Needs", "libvirt")]
public sealed class LibvirtStudentPath(LibvirtStage libvirt) : BrowserTests(libvirt.Stage), IClassFixture<LibvirtStage>
{
    private const int BootMs = 60_000;

    [Fact]
    public async Task TheGuestBootsIntoTheBrowserHearsKeysAndTheButtonsOfTheBar()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(LibvirtStage.BaseName);
        await screen.Shows(Paint.Magenta, BootMs);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);
        await Pictures.Take(student.Page, "viewer");
        await screen.Press("m");
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);

        await student.Page.ReloadAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.InGreen);

        // The guest itself obeys the power button. Its screen goes before anybody knows that it is off, so the page may try it once more in vain.
        student.Expects("/api/display'|display-ticket|WebSocket on-error|Failed when connecting");
        await student.Page.GetByTestId("viewer-shutdown").ClickAsync();
        await Expect(student.Page.GetByTestId("viewer-state")).ToHaveAttributeAsync("data-state", "shutdown");
        await student.Page.GetByTestId("viewer-start").ClickAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.Magenta, BootMs);

        await student.Page.GetByTestId("viewer-force-off").ClickAsync();
        await student.Page.GetByTestId("confirm").ClickAsync();
        await Expect(student.Page.GetByTestId("viewer-state")).ToHaveAttributeAsync("data-state", "shutdown");
    }

    [Fact]
    public async Task ADesktopThatIsKeptRunningIsShownWithTheClick()
    {
        var origin = await libvirt.NewPool("ready", running: 1);
        var ready = await Stage.Db.Read(s => DomainsTable.ClonesOf(s, origin.Id));
        var student = await SignIn(await Stage.NewStudent());
        await student.OpenUntil("ready", Paint.Magenta);
        Assert.Equal(ready.Single().Id, student.DesktopShown);
        // the same run: nobody had to start it
        Assert.Equal(ready.Single().StartedAt, (await Stage.Db.Read(s => DomainsTable.Get(s, student.DesktopShown)))!.StartedAt);
    }
}
