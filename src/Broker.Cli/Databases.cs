using System.CommandLine;
using Broker.Core.Database;

namespace Broker.Cli;

/// <summary><c>broker db</c>.</summary>
internal static class Databases
{
    public static Command Command(Terminal terminal) => new("db", "The database's tables.")
    {
        Migrate(terminal),
    };

    private static Command Migrate(Terminal terminal)
    {
        var command = new Command("migrate", "Bring the tables up to date. Safe to repeat.");
        command.SetAction(async (parsed, cancel) =>
        {
            IReadOnlyList<string> applied;
            try
            {
                applied = await Migrations.Apply(Settings.Open(parsed, terminal), cancel);
            }
            catch (InvalidOperationException e)
            {
                throw new CommandFailedException(e.Message);
            }

            foreach (var name in applied) await terminal.Say($"applied {name}");
            if (applied.Count == 0) await terminal.Say("The tables are up to date.");
            return ExitCode.Done;
        });
        return command;
    }
}
