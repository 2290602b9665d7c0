using System.Diagnostics;

namespace VirtualBox.Tests;

public sealed class RunTests
{
    [Fact]
    public async Task ArgumentsArriveAsTheyAre()
    {
        string[] arguments = ["--name", "a \"b\" \\c", "$HOME `id` ; x", "line\nline", "名前", "-dash", "", "*", "@file"];
        using var fake = new FakeVBoxManage("""printf '%s\0' "$@" """);
        Assert.Equal(arguments, (await fake.Run(arguments)).Output.Split('\0')[..^1]);
    }

    [Fact]
    public async Task LocaleIsUtf8AndOurOwnSecretsStayHere()
    {
        using var locale = new Variable("LC_ALL", "C");
        using var secret = new Variable("BROKER_DATABASE", "Password=secret");
        using var language = new Variable("LANG", "es_ES.UTF-8");
        using var home = new Variable("VBOX_USER_HOME", "/vms/home");
        using var fake = new FakeVBoxManage("env");

        var seen = (await fake.Run()).Output.Split('\n');

        Assert.Contains("LC_ALL=C.UTF-8", seen);
        Assert.Contains("VBOX_USER_HOME=/vms/home", seen);
        Assert.Contains($"HOME={Environment.GetEnvironmentVariable("HOME")}", seen);
        Assert.DoesNotContain(seen, v => v.StartsWith("BROKER_", StringComparison.Ordinal) || v.StartsWith("LANG", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Machine settings file '/vms/a/a.vbox' already exists\nVBoxManage: error: Details: code VBOX_E_FILE_ERROR (0x80bb0004), component M")]
    [InlineData("Could not create the settings file '/vms/a/a.vbox' (VERR_ALREADY_EXISTS)\nVBoxManage: error: Details: code VBOX_E_FILE_ERROR (0x80bb0004), component M")]
    public async Task AMachineThatIsThereOrJustBeingMadeExists(string said)
    {
        using var fake = new FakeVBoxManage($"printf '%s\\n' 'VBoxManage: error: {said.Replace("'", "'\\''", StringComparison.Ordinal)}' >&2; exit 1");
        await Assert.ThrowsAsync<MachineExistsException>(() => fake.Run("createvm", "--name", "a"));
    }

    [Fact]
    public async Task MuchOutputOnBothSidesIsReadWhole()
    {
        // more than the pipes hold, in turns, and of widths that let a buffer end in the middle of a letter
        using var fake = new FakeVBoxManage("""
            many() { yes "$1" 2> "$here/broken-pipe" | head -n 30000; }
            many 'é名' >&2; many 'x名前é'; many 'é名' >&2; many 'x名前é'
            """);
        var result = await fake.Run();
        Assert.Equal(string.Concat(Enumerable.Repeat("x名前é\n", 60000)), result.Output);
        Assert.Equal(string.Concat(Enumerable.Repeat("é名\n", 60000)), result.Errors);
    }

    [Fact]
    public async Task StandardInputIsEmpty()
    {
        using var fake = new FakeVBoxManage("cat; echo read");
        Assert.Equal("read\n", (await fake.Run()).Output);
    }

    [Theory]
    [InlineData("WARNING: The character device /dev/vboxdrv does not exist.\n\t Please install the package.\n\t headers.\n\n\t You will not be able to start VMs until this problem is fixed.\n")]
    [InlineData("WARNING: The vboxdrv kernel module is not loaded. Either\n         available.\n\n           sudo /sbin/vboxconfig\n\n         You will not be able to start VMs until this problem is fixed.\n")]
    [InlineData("WARNING: The character device /dev/vboxdrv does not exist.\n\tfoo\n\nYou will not be able to start VMs until this problem is fixed.\n")]
    [InlineData("WARNING: The compilation of the module failed during the\n         installation for some reason.\n")]
    public void WrapperWarningsAreTakenAway(string warning)
    {
        const string answer = "\n  indented\n\"vm\" {1f612e6e-d117-4d06-813a-40b39401fa9c}\n";
        Assert.Equal(answer, VBoxManageResult.WithoutWarnings(warning + answer));
        Assert.Equal("name", VBoxManageResult.WithoutWarnings(warning + warning + "name"));
        Assert.Equal("", VBoxManageResult.WithoutWarnings(warning));
        Assert.Equal("name\n" + warning, VBoxManageResult.WithoutWarnings("name\n" + warning));
    }

    [Fact]
    public async Task WarningsAndProgressAreNoFailure()
    {
        using var fake = new FakeVBoxManage("""printf '0%%...100%%\nVBoxManage: warning: no interface\nnot VBoxManage: error: here\n' >&2; echo done""");
        var result = await fake.Run("clonevm");
        Assert.False(result.Failed);
        Assert.Equal("done\n", result.Output);
        Assert.Equal(fake.Runner.Command("clonevm"), result.Command);
    }

    [Theory]
    [InlineData(1, "VBoxManage: error: Could not find a registered machine named 'x'\nVBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component VirtualBoxWrap\n",
        "Could not find a registered machine named 'x'", ErrorCode.ObjectNotFound)]
    [InlineData(0, "VBoxManage: error: Machine is not in the saved state\n", "Machine is not in the saved state", ErrorCode.None)]
    [InlineData(1, "0%...VBOX_E_OBJECT_IN_USE\nVBoxManage: error: In use\nVBoxManage: error: Details: code VBOX_E_OBJECT_IN_USE (0x80bb000c), component\n", "In use", ErrorCode.ObjectInUse)]
    [InlineData(1, "VBoxManage: error: Odd\nVBoxManage: error: Details: code VBOX_E_NEW (0x80bb00ff), component\n", "Odd", (ErrorCode)0x80bb00ff)]
    [InlineData(3, "VBoxManage: fatal error: RTR3Init: VERR_NO_TRANSLATION\n", "RTR3Init: VERR_NO_TRANSLATION", ErrorCode.None)]
    [InlineData(2, "VBoxManage: error:   ", "VBoxManage ended with exit code 2 and said nothing.", ErrorCode.None)]
    [InlineData(5, "0%...10%...\n", "VBoxManage ended with exit code 5 and said nothing.", ErrorCode.None)]
    [InlineData(2, "Oracle VirtualBox Command Line\n\nVBoxManage: error: Unknown option: --x\n", "Unknown option: --x", ErrorCode.None)]
    public async Task FailureIsToldByExitCodeOrErrorLine(int exitCode, string errors, string message, ErrorCode code)
    {
        using var fake = new FakeVBoxManage($"""cat "$here/errors" >&2; exit {exitCode}""");
        await File.WriteAllTextAsync(fake.FileOf("errors"), errors);

        var error = await Assert.ThrowsAnyAsync<VBoxManageException>(() => fake.Run("modifyvm", "x"));

        Assert.Equal(message, error.Message);
        Assert.Equal(code, error.Code);
        Assert.Equal(exitCode, error.ExitCode);
        Assert.Equal(errors, error.Result.Errors);
        Assert.Equal(fake.Runner.Command("modifyvm", "x"), error.Command);
        Assert.Equal(1, fake.Runs);
    }

    [Fact]
    public async Task FailureThatIsToldOnStandardOutputOnlyIsTheMessage()
    {
        using var fake = new FakeVBoxManage("echo 'This machine does not have any snapshots'; exit 1");
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => fake.Run("snapshot", "x", "list"));
        Assert.Equal("This machine does not have any snapshots", error.Message);
    }

    [Fact]
    public async Task ProgramThatIsGoneIsNotFound()
    {
        var vbox = new VBoxManage("/nowhere/VBoxManage");
        var error = await Assert.ThrowsAsync<VBoxManageNotFoundException>(() => vbox.Run(vbox.Command("list")));
        Assert.Contains("/nowhere/VBoxManage", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProgressIsReportedWhileItRuns()
    {
        using var fake = new FakeVBoxManage("""
            printf '0%%...1' >&2
            while [ ! -e "$here/heard" ]; do sleep 0.02; done
            printf '0%%...100%%\n' >&2
            """);
        var heard = new List<int>();
        var listener = new Listener(percent =>
        {
            heard.Add(percent);
            if (percent == 0) File.WriteAllText(fake.FileOf("heard"), "");
        });
        await fake.Runner.Run(fake.Runner.Command("clonevm"), listener);
        Assert.Equal([0, 10, 100], heard);
    }

    [Fact]
    public async Task ListenerThatFailsIsHeardOnceTheCommandHasEnded()
    {
        using var fake = new FakeVBoxManage("""printf '0%%...' >&2; yes 2> "$here/broken-pipe" | head -n 100000 >&2; touch "$here/ended" """);
        var listener = new Listener(_ => throw new NotSupportedException("no"));
        await Assert.ThrowsAsync<NotSupportedException>(() => fake.Runner.Run(fake.Runner.Command("clonevm"), listener));
        Assert.True(File.Exists(fake.FileOf("ended")));
    }

    [Fact]
    public async Task ServerThatKeepsTheOutputOpenHoldsNobodyUp()
    {
        using var fake = new FakeVBoxManage("""sleep 60 & echo $! > "$here/server"; echo answer""");
        var vbox = new VBoxManage(fake.Path) { Leftover = TimeSpan.FromMilliseconds(500) };
        var watch = Stopwatch.StartNew();

        var result = await vbox.Run(vbox.Command("list", "vms"));

        using var server = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(fake.FileOf("server")), System.Globalization.CultureInfo.InvariantCulture));
        server.Kill();
        Assert.Equal("answer\n", result.Output);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
    }

    private sealed class Variable : IDisposable
    {
        private readonly string name;
        private readonly string? before;

        public Variable(string name, string value)
        {
            this.name = name;
            before = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(name, before);
    }
}
