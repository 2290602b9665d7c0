using System.CommandLine;
using Broker.Core.Backups;
using Broker.Core.Nodes;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker backups</c>. What takes, restores and removes them is made from the catalogue.</summary>
internal static class Backups
{
    public static Command Command(Terminal terminal)
    {
        var command = new Command("backups", "Backups of machines, which lie in the hosts' backup folders.") { Subcommands = { List(terminal) } };
        foreach (var verb in CatalogueVerbs.Of("backups", terminal)) command.Subcommands.Add(verb);
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var name = new Argument<string?>("NAME|ID") { Description = "Only those of this machine. Of one that is gone, its id.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "List the backups that were taken here, newest first.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (backups, nodes) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                Guid? domain = parsed.GetValue(name) switch { null => null, var text when Guid.TryParse(text, out var id) => id, var text => (await Domains.Find(s, text)).Id };
                return (await BackupsTable.List(s, domain), (await NodesTable.All(s)).ToDictionary(n => n.Id, n => n.Name));
            }, cancel);
            await terminal.AnswerTable(parsed,
                backups.Select(b => new { b.File, b.DomainId, b.DomainName, node = nodes.GetValueOrDefault(b.NodeId), b.IsWhole, b.SizeBytes, b.TakenAt, b.TakenBy }),
                ["FILE", "MACHINE", "HOST", "SIZE", "NEEDS ITS BASE", "TAKEN", "BY"],
                backups.Select(b => (Cell[])
                    [b.File, b.DomainName, nodes.GetValueOrDefault(b.NodeId), $"{b.SizeBytes >> 20} MiB", b.IsWhole ? null : "yes", Terminal.When(b.TakenAt), b.TakenBy]));
            return ExitCode.Done;
        });
        return command;
    }
}
