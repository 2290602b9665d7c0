using VirtualBox.Simulator;
using VirtualBox.Testing;

namespace VirtualBox.Tests;

/// <summary>The simulator of <c>tests/VirtualBox.Simulator</c>; each class of tests has its own.</summary>
public sealed class SimulatedInstallation : Installation
{
    private readonly List<SimulatedVirtualBox> all = [];
    private SimulatedVirtualBox? driverless;

    public SimulatedInstallation() => VBox = Another();

    public override VBoxManage VBox { get; }

    public override string NewFolder() => all[0].NewFolder();

    public override VBoxManage Another(string? userHome = null) => Runner(New(userHome));

    public override VBoxManage WithoutDriver(bool isNew = false)
    {
        if (isNew || driverless is null)
        {
            driverless = New();
            driverless.Knobs.Set(Knobs.NoDriver);
        }
        return Runner(driverless);
    }

    public override VBoxManage WithWrapper()
    {
        var one = New();
        one.Knobs.Set(Knobs.WrapperNoise);
        return Runner(one);
    }

    public override VBoxManage WithSlowCopies()
    {
        var one = New();
        one.Knobs.Set(Knobs.CopyDelay, 50);
        return Runner(one);
    }

    public override int LargeMiB => 4;

    public override void Kill(System.Diagnostics.Process program) => program.Kill();

    public override Task KillServer(VBoxManage vbox)
    {
        all.Single(s => s.Server == vbox.Server).KillServer();
        return Task.CompletedTask;
    }

    /// <summary>What can be made to go wrong with one.</summary>
    public Knobs KnobsOf(VBoxManage vbox) => all.Single(s => s.Server == vbox.Server).Knobs;

    public override Task InitializeAsync() => Task.CompletedTask;

    public override Task DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(all)) one.Dispose();
        return Task.CompletedTask;
    }

    private SimulatedVirtualBox New(string? userHome = null)
    {
        all.Add(new(userHome));
        return all[^1];
    }

    private static VBoxManage Runner(SimulatedVirtualBox one) =>
        new(SimulatedVirtualBox.Program) { UserHome = one.Home, Server = one.Server, Poll = TimeSpan.FromMilliseconds(20) };
}
