using System.Net;

namespace VirtualBox.Tests;

public abstract class RemoteDisplayContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.VBox;

    [ContractFact]
    public async Task DebiansVirtualBoxHasDisplaysByVnc()
    {
        var pack = Assert.Single(await ExtensionPack.List(vbox));
        Assert.Equal(("VNC", ExtensionPack.VncModule, null), (pack.Name, pack.DisplayModule, pack.WhyNot));
        Assert.Equal(pack, await ExtensionPack.ForDisplays(vbox));
        var machine = await tried.NewMachine();
        var oracles = new RemoteDisplay(IPAddress.Loopback, 5900) { ExtensionPack = "Oracle VirtualBox Extension Pack" };
        await Assert.ThrowsAsync<ExtensionPackException>(() => machine.SetRemoteDisplay(oracles));
        await machine.Delete();
    }

    [ContractFact]
    public async Task ADisplayIsSetUpReadBackAndTurnedOff()
    {
        var machine = await tried.NewMachine();
        Assert.Null((await machine.Read()).RemoteDisplay);
        var display = new RemoteDisplay(IPAddress.Parse("127.0.0.2"), 5907) { SeveralViewers = true };
        await machine.SetRemoteDisplay(display with { Password = "s3cret" });
        var report = await machine.Read();
        Assert.Equal(display, report.RemoteDisplay);
        Assert.Null(report.RemoteDisplayPort);
        Assert.Contains("\"s3cret\"", await File.ReadAllTextAsync(report.SettingsFile), StringComparison.Ordinal);

        await machine.SetRemoteDisplay(null);
        Assert.Null((await machine.Read()).RemoteDisplay);
        Assert.DoesNotContain("VNCPassword", await File.ReadAllTextAsync(report.SettingsFile), StringComparison.Ordinal);
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.SwitchRemoteDisplay(on: true));
        await machine.Delete();
    }

    [ContractTheory]
    [InlineData("it's")]
    [InlineData("\"$x`\\")]
    [InlineData("\\'\\\\'")]
    [InlineData("--x=@%n")]
    [InlineData("#!&|;<>*")]
    public async Task AnyPasswordArrivesAsItIs(string password)
    {
        var machine = await tried.NewMachine();
        await machine.SetRemoteDisplay(new(IPAddress.Loopback, 5907) { Password = password });
        var settings = System.Xml.Linq.XDocument.Load((await machine.Read()).SettingsFile);
        Assert.Equal(password, settings.Descendants().Single(e => (string?)e.Attribute("name") == "VNCPassword").Attribute("value")!.Value);
        await machine.Delete();
    }

    [ContractFact]
    public async Task ASavedMachineGetsAnotherPasswordAndKeepsWhatWasSaved()
    {
        var machine = await tried.NewMachine();
        await machine.SetRemoteDisplay(new(IPAddress.Loopback, 5907) { Password = "first" });
        await vbox.Run(vbox.Command("adoptstate", $"{machine.Uuid}", $"{tried.NewFolder()}/state.sav"));
        await machine.SetRemoteDisplay(new(IPAddress.Parse("127.0.0.3"), 5908) { Password = "second" });
        var report = await machine.Read();
        Assert.Equal(MachineState.Saved, report.State);
        Assert.Equal(new(IPAddress.Parse("127.0.0.3"), 5908), report.RemoteDisplay);
        var settings = await File.ReadAllTextAsync(report.SettingsFile);
        Assert.Contains("\"second\"", settings, StringComparison.Ordinal);
        Assert.DoesNotContain("\"first\"", settings, StringComparison.Ordinal);
        await machine.Poweroff();
        await machine.Delete();
    }

    [ContractFact]
    public async Task ACloneHasThePasswordOfItsBaseUntilItGetsItsOwn()
    {
        var machine = await tried.NewMachineWithDisk();
        await machine.SetRemoteDisplay(new(IPAddress.Loopback, 5907) { Password = "ofbase" });
        var clone = await machine.CloneLinked(new("c") { BaseFolder = tried.NewFolder() }, (await machine.TakeSnapshot("s")).Uuid);
        var file = (await clone.Read()).SettingsFile;
        Assert.Contains("\"ofbase\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await clone.SetRemoteDisplay(new(IPAddress.Loopback, 5908) { Password = "ofclone" });
        Assert.DoesNotContain("\"ofbase\"", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await clone.Delete();
        await machine.Delete();
    }
}
