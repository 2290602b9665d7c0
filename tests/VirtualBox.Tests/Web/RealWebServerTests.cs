using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace VirtualBox.Tests.Web;

/// <summary>Against the real vboxwebsrv, with machines and a VBoxSVC of its own for each test.</summary>
[Collection("real VirtualBox")]
[Trait("Category", "Long")]
public sealed class RealWebServerTests(RealVirtualBox real, ITestOutputHelper output)
{
    private readonly VBoxManage vbox = real.Another();

    [RealFact]
    public async Task StatesAndNamesAreThoseOfTheCommandLine()
    {
        string[] names = ["plain", "a \"b\" c", "-dash", "名前 é 😀", "<b>&amp;", " blanks ", "x=y \"z\" {1f612e6e-d117-4d06-813a-40b39401fa9c}", "]]>"];
        foreach (var name in names) await Make(name);
        await vbox.Run(vbox.Command("adoptstate", $"{(await Make("saved")).Uuid}", "/nowhere.sav"));
        await Rewrite(await Make("aborted"), file => file.Replace(" lastStateChange=", " aborted=\"true\" lastStateChange=", StringComparison.Ordinal));
        await Rewrite(await Make("inaccessible"), _ => "<broken");

        await using var web = await RealWebServer.Start(vbox);
        await using var server = web.Client();

        Assert.Equal(await vbox.GetVersion(), await server.GetVersion());
        var list = await Machine.List(vbox);
        Assert.Equal(names.Length + 3, list.Count);
        Assert.Equal(list, await server.ListMachines());
        var expected = new Dictionary<Guid, MachineState>();
        foreach (var (uuid, name) in list) expected.Add(uuid, name is null ? MachineState.Unknown : (await new Machine(vbox, uuid).Read()).State);
        Assert.Equal([MachineState.Saved, MachineState.Aborted, MachineState.Unknown], list.TakeLast(3).Select(m => expected[m.Uuid]));
        Assert.Equal(expected, await server.GetStates());
    }

    [RealFact]
    public async Task WhatTheCommandLineDoesIsSeenAtOnce()
    {
        await using var web = await RealWebServer.Start(vbox);
        await using var server = web.Client();
        Assert.Empty(await server.GetStates());

        var machine = await Make("new");
        Assert.Equal(MachineState.PowerOff, Assert.Single(await server.GetStates()).Value);
        await vbox.Run(vbox.Command("adoptstate", $"{machine.Uuid}", "/nowhere.sav"));
        Assert.Equal(MachineState.Saved, Assert.Single(await server.GetStates()).Value);
        await vbox.Run(vbox.Command("discardstate", $"{machine.Uuid}"));
        Assert.Equal(MachineState.PowerOff, Assert.Single(await server.GetStates()).Value);
        await machine.Modify(new() { Name = "renamed" });
        Assert.Equal([new(machine.Uuid, "renamed")], await server.ListMachines());
        await machine.Delete();
        Assert.Empty(await server.GetStates());
    }

    [RealFact]
    public async Task WhoMayNotLogOnIsTold()
    {
        await using var web = await RealWebServer.Start(vbox);
        foreach (var (user, password) in new[] { (RealWebServer.User, "wrong"), ("somebody", RealWebServer.Password), ("", "") })
        {
            await using var server = new WebServer(web.Address, user, password);
            await Assert.ThrowsAsync<WebLogonException>(() => server.GetStates());
            Assert.Contains($"Access for user '{user}' denied", web.Log, StringComparison.Ordinal);
        }
        await using var right = web.Client();
        Assert.Empty(await right.GetStates());
    }

    [RealFact]
    public async Task ASessionThatTimedOutIsBegunAnew()
    {
        await using var web = await RealWebServer.Start(vbox, "--timeout", "1", "--check-interval", "1", "--verbose");
        await using var server = web.Client();
        var machine = await Make("m");
        for (var round = 1; round <= 2; round++)
        {
            Assert.Single(await server.GetStates());
            await Until(() => web.Log.Split("timed out, deleting").Length > round, "the session to time out");
        }
        Assert.Equal([machine.Uuid], (await server.GetStates()).Keys);
        Assert.Equal(3, web.Log.Split($"Access for user '{RealWebServer.User}' granted").Length - 1);
    }

