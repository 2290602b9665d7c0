using Broker.Backend.VmManagers.VirtualBox;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using VirtualBox.Testing;

namespace Broker.EndToEnd;

/// <summary>A stage on a VirtualBox that is simulated at its command line: the real one runs no machine without its kernel driver.</summary>
public sealed class VirtualBoxStage : IAsyncLifetime
{
    /// <summary>Name of the published base.</summary>
    public const string BaseName = "classroom";

    /// <summary>The stage.</summary>
    public Stage Stage { get; private set; } = null!;

    /// <summary>The VirtualBox.</summary>
    public SimulatedVirtualBox VirtualBox { get; } = new(server: VirtualBoxVmManager.ServerOf);

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var run = Stage.NewRunFolder();
        Stage = await Stage.Start(run, run, VmManagerKind.Virtualbox, $"virtualbox://{VirtualBox.Home}", SimulatedVirtualBox.Program);
        await Stage.NewBase(BaseName, "Classroom", "Made with VirtualBox.");
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Stage is not null) await Stage.DisposeAsync();
        VirtualBox.Dispose();
    }
}

/// <summary>A student's way to the screen of a machine of VirtualBox, and what becomes of it when things end around it.</summary>
public sealed class VirtualBoxStudentPath(VirtualBoxStage virtualBox) : BrowserTests(virtualBox.Stage), IClassFixture<VirtualBoxStage>
{
    [Fact]
    public async Task TheMachineShowsItsScreenHearsKeysAndGoesOnWhereItWasHibernated()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(VirtualBoxStage.BaseName);
        await screen.Shows(Paint.Magenta);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);

        // The screen goes before anybody knows that it is off, so the page may try it once more in vain.
        student.Expects("/api/display'|display-ticket|WebSocket on-error|Failed when connecting");
        await student.Page.GetByTestId("viewer-hibernate").ClickAsync();
        await Expect(student.Page.GetByTestId("viewer-state")).ToHaveAttributeAsync("data-state", "hibernated");
        await student.Page.GetByTestId("viewer-start").ClickAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.InGreen);

        await student.Page.GetByTestId("viewer-shutdown").ClickAsync();
        await Expect(student.Page.GetByTestId("viewer-state")).ToHaveAttributeAsync("data-state", "shutdown");
        await student.Page.GetByTestId("viewer-start").ClickAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.Magenta);
    }

    [Fact]
    public async Task TheScreenComesBackAfterTheBackEndDiedAndTheMachineRunsOn()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(VirtualBoxStage.BaseName);
        await screen.Press("g");
        await screen.Shows(Paint.InGreen);

        student.Expects("/api/display'|display-ticket|WebSocket|Failed when connecting");
        await Stage.KillBackEnd();
        Stage.StartBackEnd();
        await student.Page.ReloadAsync();
        await screen.IsConnected();
        await screen.Shows(Paint.InGreen);
    }

    [Fact]
    public async Task AMachineThatVirtualBoxLostIsShownAsCrashedAndOpensAgain()
    {
        var student = await SignIn(await Stage.NewStudent());
        var screen = await student.Open(VirtualBoxStage.BaseName);
        await screen.Shows(Paint.Magenta);
        var desktop = student.DesktopShown;

        student.Expects("/api/display'|display-ticket|WebSocket|Failed when connecting");
        virtualBox.VirtualBox.KillServer();
        var seen = await Stage.Until(s => DomainsTable.Get(s, desktop), d => d!.State == DomainState.Shutdown);
        Assert.Equal("crashed", seen!.StateDetail);
        await student.Page.GotoAsync("/");
        screen = await student.Open(VirtualBoxStage.BaseName);
        await screen.Shows(Paint.Magenta);
        Assert.Equal(desktop, student.DesktopShown);
    }
}
