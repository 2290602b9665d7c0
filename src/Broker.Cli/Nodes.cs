using System.CommandLine;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Nodes;

namespace Broker.Cli;

/// <summary><c>broker nodes</c>. What asks a host is made from the catalogue.</summary>
internal static class Nodes
{
    public static Command Command(Terminal terminal)
    {
        var command = new Command("nodes", "Hosts that run machines.")
        {
            Subcommands =
            {
                List(terminal),
                Show(terminal),
                Storage(terminal),
                Unknown(terminal),
                Add(terminal),
                Change(terminal, "disable", "Put no new machines on a host for the time being; those that are there go on.", "node_disabled", false, "gets no new machines"),
                Change(terminal, "enable", "Put new machines on a host again.", "node_enabled", true, "gets new machines again"),
            },
        };
        foreach (var verb in CatalogueVerbs.Of("nodes", terminal)) command.Subcommands.Add(verb);
        return command;
    }

    /// <summary>The host of this name.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<NodeRow> Find(DbSession db, string name) =>
        (await NodesTable.All(db)).FirstOrDefault(n => string.Equals(n.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new CommandFailedException($"There is no host called {name}. 'broker nodes list' shows what there is.", word: "unknown_node");

    private static Cell State(NodeRow node) => node switch
    {
        { IsEnabled: false } => "disabled",
        { State: NodeState.Up } => new Cell(Word.Of(node.State), Tone.Good),
        { State: NodeState.Down } => new Cell(Word.Of(node.State), Tone.Bad),
        _ => new Cell(Word.Of(node.State), Tone.Middling),
    };

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "Show all hosts.");
        command.SetAction(async (parsed, cancel) =>
        {
            var nodes = await Settings.Open(parsed, terminal).Read(NodesTable.All, cancel);
            await terminal.AnswerTable(parsed, nodes, ["NAME", "MANAGER", "URI", "STATE", "CHECKED", "DETAIL"],
                nodes.Select(n => (Cell[])[n.Name, Word.Of(n.Manager), n.Uri, State(n), Terminal.When(n.CheckedAt), n.Detail]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The host." };
        var command = new Command("show", "Show one host with what it can do and the images in its library.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (node, images, machines) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Find(s, parsed.GetRequiredValue(name));
                return (found, (await NodesTable.Library(s)).Where(i => i.NodeId == found.Id).ToList(),
                    await s.First<(long All, long Active)>("SELECT COUNT(*), COALESCE(SUM(state = 'active'), 0) FROM domains WHERE node_id = @Id", new { found.Id }));
            }, cancel);
            await terminal.AnswerDetails(parsed, new { node, machines = machines.All, active = machines.Active, library = images },
                [
                    ("name", node.Name),
                    ("manager", Word.Of(node.Manager)),
                    ("uri", node.Uri),
                    ("state", State(node)),
                    ("detail", node.Detail),
                    ("checked", Terminal.When(node.CheckedAt)),
                    ("machines", $"{machines.All}, {machines.Active} active"),
                    ("can", string.Join(", ", node.Capabilities)),
                    .. node.Facts.EnumerateObject().Select(f => (f.Name.Replace('_', ' '), (Cell)f.Value.ToString())),
                    .. images.Select(i => ("image", new Cell(i.Problem is null ? $"{i.File} ({i.Format}, {i.SizeBytes >> 20} MiB)" : $"{i.File}: {i.Problem}", i.Problem is null ? Tone.None : Tone.Middling))),
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Storage(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The host." };
        var command = new Command("storage", "Show the folders of a host's disk images and what room there is.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var storage = await Settings.Open(parsed, terminal).Read(async s => await StorageTable.WithVolumes(s, (await Find(s, parsed.GetRequiredValue(name))).Id), cancel);
            await terminal.AnswerTable(parsed,
                storage.Select(s => new { s.Storage.Name, s.Storage.Folder, s.Storage.TotalBytes, s.Storage.FreeBytes, s.Volumes, s.Storage.Problem, s.Storage.CheckedAt }),
                ["NAME", "FOLDER", "SIZE", "FREE", "DISKS", "CHECKED", "PROBLEM"],
                storage.Select(s => (Cell[])
                [
                    s.Storage.Name, s.Storage.Folder, $"{s.Storage.TotalBytes >> 30} GiB", $"{s.Storage.FreeBytes >> 30} GiB", $"{s.Volumes}", Terminal.When(s.Storage.CheckedAt),
                    new Cell(s.Storage.Problem ?? "", Tone.Bad),
                ]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Unknown(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The host." };
        var command = new Command("unknown", "Show the machines of a host that Broker does not know, as 'broker nodes discover' found them last.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (node, lookedAt, found) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var host = await Find(s, parsed.GetRequiredValue(name));
                return (host, await UnknownDomainsTable.LookedAt(s, host.Id), await UnknownDomainsTable.Of(s, host.Id));
            }, cancel);
            var view = new
            {
                node = node.Name,
                lookedAt,
                machines = found.Select(u => new { u.Id, u.Name, u.State, u.MemoryKib, u.Vcpus, disks = u.DiskList, can_adopt = u.Obstacles.Count == 0, u.Obstacles, u.Changes }),
            };
            await terminal.AnswerTable(parsed, view, ["NAME", "STATE", "MEMORY", "DISKS", "ADOPT", "ID"],
                found.Select(u => (Cell[])
                [
                    u.Name, Word.Of(u.State), $"{u.MemoryKib / 1024} MiB", string.Join(", ", u.DiskList.Select(d => d.Path)),
                    u.Obstacles.Count > 0 ? new Cell(string.Join(' ', u.Obstacles), Tone.Bad) : u.Changes.Count > 0 ? new Cell(string.Join(' ', u.Changes), Tone.Middling) : new Cell("as it is", Tone.Good),
                    u.Id.ToString(),
                ]));
            if (lookedAt is null && !Settings.IsJson(parsed)) await terminal.Error.WriteLineAsync($"Nobody has looked yet: broker nodes discover {node.Name} --wait");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Change(Terminal terminal, string verb, string what, string action, bool isEnabled, string now)
    {
        var name = new Argument<string>("NAME") { Description = "The host." };
        var by = Settings.AsOption();
        var command = new Command(verb, what) { name, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var node = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                if (May.Do(caller, Grant.Operate, null) is { IsAllowed: false } no) throw new CommandFailedException(no.Reason, word: "not_allowed");
                var found = await Find(s, parsed.GetRequiredValue(name));
                if (found.IsEnabled == isEnabled) return found;
                await NodesTable.SetEnabled(s, found.Id, isEnabled);
                await AuditTable.Insert(s, caller.UserId, caller.Address, action, found.Name, null);
                return found with { IsEnabled = isEnabled };
            }, cancel);
            await terminal.Answer(parsed, node, $"{node.Name} {now}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What the host is called." };
        var manager = new Option<string>("--manager") { Description = "What drives it.", Required = true };
        manager.AcceptOnlyFromAmong(Enum.GetValues<VmManagerKind>().Select(Word.Of).ToArray());
        var uri = new Option<string>("--uri") { Description = "Where it is: qemu:///system for libvirt, virtualbox:///FOLDER for the VirtualBox whose settings are in that folder, a folder for a simulated one.", HelpName = "URI", Required = true };
        var command = new Command("add", "Add a host, or tell where the one of this name is now.") { name, manager, uri };
        command.SetAction(async (parsed, cancel) =>
        {
            var called = parsed.GetRequiredValue(name);
            var where = parsed.GetRequiredValue(uri);
            if (called.Length is < 1 or > 190 || called.Any(char.IsControl)) throw new CommandFailedException("A host's name has 1 to 190 characters.", ExitCode.Usage);
            if (where.Length is < 1 or > 500) throw new CommandFailedException("A host's URI has 1 to 500 characters.", ExitCode.Usage);
            var node = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                await NodesTable.Put(s, called, Word.Parse<VmManagerKind>(parsed.GetRequiredValue(manager)), where);
                await AuditTable.Insert(s, null, null, "node_put", called, new { manager = parsed.GetRequiredValue(manager), uri = where, by = "command line" });
                return await Find(s, called);
            }, cancel);
            await terminal.Answer(parsed, node, $"{called} is known now. A back end connects to it within seconds: broker nodes list.");
            return ExitCode.Done;
        });
        return command;
    }
}
