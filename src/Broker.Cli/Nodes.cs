using System.CommandLine;
using Broker.Core;
using Broker.Core.Nodes;
using Broker.Core.Users;

namespace Broker.Cli;

/// <summary><c>broker node</c>.</summary>
internal static class Nodes
{
    public static Command Command(Terminal terminal) => new("node", "Hosts that run machines.")
    {
        Add(terminal),
        List(terminal),
    };

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What the host is called." };
        var manager = new Option<string>("--manager") { Description = "What drives it.", Required = true };
        manager.AcceptOnlyFromAmong(Enum.GetValues<VmManagerKind>().Select(Word.Of).ToArray());
        var uri = new Option<string>("--uri") { Description = "Where it is: a libvirt URI such as qemu:///system, or a folder for a simulated one.", HelpName = "URI", Required = true };
        var command = new Command("add", "Add a host, or tell where the one of this name is now.") { name, manager, uri };
        command.SetAction(async (parsed, cancel) =>
        {
            var called = parsed.GetRequiredValue(name);
            var where = parsed.GetRequiredValue(uri);
            if (called.Length is < 1 or > 190 || called.Any(char.IsControl)) throw new CommandFailedException("A host's name has 1 to 190 characters.", ExitCode.Usage);
            if (where.Length is < 1 or > 500) throw new CommandFailedException("A host's URI has 1 to 500 characters.", ExitCode.Usage);
            await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                await NodesTable.Put(s, called, Word.Parse<VmManagerKind>(parsed.GetRequiredValue(manager)), where);
                await UsersTable.Audit(s, null, null, "node_put", called, new { manager = parsed.GetRequiredValue(manager), uri = where, by = "command line" });
            }, cancel);
            await terminal.Say($"{called} is known now. A back end connects to it within seconds: broker node list.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var json = Settings.JsonOption();
        var command = new Command("list", "Show all hosts.") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            var nodes = await Settings.Open(parsed, terminal).Read(NodesTable.All, cancel);
            if (parsed.GetValue(json))
                await terminal.WriteJson(nodes);
            else
                terminal.WriteTable(["NAME", "MANAGER", "URI", "STATE", "CHECKED", "DETAIL"],
                    nodes.Select(n => (string?[])[n.Name, Word.Of(n.Manager), n.Uri, n.IsEnabled ? Word.Of(n.State) : "disabled", Terminal.When(n.CheckedAt), n.Detail]));
            return ExitCode.Done;
        });
        return command;
    }
}
