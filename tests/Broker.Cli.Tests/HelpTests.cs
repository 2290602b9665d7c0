using System.CommandLine;
using System.Text;
using Broker.Testing;

namespace Broker.Cli.Tests;

public class HelpTests
{
    [Fact]
    public async Task TheHelpOfEveryCommandIsTheGoldenOne()
    {
        var text = new StringBuilder();
        foreach (var path in Paths(Program.Commands(Silent()), []))
        {
            var output = new StringWriter();
            Assert.Equal(ExitCode.Done, await Program.Run([.. path, "--help"], Silent() with { Out = output }));
            text.Append("# ").AppendJoin(' ', path.Prepend("broker")).Append('\n')
                .AppendJoin('\n', output.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(l => l.TrimEnd())).Append("\n\n");
        }

        Golden.Check("tests/Broker.Cli.Tests/help.golden", text.ToString());
    }

    [Fact]
    public void EveryCommandOptionAndArgumentIsDescribed()
    {
        foreach (var path in Paths(Program.Commands(Silent()), []))
        {
            var command = path.Aggregate((Command)Program.Commands(Silent()), (c, name) => c.Subcommands.Single(s => s.Name == name));
            foreach (var symbol in command.Options.Cast<Symbol>().Concat(command.Arguments).Append(command).Where(s => s.Name is not ("--version" or "--help")))
                Assert.True(symbol.Description?.EndsWith('.') == true, $"{string.Join(' ', path)} {symbol.Name} needs a sentence that describes it.");
        }
    }

    private static Terminal Silent() => new(TextReader.Null, TextWriter.Null, TextWriter.Null, _ => null);

    private static IEnumerable<string[]> Paths(Command command, string[] above) =>
        command.Subcommands.SelectMany(c => Paths(c, [.. above, c.Name])).Prepend(above);
}
