using System.CommandLine;
using System.Globalization;
using Broker.Core.Database;
using Broker.Core.Domains;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker snapshots</c>. What takes, reverts to and removes them is made from the catalogue.</summary>
internal static class Snapshots
{
    public static Command Command(Terminal terminal)
    {
        var command = new Command("snapshots", "What machines' disks held before, to go back to.") { Subcommands = { List(terminal) } };
        foreach (var verb in CatalogueVerbs.Of("snapshots", terminal)) command.Subcommands.Add(verb);
        command.Subcommands.Add(Rename(terminal));
        return command;
    }

    /// <summary>The snapshot of a machine with this name or id.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<SnapshotRow> Find(DbSession db, Guid domain, string nameOrId)
    {
        var all = await SnapshotsTable.Of(db, domain);
        return all.FirstOrDefault(n => Guid.TryParse(nameOrId, out var id) && n.Id == id) ?? all.FirstOrDefault(n => n.Name == nameOrId)
            ?? throw new CommandFailedException($"It has no snapshot {nameOrId}. 'broker snapshots list' shows what there is.", word: "unknown_snapshot");
    }

    private static Command List(Terminal terminal)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The machine." };
        var command = new Command("list", "Show the snapshots of a machine, the oldest first.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (snapshots, limit, people) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var domain = await Domains.Find(s, parsed.GetRequiredValue(name));
                return (await SnapshotsTable.Of(s, domain.Id), await SnapshotsTable.Limit(s, domain),
                    (await s.Query<(long Id, string Name)>("SELECT id, name FROM users")).ToDictionary(u => u.Id, u => u.Name));
            }, cancel);
            var view = new
            {
                snapshots = snapshots.Select(n => new { n.Id, n.Name, n.Description, n.TakenAt, taken_by = By(n), n.SizeBytes, n.IsWhole }),
                limit,
            };
            await terminal.AnswerTable(parsed, view, ["NAME", "TAKEN", "BY", "SIZE", "ID", "DESCRIPTION"],
                snapshots.Select(n => (Cell[])[
                    n.Name, n.IsWhole ? Terminal.When(n.TakenAt) : new Cell("not whole", Tone.Middling), By(n),
                    n.SizeBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB") : null, n.Id.ToString(), n.Description,
                ]));
            return ExitCode.Done;

            string? By(SnapshotRow snapshot) => snapshot.TakenBy is { } id ? people.GetValueOrDefault(id) : null;
        });
        return command;
    }

    private static Command Rename(Terminal terminal)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The machine." };
        var snapshot = new Argument<string>("SNAPSHOT") { Description = "The snapshot, by name or id." };
        var to = new Argument<string>("NEW-NAME") { Description = "Its new name, in any script." };
        var description = new Option<string?>("--description") { Description = "What it is for. Left out, what was said of it before stays.", HelpName = "TEXT" };
        var by = Settings.AsOption();
        var command = new Command("rename", "Give a snapshot another name.") { name, snapshot, to, description, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var (domain, renamed) = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                var found = await Domains.Find(s, parsed.GetRequiredValue(name));
                var locked = await DomainsTable.Lock(s, found.Id) ?? throw new CommandFailedException($"{found.Name} has just been removed.", word: "unknown_domain");
                var old = await Find(s, locked.Id, parsed.GetRequiredValue(snapshot));
                await SnapshotNaming.Rename(s, caller, locked, old.Id, parsed.GetRequiredValue(to), parsed.GetValue(description) ?? old.Description);
                return (locked, await SnapshotsTable.Get(s, locked, old.Id));
            }, cancel);
            await terminal.Answer(parsed, new { renamed.Id, renamed.Name, renamed.Description }, $"The snapshot of {domain.Name} is called {renamed.Name} now.");
            return ExitCode.Done;
        });
        return command;
    }
}
