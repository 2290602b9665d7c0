using System.Diagnostics;

namespace VirtualBox.Tests;

/// <summary>What happens when VirtualBox's own weak sides show.</summary>
public abstract class TroubleContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.VBox;

    [ContractFact]
    public async Task NamesAreWholeAlsoWhereOurOwnLocaleIsNone()
    {
        var machine = await tried.NewMachine("名前 é");
        var before = Environment.GetEnvironmentVariable("LC_ALL");
        try
        {
            Environment.SetEnvironmentVariable("LC_ALL", "C");
            Assert.Contains(new(machine.Uuid, "名前 é"), await Machine.List(vbox));
            Assert.Equal(machine.Uuid, (await Machine.Get(vbox, "名前 é")).Uuid);
        }
        finally
        {
            Environment.SetEnvironmentVariable("LC_ALL", before);
        }
        await machine.Delete();
    }

    /// <summary>The locale is set for good reasons.</summary>
    [ContractFact]
    public async Task WithoutItsLocaleVirtualBoxCutsListsOffAndTakesNoSuchName()
    {
        var machine = await tried.NewMachine("a名前");
        Assert.Equal((0, "\"a"), ((await Started("C", "list", "vms")).ExitCode, (await Started("C", "list", "vms")).Output.Split('\n')[^1]));
        Assert.Equal(3, (await Started("C", "showvminfo", "名前")).ExitCode);
        Assert.Contains("名前", (await Started("C.UTF-8", "list", "vms")).Output, StringComparison.Ordinal);
        await machine.Delete();
    }

    [ContractFact]
    public async Task WarningsOfTheScriptAreNoPartOfAnyAnswer()
    {
        var scripted = tried.WithWrapper();
        Assert.Equal(7, (await scripted.GetVersion()).Major);
        var machine = await tried.NewMachine("behind", scripted);
        Assert.StartsWith("WARNING:", (await Started("C.UTF-8", scripted, "list", "vms")).Output, StringComparison.Ordinal);
        Assert.Equal([new MachineEntry(machine.Uuid, "behind")], await Machine.List(scripted));
        Assert.Equal("behind", (await machine.Read()).Name);
        await machine.Delete();
    }

    /// <summary>What is bent or half done by VirtualBox is refused by us before.</summary>
    [ContractFact]
    public async Task NumbersAndNamesThatVirtualBoxWouldBendAreRefusedBefore()
    {
        var machine = await tried.NewMachine();
        await machine.SetNic(1, new(NicNetwork.Nat));
        await vbox.Run(vbox.Command("modifyvm", $"{machine.Uuid}", "--natpf1", "bent,tcp,,99999,,abc"));
        var report = await machine.Read();
        Assert.Equal("bent,tcp,,34463,,0", report["Forwarding(0)"]);

        await Assert.ThrowsAsync<ArgumentException>(() => machine.AddForward(1, new("zero", ForwardProtocol.Tcp, null, 0, null, 22)));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.AddForward(1, new("a,b", ForwardProtocol.Tcp, null, 22, null, 22)));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.Modify(new() { MemoryMiB = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.Modify(new() { Name = "../evil" }));
        await Assert.ThrowsAsync<ArgumentException>(() => Machine.Create(vbox, new("../evil") { BaseFolder = tried.NewFolder() }));
        Assert.Equal(report.SettingsFile, (await machine.Read()).SettingsFile);
        await machine.Delete();
    }

    [ContractFact]
    public async Task ACopyThatIsCancelledTellsItsProgressAndLeavesNothing()
    {
        var own = tried.WithSlowCopies();
        var (machine, folder) = (await MachineWithLargeDisk(own), tried.NewFolder());
        using var cancel = new CancellationTokenSource();
        var seen = new List<int>();
        var listener = new Listener(percent =>
        {
            seen.Add(percent);
            if (percent >= 10) cancel.Cancel();
        });
        var wanted = new NewMachine("copy") { BaseFolder = folder };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => machine.CloneFull(wanted, listener, cancel.Token));

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(0, seen[0]);
        Assert.Empty(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
        Assert.DoesNotContain(await Machine.List(own), m => m.Uuid == wanted.Uuid);
        Assert.DoesNotContain(await Medium.List(own), m => m.Location.StartsWith(folder, StringComparison.Ordinal));
        var again = await machine.CloneFull(wanted);
        await again.Delete();
        await machine.Delete();
    }

    [ContractFact]
    public async Task ACopyWhoseProgramIsKilledIsFinishedUnregisteredAndCanBeFound()
    {
        var own = tried.WithSlowCopies();
        var (machine, folder) = (await MachineWithLargeDisk(own), tried.NewFolder());
        var wanted = new NewMachine("copy") { BaseFolder = folder };
        using (var process = Start("C.UTF-8", own, "clonevm", $"{machine.Uuid}", "--mode", "machine", "--name", "copy", "--uuid", $"{wanted.Uuid}",
            "--register", "--basefolder", folder))
        {
            var buffer = new char[1];
            while (await process.StandardError.ReadAsync(buffer) > 0 && buffer[0] != '1') continue; // 10%
            tried.Kill(process);
            await process.WaitForExitAsync();
        }
        // the server goes on
        var file = $"{folder}/copy/copy.vbox";
        while (!File.Exists(file)) await Task.Delay(20);
        await Assert.ThrowsAsync<MachineNotFoundException>(() => new Machine(own, wanted.Uuid).Read());
        await Assert.ThrowsAsync<MachineExistsException>(() => machine.CloneFull(wanted));

        var found = await Machine.Register(own, file);
        Assert.Equal(wanted.Uuid, found.Uuid);
        await found.Delete(mediaElsewhere: true);
        Assert.False(File.Exists(file));
        await machine.Delete();
    }

    private async Task<Machine> MachineWithLargeDisk(VBoxManage own)
    {
        var machine = await tried.NewMachine(vbox: own);
        var disk = $"{(await machine.Read()).Folder}/disk.vdi";
        await own.Run(own.Command("createmedium", "disk", "--filename", disk, "--size", $"{tried.LargeMiB}", "--variant", "Fixed"));
        await machine.AddController(new("SATA", StorageBus.Sata));
        await machine.Attach("SATA", 0, 0, Drive.HardDisk, disk);
        return machine;
    }

    private Task<(int ExitCode, string Output)> Started(string locale, params string[] arguments) => Started(locale, vbox, arguments);

    /// <summary>Without the library.</summary>
    private static async Task<(int ExitCode, string Output)> Started(string locale, VBoxManage own, params string[] arguments)
    {
        using var process = Start(locale, own, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    private static Process Start(string locale, VBoxManage own, params string[] arguments)
    {
        var start = new ProcessStartInfo(own.Program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = locale;
        start.Environment["VBOX_USER_HOME"] = own.UserHome;
        start.Environment["VBOX_IPC_SOCKETID"] = own.Server;
        return Process.Start(start)!;
    }
}
