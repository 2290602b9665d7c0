using System.Net;
using VirtualBox.Simulator;

namespace VirtualBox.Tests;

/// <summary>Machines that run, which the real VirtualBox can't do where the tests are: against the simulator alone.</summary>
public sealed class SimulatedPowerTests(SimulatedInstallation simulated) : IClassFixture<SimulatedInstallation>
{
    private readonly VBoxManage vbox = simulated.VBox;

    [Fact]
    public async Task WhatRunsIsAbortedByItsServersDeathAndStartsAgain()
    {
        var own = simulated.Another();
        var (running, saved, off) = (await simulated.NewMachine("r", own), await simulated.NewMachine("s", own), await simulated.NewMachine("o", own));
        await running.Start();
        await saved.Start();
        await saved.Save();
        await simulated.KillServer(own);

        Assert.Equal(MachineState.Aborted, (await running.Read()).State);
        Assert.Equal(MachineState.Saved, (await saved.Read()).State);
        Assert.Equal(MachineState.PowerOff, (await off.Read()).State);
        Assert.True(MachineFile.Load((await running.Read()).SettingsFile).IsAborted);
        Assert.Equal(MachineState.Aborted, await running.Stop());
        Assert.Equal(MachineState.Running, await running.Start());
    }

    [Fact]
    public async Task AMachineWhoseGuestDiedIsStuckUntilItsPowerIsCut()
    {
        var own = simulated.Another();
        var machine = await simulated.NewMachine(vbox: own);
        simulated.KnobsOf(own).Set(Knobs.GuestDies, "button");
        await machine.Start();
        while ((await machine.ListGuestNetworks()).Count == 0) await Task.Delay(10);
        var error = await Assert.ThrowsAsync<MachineStateException>(() => machine.Stop());
        Assert.Equal(MachineState.GuruMeditation, error.State);
        await Assert.ThrowsAsync<MachineStateException>(() => machine.Start());
        Assert.Equal(MachineState.PowerOff, await machine.Stop());
    }

    [Fact]
    public async Task ASystemThatIgnoresItsPowerButtonRunsOnAfterTheDeadline()
    {
        var own = simulated.Another();
        simulated.KnobsOf(own).Set(Knobs.DeafToAcpi);
        var machine = await simulated.NewMachine(vbox: own);
        await machine.Start();
        await Assert.ThrowsAsync<TimeoutException>(() => machine.Stop(TimeSpan.FromMilliseconds(500)));
        Assert.Equal(MachineState.Running, (await machine.Read()).State);
        Assert.Equal(MachineState.PowerOff, await machine.Poweroff());
        await machine.Delete();
    }

    [Fact]
    public async Task WhatUnlocksSlowlyIsDeletedAllTheSame()
    {
        var own = simulated.Another();
        simulated.KnobsOf(own).Set(Knobs.SlowUnlock, 400);
        var machine = await simulated.NewMachine(vbox: own);
        await machine.Start();
        var impatient = new Machine(new(own.Program) { UserHome = own.UserHome, Server = own.Server, LockPauses = [], Poll = own.Poll }, machine.Uuid);
        await Assert.ThrowsAsync<MachineLockedException>(() => impatient.Modify(new() { Cpus = 2 }));

        await machine.Delete();

        Assert.Empty(await Machine.List(own));
    }

