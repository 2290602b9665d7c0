using System.CommandLine;
using Broker.Core.Database;

namespace Broker.Cli;

/// <summary><c>broker db</c>.</summary>
internal static class Databases
{
    public static Command Command(Terminal terminal) => new("db", "The database's tables.")
    {
        Migrate(terminal),
        Status(terminal),
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

            await terminal.Answer(parsed, new { applied },
                applied.Count == 0 ? ["The tables are up to date."] : [.. applied.Select(name => $"applied {name}")]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Status(Terminal terminal)
    {
        var command = new Command("status", "Show which changes of the tables have been applied. Exit code 1 when the tables don't fit this version.");
        command.SetAction(async (parsed, cancel) =>
        {
            var states = await Settings.Open(parsed, terminal).Read(Migrations.States, cancel);
            await terminal.AnswerTable(parsed, states, ["MIGRATION", "APPLIED", "PROBLEM"],
                states.Select(m => (Cell[])[m.Name, m.AppliedAt is null ? new Cell("not yet", Tone.Middling) : Terminal.When(m.AppliedAt), new Cell(m.Problem, Tone.Bad)]));
            if (states.FirstOrDefault(m => m.Problem is not null) is { Problem: { } problem }) throw new CommandFailedException(problem);
            return states.All(m => m.AppliedAt is not null)
                ? ExitCode.Done
                : throw new CommandFailedException("The tables are not up to date. Bring them there: broker db migrate.", word: "not_migrated");
        });
        return command;
    }
}
