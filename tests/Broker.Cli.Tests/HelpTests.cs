using System.CommandLine;
using System.Text;
using Broker.Core.Requests;
using Broker.Testing;
using Command = System.CommandLine.Command;

namespace Broker.Cli.Tests;

public class HelpTests
{
    [Fact]
    public async Task TheHelpOfEveryCommandIsTheGoldenOne()
    {
        var text = new StringBuilder();
        foreach (var (path, _) in Tree())
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
        foreach (var (path, command) in Tree())
        {
            foreach (var symbol in command.Options.Cast<Symbol>().Concat(command.Arguments).Append(command).Where(s => s.Name is not ("--version" or "--help")))
                Assert.True(symbol.Description?.EndsWith('.') == true, $"{string.Join(' ', path)} {symbol.Name} needs a sentence that describes it.");
        }
    }

    [Fact]
    public void EveryCommandOfTheCatalogueAboutAMachineOrHostIsAVerb()
    {
        var verbs = Tree().Select(t => string.Join(' ', t.Path)).ToHashSet();
        foreach (var command in Catalogue.All.Where(c => c.Arguments.Any(a => a.Name is "domain" or "node")))
        {
            var (noun, verb) = CatalogueVerbs.Place(command)!.Value;
            Assert.Contains($"{noun} {verb}", verbs);
        }
    }

    internal static Terminal Silent() => new(TextReader.Null, TextWriter.Null, TextWriter.Null, _ => null);

    internal static IEnumerable<(string[] Path, Command Command)> Tree() => Below(Program.Commands(Silent()), []);

    private static IEnumerable<(string[] Path, Command Command)> Below(Command command, string[] path) =>
        command.Subcommands.SelectMany(c => Below(c, [.. path, c.Name])).Prepend((path, command));
}