    [Fact]
    public async Task AMachineThatRunsIsLockedListedAndTakenDownToBeDeleted()
    {
        var own = new VBoxManage(vbox.Program) { UserHome = vbox.UserHome, Server = vbox.Server, LockPauses = [] };
        var machine = await simulated.NewMachine("runs", own);
        await machine.Start();
        Assert.Contains(new(machine.Uuid, "runs"), await Machine.ListRunning(own));
        await Assert.ThrowsAsync<MachineLockedException>(() => machine.Modify(new() { Cpus = 2 }));
        await Assert.ThrowsAsync<MachineLockedException>(() => machine.Unregister());
        var folder = (await machine.Read()).Folder;
        await machine.Delete();
        Assert.DoesNotContain(await Machine.ListRunning(own), m => m.Uuid == machine.Uuid);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task TenSecondsOfStandingStillAreNoFailure()
    {
        var own = simulated.Another();
        Assert.Empty(await Machine.List(own));
        simulated.KnobsOf(own).Set(Knobs.Stall, 1);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Empty(await Machine.List(own));
        Assert.InRange(watch.Elapsed.TotalSeconds, 9.9, 60);
    }

    [Fact]
    public async Task AServerThatIsGoneAndALockOfSomebodyElseAreTriedAgain()
    {
        var own = simulated.Another();
        var machine = await simulated.NewMachine(vbox: own);
        simulated.KnobsOf(own).Set(Knobs.NoServer, 1);
        Assert.Equal(machine.Uuid, Assert.Single(await Machine.List(own)).Uuid);
        simulated.KnobsOf(own).Set(Knobs.Lock, 2);
        await machine.Modify(new() { Cpus = 2 });
        Assert.Equal(2, (await machine.Read()).Cpus);

        simulated.KnobsOf(own).Set(Knobs.NoServer);
        await Assert.ThrowsAsync<VBoxManageException>(() => Machine.List(own));
        simulated.KnobsOf(own).Clear(Knobs.NoServer);
        await machine.Delete();
    }

    [Fact]
    public async Task AGuestTellsItsAddressesWhileItRuns()
    {
        var machine = await simulated.NewMachine();
        await machine.Start();
        var nic = (await machine.Read()).Nics[1];
        while ((await machine.ListGuestNetworks()).Count == 0) await Task.Delay(10);
        var seen = Assert.Single(await machine.ListGuestNetworks());
        Assert.Equal((nic.Mac, IPAddress.Parse("10.0.2.15"), true), (seen.Mac, seen.IPv4, seen.IsUp));

        await machine.Poweroff();
        Assert.Empty(await machine.ListGuestNetworks());
        await machine.Delete();
    }

    [Fact]
    public async Task AStartWithoutItsDiskNamesTheDisk()
    {
        var machine = await simulated.NewMachineWithDisk();
        var disk = (await machine.Read()).Attachments[0].Location!;
        File.Move(disk, $"{disk}.away");
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => machine.Start());
        Assert.Contains(disk, error.Message, StringComparison.Ordinal);
        File.Move($"{disk}.away", disk);
        await machine.Start();
        await machine.Delete();
    }

    [Fact]
    public async Task ASavedStateThatIsBrokenKeepsItsMachineSaved()
    {
        var machine = await simulated.NewMachine();
        await machine.Start();
        Assert.Equal(MachineState.Saved, await machine.Save());
        var file = (await machine.Read())["VMStateFile"]!;
        var good = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, "nonsense");
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => machine.Start());
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Equal(MachineState.Saved, (await machine.Read()).State);
        await File.WriteAllTextAsync(file, good);
        Assert.Equal(MachineState.Running, await machine.Start());
        Assert.False(File.Exists(file));
        await machine.Delete();
    }

    [Fact]
    public async Task AHostonlyInterfaceIsMadeConfiguredAndRemoved()
    {
        var net = await HostonlyNet.Create(vbox);
        await HostonlyNet.Configure(vbox, net.Name, IPAddress.Parse("10.1.0.1"), 16);
        Assert.Equal(net with { Address = IPAddress.Parse("10.1.0.1"), PrefixLength = 16 }, (await HostonlyNet.List(vbox))[net.NetworkName]);
        await HostonlyNet.Remove(vbox, net.Name);
        Assert.DoesNotContain(net.NetworkName, (await HostonlyNet.List(vbox)).Keys);
    }

    [Fact]
    public async Task AMachineInANatNetworkHasALease()
    {
        await new NatNet("leases", IPNetwork.Parse("10.44.0.0/24"), true).Create(vbox);
        var machine = await simulated.NewMachine();
        await machine.SetNic(1, new(NicNetwork.NatNetwork, "leases"));
        await machine.Start();
        while ((await machine.ListGuestNetworks()).Count == 0) await Task.Delay(10);
        var lease = await DhcpLease.Find(vbox, "leases", (await machine.Read()).Nics[1].Mac!);
        Assert.Equal(((await machine.ListGuestNetworks())[0].IPv4!, true), (lease!.Address, lease.IsHeld));
        await machine.Delete();
        await NatNet.Remove(vbox, "leases");
    }
}
