namespace VirtualBox.Tests;

/// <summary>Where each verb brings a machine: against the simulator alone, since the real one can't run machines where the tests are.</summary>
public sealed class SimulatedGoalTests(SimulatedInstallation simulated) : IClassFixture<SimulatedInstallation>
{
    /// <summary>The table of <see cref="PowerTests"/>, with what VirtualBox itself makes of each step.</summary>
    [Theory]
    [InlineData("Start", "running from all")]
    [InlineData("Stop", "off from all")]
    [InlineData("Save", "off from off, saved from others")]
    [InlineData("Pause", "off from off, saved from saved, paused from others")]
    [InlineData("Restart", "running from all")]
    [InlineData("Poweroff", "off from all")]
    [InlineData("Reset", "running from all")]
    public async Task EveryVerbReachesItsGoalFromEveryStateThatLasts(string verb, string goals)
    {
        var machine = await simulated.NewMachine();
        foreach (var state in new[] { MachineState.PowerOff, MachineState.Saved, MachineState.Running, MachineState.Paused })
        {
            await Bring(machine, state, hears: verb is "Stop" or "Restart");
            var word = state == MachineState.PowerOff ? "off" : state.ToString().ToLowerInvariant();
            var goal = goals.Split(", ").Select(g => g.Split(" from ")).First(g => g[1] == word || g[1] is "all" or "others")[0];
            var end = await Do(machine, verb);
            Assert.Equal((goal, end), (end == MachineState.PowerOff ? "off" : end.ToString().ToLowerInvariant(), (await machine.Read()).State));
        }
        await machine.Delete();
    }

    private static async Task Bring(Machine machine, MachineState state, bool hears)
    {
        if (state == MachineState.PowerOff)
        {
            await machine.Poweroff();
            return;
        }
        await machine.Start();
        // only who has booted hears a button
        while (hears && (await machine.ListGuestNetworks()).Count == 0) await Task.Delay(10);
        if (state == MachineState.Saved) await machine.Save();
        if (state == MachineState.Paused) await machine.Pause();
    }

    private static Task<MachineState> Do(Machine machine, string verb) => verb switch
    {
        "Start" => machine.Start(),
        "Stop" => machine.Stop(),
        "Save" => machine.Save(),
        "Pause" => machine.Pause(),
        "Restart" => machine.Restart(),
        "Poweroff" => machine.Poweroff(),
        _ => machine.Reset(),
    };
}
