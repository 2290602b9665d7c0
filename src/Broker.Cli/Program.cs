using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Data.Common;
using Broker.Cli.Doctor;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Cli;

/// <summary><c>broker</c>, the administrator's command line. One file per noun.</summary>
public static class Program
{
    /// <summary>All commands.</summary>
    public static RootCommand Commands(Terminal terminal)
    {
        var root = new RootCommand("The administrator's command line of Broker.")
        {
            Settings.ConfigOption(),
            Settings.JsonOption(),
            Requests.Command(terminal),
            Domains.Command(terminal),
            Bases.Command(terminal),
            BaseAccess.Command(terminal),
            HardwareList.Command(terminal),
            Snapshots.Command(terminal),
            Backups.Command(terminal),
            Nodes.Command(terminal),
            Users.Command(terminal),
            Groups.Command(terminal),
            Grants.Command(terminal),
            Ldap.Command(terminal),
            AuditVerbs.Command(terminal),
            ClientNetworks.Command(terminal),
            LimitsVerbs.Command(terminal),
            Bookings.Command(terminal),
            SiteSettingsVerbs.Command(terminal),
            MaintenanceVerbs.Command(terminal),
            Schedules.Command(terminal),
            Databases.Command(terminal),
            DoctorCommand.Command(terminal),
            Completion.Command(terminal),
            Help.Command(terminal),
        };
        foreach (var round in Rounds.Commands(terminal)) root.Subcommands.Add(round);
        root.HelpName = "broker";
        root.Options.OfType<HelpOption>().Single().Action = new HelpAction { MaxWidth = Help.Width };
        return root;
    }

    /// <summary>Runs one command line and turns what went wrong into a sentence and an exit code.</summary>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static async Task<int> Run(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancel = default)
    {
        var parsed = Commands(terminal).Parse(args);
        var isJson = args.Contains(Settings.JsonName);
        if (parsed.Action is ParseErrorAction || Unknown(parsed) is not null)
        {
            var problems = parsed.Errors.Select(e => e.Message).Concat(Unknown(parsed) is { } option ? [$"There is no option {option} here."] : []).Append($"'{Help.Path(parsed.CommandResult)} --help' tells what goes there.");
            await terminal.WriteError(isJson, [.. problems], ExitCode.Usage);
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false }, cancel);
        }
        catch (CommandFailedException e)
        {
            return await Say(e.Message, e.Code, e.Word);
        }
        catch (RequestRefusedException e)
        {
            return await Say(e.Message, ExitCode.Refused, e.Code);
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
            await terminal.WriteError(isJson, $"Something went wrong that should not: {e}".Split(Environment.NewLine), ExitCode.Fault);
            return ExitCode.Fault;
        }

        async Task<int> Say(string message, int code, string? word = null)
        {
            await terminal.WriteError(isJson, [message], code, word);
            return code;
        }
    }

    private static Task<int> Main(string[] args) => Run(args, Terminal.OfProcess());

    // A name never starts so: it is an option that is meant, and must not be looked for as a machine.
    private static string? Unknown(ParseResult parsed) =>
        parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value).FirstOrDefault(v => v.StartsWith("--", StringComparison.Ordinal));

    private static string Sentence(Exception e) => e.Message.EndsWith('.') ? e.Message : e.Message + ".";
}
