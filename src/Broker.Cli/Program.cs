using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Data.Common;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Cli;

/// <summary><c>broker</c>, the administrator's command line. One file per noun.</summary>
public static class Program
{
    /// <summary>All commands.</summary>
    public static RootCommand Commands(Terminal terminal) => new("The administrator's command line of Broker.")
    {
        Settings.ConfigOption(),
        Databases.Command(terminal),
        Users.Command(terminal),
        Nodes.Command(terminal),
        Domains.Command(terminal),
        Requests.Command(terminal),
    };

    /// <summary>Runs one command line and turns what went wrong into a sentence and an exit code.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> Run(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancel = default)
    {
        var root = Commands(terminal);
        root.HelpName = "broker";
        root.Options.OfType<HelpOption>().Single().Action = new HelpAction { MaxWidth = 100 };
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors) await terminal.Error.WriteLineAsync(error.Message);
            await terminal.Error.WriteLineAsync($"'{Path(parsed.CommandResult)} --help' tells what goes there.");
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, cancel);
        }
        catch (CommandFailedException e)
        {
            return await Say(e.Message, e.Code);
        }
        catch (RequestRefusedException e)
        {
            return await Say(e.Message, ExitCode.Refused);
        }
        catch (DatabaseUnavailableException e)
        {
            return await Say($"{Sentence(e)} Is MariaDB running, and does the setting database (BROKER_DATABASE) say where?", ExitCode.Database);
        }
        catch (DbException e)
        {
            return await Say($"The database refused: {Sentence(e)} {Db.Remedy(e)}".TrimEnd(), ExitCode.Database);
        }
        catch (OperationCanceledException)
        {
            return await Say("Interrupted.", ExitCode.Interrupted);
        }
        catch (Exception e)
        {
            await terminal.Error.WriteLineAsync($"Something went wrong that should not: {e}");
            return ExitCode.Fault;
        }

        async Task<int> Say(string message, int code)
        {
            await terminal.Error.WriteLineAsync(Terminal.Plain(message));
            return code;
        }
    }

    private static Task<int> Main(string[] args) => Run(args, Terminal.OfProcess());

    private static string Sentence(Exception e) => e.Message.EndsWith('.') ? e.Message : e.Message + ".";

    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "broker";
}
