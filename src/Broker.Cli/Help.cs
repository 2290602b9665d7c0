using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Broker.Cli;

/// <summary><c>broker help</c>.</summary>
internal static class Help
{
    /// <summary>Help text is broken there.</summary>
    public const int Width = 100;

    public static Command Command(Terminal terminal)
    {
        var words = new Argument<string[]>("COMMAND") { Description = "The command, such as: domains start.", Arity = ArgumentArity.ZeroOrMore };
        var isManual = new Option<bool>("--man") { Description = "Print the manual page of all commands: broker help --man | man -l -." };
        var command = new Command("help", "Show what a command does and what goes with it.") { words, isManual };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(isManual))
            {
                await terminal.Out.WriteAsync(ManualPage.Write(Program.Commands(terminal)));
                return ExitCode.Done;
            }

            var path = parsed.GetValue(words)!;
            var below = (Command)Program.Commands(terminal);
            foreach (var word in path)
            {
                below = below.Subcommands.FirstOrDefault(c => c.Name == word)
                    ?? throw new CommandFailedException($"There is no command '{string.Join(' ', path)}'. 'broker --help' shows what there is.", ExitCode.Usage);
            }

            return await Program.Commands(terminal).Parse([.. path, "--help"]).InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error }, cancel);
        });
        return command;
    }

    /// <summary>A command as it is typed: <c>broker domains start</c>.</summary>
    public static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "broker";

    /// <summary>The options that every command knows.</summary>
    public static IReadOnlyList<Option> Everywhere { get; } = [Settings.ConfigOption(), Settings.JsonOption()];

    /// <summary>The options of a command itself.</summary>
    public static IEnumerable<Option> OptionsOf(Command command) => command.Options.Where(o => !o.Hidden && o is not (HelpOption or VersionOption) && !o.Recursive);

    /// <summary>The words between which one chooses; empty when anything goes.</summary>
    public static IReadOnlyList<string> Choices(Symbol symbol) =>
        symbol is Option { ValueType: var type } && type == typeof(bool) ? [] : [.. symbol.GetCompletions(System.CommandLine.Completions.CompletionContext.Empty).Select(c => c.Label).Order(StringComparer.Ordinal)];
}
