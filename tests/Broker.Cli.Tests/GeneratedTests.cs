using System.Diagnostics;
using Broker.Testing;

namespace Broker.Cli.Tests;

/// <summary>What is made of the commands: completion and manual page. Their copies in <c>etc/</c> are installed.</summary>
public class GeneratedTests
{
    [Theory]
    [InlineData("bash", "etc/completion/broker.bash")]
    [InlineData("zsh", "etc/completion/_broker")]
    [InlineData("fish", "etc/completion/broker.fish")]
    public async Task TheInstalledCompletionIsThatOfTheCommands(string shell, string file) => Golden.Check(file, await Printed("completion", shell));

    [Fact]
    public async Task TheInstalledManualIsThatOfTheCommands() => Golden.Check("etc/man/broker.1", await Printed("help", "--man"));

    [Fact]
    public async Task TheManualIsSetWithoutAWarning()
    {
        var warnings = await Shell("groff", "-man", "-Tutf8", "-ww", "-z", Repository.PathOf("etc/man/broker.1"));
        Assert.Equal("", warnings);
    }

    [Fact]
    public async Task TheManualNamesEveryCommandOptionAndExitCode()
    {
        var page = (await Printed("help", "--man")).Replace("\\-", "-", StringComparison.Ordinal);
        foreach (var (path, command) in HelpTests.Tree())
        {
            if (command.Subcommands.Count == 0) Assert.Contains($".B broker {string.Join(' ', path)}", page, StringComparison.Ordinal);
            foreach (var option in Help.OptionsOf(command)) Assert.Contains($"\\fB{option.Name}\\fP", page, StringComparison.Ordinal);
        }

        foreach (var code in typeof(ExitCode).GetFields()) Assert.Contains($"\n.B {code.GetRawConstantValue()}\n", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("broker dom", "domains")]
    [InlineData("broker domains force-s", "force-shutdown")]
    [InlineData("broker requests list --state wor", "working")]
    [InlineData("broker --json requests ask start_d", "start_domain")]
    [InlineData("broker completion z", "zsh")]
    [InlineData("broker domains import a.qcow2 linux --mem", "--memory-mib")]
    [InlineData("broker domains start --as l", "")]
    public async Task BashCompletes(string line, string expected)
    {
        var script = $"""
            set -u
            source '{Repository.PathOf("etc/completion/broker.bash")}'
            COMP_WORDS=({line}) COMP_CWORD={line.Split(' ').Length - 1}
            _broker
            printf '%s\n' "$COMPREPLY"
            """;
        Assert.Equal(expected, (await Shell("bash", "-c", expected.Length > 0 ? script : script.Replace("\"$COMPREPLY\"", "\"${COMPREPLY[*]-}\"", StringComparison.Ordinal))).Trim());
    }

    [Fact]
    public async Task BashCompletionIsWhatShellCheckWants() => Assert.Equal("", await Shell("shellcheck", Repository.PathOf("etc/completion/broker.bash")));

    [Fact]
    public async Task HelpIsTheSameWithTheWordAndTheOption() => Assert.Equal(await Printed("domains", "start", "--help"), await Printed("help", "domains", "start"));

    [Fact]
    public async Task HelpOfWhatIsNotThereSaysSo()
    {
        var error = new StringWriter();
        Assert.Equal(ExitCode.Usage, await Program.Run(["help", "domains", "explode"], HelpTests.Silent() with { Error = error }));
        Assert.Contains("domains explode", error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> Printed(params string[] args)
    {
        var output = new StringWriter();
        Assert.Equal(ExitCode.Done, await Program.Run(args, HelpTests.Silent() with { Out = output }));
        return output.ToString();
    }

    // Both outputs, whatever the exit code: what is wrong shall be seen.
    private static async Task<string> Shell(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await output + await error;
    }
}