    [RealFact]
    public async Task AKilledServerIsOneExceptionAndIsAskedAgainOnceItIsBack()
    {
        await using var web = await RealWebServer.Start(vbox);
        await using var server = web.Client();
        var machine = await Make("m");
        await server.GetStates();
        await web.Kill();
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.GetStates());
        Assert.Contains("Nobody answers", error.Message, StringComparison.Ordinal);
        await web.Start();
        Assert.Equal([machine.Uuid], (await server.GetStates()).Keys);
    }

    /// <summary>vboxwebsrv 7.2.22 ends with a segmentation fault at the first logon without it. Whoever starts it has to start it again.</summary>
    [RealFact]
    public async Task WithoutVBoxSvcItRefusesAndIsAskedAgainOnceBothAreBack()
    {
        await using var web = await RealWebServer.Start(vbox);
        await using var server = web.Client();
        var machine = await Make("m");
        await server.GetStates();
        foreach (var id in RealVirtualBox.Processes(vbox.Server!))
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        await Assert.ThrowsAnyAsync<WebServerException>(() => server.GetStates());
        await Assert.ThrowsAnyAsync<WebServerException>(() => server.GetStates());
        output.WriteLine(web.Log);
        await web.Kill();
        await web.Start();
        Assert.Equal([machine.Uuid], (await server.GetStates()).Keys);
    }

    [RealFact]
    public async Task ItDoesNotGrowWithTheCalls()
    {
        await using var web = await RealWebServer.Start(vbox);
        await using var server = web.Client();
        for (var i = 0; i < 20; i++) await Make($"m{i}");
        for (var i = 0; i < 500; i++) await server.GetStates();
        await PassBy(5);
        var before = web.Memory();
        for (var i = 0; i < 2500; i++) Assert.Equal(20, (await server.GetStates()).Count);
        var afterCalls = web.Memory();
        await PassBy(50);
        await using (var wrong = new WebServer(web.Address, "nobody", "x"))
        {
            for (var i = 0; i < 500; i++) await Assert.ThrowsAsync<WebLogonException>(() => wrong.GetStates());
        }
        for (var i = 0; i < 500; i++)
        {
            await using var another = web.Client();
            await another.GetStates();
        }
        var after = web.Memory();
        output.WriteLine($"vboxwebsrv: {before} KiB, after 5000 calls {afterCalls}, after 50 machines, 500 wrong logons and 500 sessions {after}");
        Assert.InRange(after - before, int.MinValue, 4096);

        async Task PassBy(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var machine = await Make("passing");
                Assert.Equal(21, (await server.GetStates()).Count);
                await machine.Delete();
                Assert.Equal(20, (await server.GetStates()).Count);
            }
        }
    }

    /// <summary>The figures of the README.</summary>
    [RealFact]
    public async Task ItIsFasterThanTheCommandLine()
    {
        var machines = new List<Machine>();
        for (var i = 0; i < 100; i++) machines.Add(await Make($"m{i}"));
        await using var web = await RealWebServer.Start(vbox);
        await using var server = web.Client();
        var first = await Median(1, () => server.GetStates());
        var states = await Median(50, () => server.GetStates());
        var names = await Median(10, () => server.ListMachines());
        var list = await Median(5, () => Machine.List(vbox));
        var running = await Median(5, () => Machine.ListRunning(vbox));
        string[] files = [];
        var shown = await Median(1, async () => files = [.. (await Task.WhenAll(machines.Select(m => m.Read()))).Select(r => r.SettingsFile)]);
        var home = new VirtualBoxHome(vbox.UserHome!, vbox.UserHome!, HostSystem.Linux);
        var read = await Median(5, () =>
        {
            Assert.Equal(100, home.Read().Machines.Count);
            return Task.CompletedTask;
        });
        // what a sweep without the web server costs when three machines have changed
        var sweep = await Median(5, async () =>
        {
            await Machine.ListRunning(vbox);
            Assert.All(files, f => Assert.True(File.GetLastWriteTimeUtc(f) > DateTime.UnixEpoch));
            await Task.WhenAll(machines.Take(3).Select(m => m.Read()));
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"100 machines, ms. Web server: first states {first:0}, states {states:0.0}, names {names:0}. VBoxManage: list vms {list:0}, " +
            $"runningvms {running:0}, showvminfo of all {shown:0}. Files: all read {read:0}. runningvms, times of files, showvminfo of three: {sweep:0}"));
        Assert.True(states * 5 < shown);

        static async Task<double> Median(int times, Func<Task> work)
        {
            var took = new List<double>();
            for (var i = 0; i < times; i++)
            {
                var watch = Stopwatch.StartNew();
                await work();
                took.Add(watch.Elapsed.TotalMilliseconds);
            }
            return took.Order().ElementAt(times / 2);
        }
    }

    private Task<Machine> Make(string name) => Machine.Create(vbox, new(name) { BaseFolder = real.NewFolder() });

    /// <summary>Changes a machine's file while VirtualBox does not know it.</summary>
    private async Task Rewrite(Machine machine, Func<string, string> change)
    {
        var file = (await machine.Read()).SettingsFile;
        var old = await File.ReadAllTextAsync(file);
        var changed = change(old);
        Assert.NotEqual(old, changed);
        await Until(() => !RealVirtualBox.Processes(vbox.Server!).Any(), "VBoxSVC to leave");
        await File.WriteAllTextAsync(file, changed);
    }

    private static async Task Until(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"Waited too long for {what}.");
            await Task.Delay(50);
        }
    }
}
