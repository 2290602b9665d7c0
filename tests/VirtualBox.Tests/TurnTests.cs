namespace VirtualBox.Tests;

/// <summary>How many commands run at once, and where.</summary>
public sealed class TurnTests
{
    /// <summary>Notes how many of its kind run while it does.</summary>
    private const string Crowd = """
        mkdir -p "$here/now" && touch "$here/now/$$"
        sleep 0.3
        ls "$here/now" | wc -l >> "$here/crowd"
        rm "$here/now/$$"
        """;

    [Fact]
    public async Task FourCommandsRunAtOnceAndNotMore()
    {
        using var fake = new FakeVBoxManage(Crowd);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => fake.Run("list", "vms")));
        Assert.Equal(12, fake.Runs);
        Assert.InRange(Largest(fake), 2, 4);
    }

    [Fact]
    public async Task LongOnesDoNotKeepOthersWaiting()
    {
        using var fake = new FakeVBoxManage("""if [ "$1" = clonevm ]; then while [ ! -e "$here/go" ]; do sleep 0.02; done; fi""");
        var copies = Enumerable.Range(0, 6).Select(_ => fake.Runner.Run(fake.Runner.Command("clonevm") with { IsLong = true })).ToArray();
        await fake.Run("list", "vms");
        Assert.DoesNotContain(copies, c => c.IsCompleted);
        await File.WriteAllTextAsync(fake.FileOf("go"), "");
        await Task.WhenAll(copies);
    }

    [Fact]
    public async Task OneMachineHasOneWriter()
    {
        using var fake = new FakeVBoxManage(Crowd);
        var machine = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => new Machine(fake.Runner, machine).Modify(new() { MemoryMiB = 100 + i })));
        Assert.Equal(1, Largest(fake));
        Assert.Equal(0, fake.Runner.Locks.Count);
    }

    [Fact]
    public async Task WhoGivesUpWaitingLeavesItsPlace()
    {
        var locks = new KeyedLocks();
        var holder = await locks.Enter("m", default);
        using var cancel = new CancellationTokenSource();
        var waiting = locks.Enter("m", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        using (await locks.Enter("another", default)) Assert.Equal(2, locks.Count);
        holder.Dispose();
        holder.Dispose();
        using (await locks.Enter("m", default)) Assert.Equal(1, locks.Count);
        Assert.Equal(0, locks.Count);
    }

    [Fact]
    public async Task FolderAndServerOfItsOwnArePassedOn()
    {
        using var fake = new FakeVBoxManage("env");
        var vbox = new VBoxManage(fake.Path) { UserHome = "/vms/home", Server = "broker1" };
        var seen = (await vbox.Run(vbox.Command())).Output.Split('\n');
        Assert.Contains("VBOX_USER_HOME=/vms/home", seen);
        Assert.Contains("VBOX_IPC_SOCKETID=broker1", seen);
    }

    [Theory]
    [InlineData("createvm", "Machine settings file '/vms/t/t.vbox' already exists", "VBOX_E_FILE_ERROR (0x80bb0004)", typeof(MachineExistsException))]
    [InlineData("createmedium", "File already exists", "VBOX_E_FILE_ERROR (0x80bb0004)", typeof(VBoxManageException))]
    [InlineData("showvminfo", "Could not find a registered machine named 'x'", "VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)", typeof(MachineNotFoundException))]
    [InlineData("storagectl", "Could not find a storage controller named 'D'", "VBOX_E_OBJECT_NOT_FOUND (0x80bb0001)", typeof(VBoxManageException))]
    [InlineData("modifyvm", "The machine 'k3' is already locked for a session", "VBOX_E_INVALID_OBJECT_STATE (0x80bb0007)", typeof(MachineLockedException))]
    [InlineData("closemedium", "Cannot delete storage: medium is still attached", "VBOX_E_OBJECT_IN_USE (0x80bb000c)", typeof(ObjectInUseException))]
    [InlineData("hostonlyif", "Failed to create the host-only adapter", "NS_ERROR_FAILURE (0x80004005)", typeof(HostonlyInterfaceException))]
    public async Task FailuresAreToldApartByTheirType(string verb, string text, string code, Type type)
    {
        using var fake = new FakeVBoxManage($"""
            echo "VBoxManage: error: {text}" >&2
            echo "VBoxManage: error: Details: code {code}, component x" >&2
            exit 1
            """);
        var error = await Assert.ThrowsAnyAsync<VBoxManageException>(() => fake.Run(verb));
        Assert.IsType(type, error);
        Assert.Equal(text, error.Message);
        Assert.Equal(1, error.ExitCode);
        Assert.Contains(code, error.Result.Errors, StringComparison.Ordinal);
        Assert.Equal([verb], error.Command.Arguments);
    }

    [Fact]
    public async Task AShortFormOfTheCodeIsReadToo()
    {
        using var fake = new FakeVBoxManage("""
            echo 'VBoxManage: error: Code NS_ERROR_INVALID_ARG (0x80070057) - Invalid argument value (extended info not available)' >&2
            exit 1
            """);
        Assert.Equal(ErrorCode.InvalidArgument, (await Assert.ThrowsAsync<VBoxManageException>(() => fake.Run("modifyvm"))).Code);
    }

    private static int Largest(FakeVBoxManage fake) =>
        File.ReadAllLines(fake.FileOf("crowd")).Max(l => int.Parse(l, System.Globalization.CultureInfo.InvariantCulture));
}
