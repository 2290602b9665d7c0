using System.CommandLine;
using System.Globalization;
using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker domains</c>. What acts on a host is made from the catalogue.</summary>
internal static class Domains
{
    public static Command Command(Terminal terminal)
    {
        var command = new Command("domains", "Machines: bases and desktops.")
        {
            Subcommands = { List(terminal), Show(terminal), Disks.Command(terminal), DomainSettingsVerb.Command(terminal), Shares.Share(terminal), Shares.Unshare(terminal) },
        };
        foreach (var verb in CatalogueVerbs.Of("domains", terminal)) command.Subcommands.Add(verb);
        return command;
    }

    /// <summary>The domain of this name or id.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<DomainRow> Find(DbSession db, string nameOrId) =>
        (Guid.TryParse(nameOrId, out var id) ? await DomainsTable.Get(db, id) : null)
        ?? await DomainsTable.Find(db, nameOrId)
        ?? throw new CommandFailedException($"There is no machine {nameOrId}. 'broker domains list' shows what there is.", word: "unknown_domain");

    /// <summary>What a machine is doing, in a word for people.</summary>
    public static Cell State(DomainRow domain) => domain switch
    {
        { IsBase: true, IsPublic: true } => "base, published",
        { IsBase: true } => "base",
        { State: DomainState.Broken or DomainState.Down } => new Cell(Word.Of(domain.State), Tone.Bad),
        { State: DomainState.Active } => new Cell(Word.Of(domain.State), Tone.Good),
        { State: DomainState.Creating or DomainState.Starting or DomainState.ShuttingDown or DomainState.Removing } => new Cell(Word.Of(domain.State), Tone.Middling),
        _ => Word.Of(domain.State),
    };

    private static Command List(Terminal terminal)
    {
        var (state, ofBase, owner, node) = (Selection.StateOption(), Selection.BaseOption(), Selection.OwnerOption(), Selection.NodeOption());
        var command = new Command("list", "Show machines.") { state, ofBase, owner, node };
        command.SetAction(async (parsed, cancel) =>
        {
            var (domains, names) = await Settings.Open(parsed, terminal).Read(async s =>
                (await Selection.Pick(s, parsed.GetValue(state), parsed.GetValue(ofBase), parsed.GetValue(owner), parsed.GetValue(node)), await Names.Read(s)), cancel);
            await terminal.AnswerTable(parsed, domains.Select(d => View(d, names)), ["NAME", "STATE", "OWNER", "BASE", "NODE", "ADDRESS", "ID"],
                domains.Select(d => (Cell[])[d.Name, State(d), names.User(d.OwnerId), names.Base(d.BaseId), names.Node(d.NodeId), d.Address, d.Id.ToString()]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The machine." };
        var command = new Command("show", "Show one machine with its disks and what is being done with it.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (domain, names, volumes, clones, open, waits, holding) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Find(s, parsed.GetRequiredValue(name));
                var asked = await RequestsTable.Open(s, [found.Id]);
                return (found, await Names.Read(s), await VolumesTable.Of(s, found.Id), await DomainsTable.Clones(s, found.Id), asked, await Waiting.Of(s, asked),
                    (await RequestsTable.Holding(s, [found.Id])).GetValueOrDefault(found.Id));
            }, cancel);
            await terminal.AnswerDetails(parsed,
                new { domain = View(domain, names), clones, volumes, requests = open.Select(r => RequestText.View(r, waits.GetValueOrDefault(r.Id))), locked_by = holding is null ? null : RequestText.View(holding, null) },
                [
                    ("name", domain.Name),
                    ("id", domain.Id.ToString()),
                    ("alias", domain.Alias),
                    ("description", domain.Description),
                    ("owner", names.User(domain.OwnerId)),
                    ("shared with", domain.SharedWith.Count > 0 ? string.Join(", ", domain.SharedWith.Select(names.User).Order()) : null),
                    ("state", State(domain)),
                    ("since", Terminal.When(domain.StateSince)),
                    ("detail", domain.StateDetail),
                    ("on its host", domain.IsKnown ? domain.HostChanges : "not known there: it is told at the next start"),
                    ("locked by", holding is null ? null : $"{holding.Id} {holding.Command}, asked by {holding.UserName} {Terminal.When(holding.CreatedAt)}"),
                    ("base", names.Base(domain.BaseId)),
                    ("clones", domain.IsBase ? clones.ToString(CultureInfo.InvariantCulture) : null),
                    ("node", names.Node(domain.NodeId)),
                    ("memory", $"{domain.MemoryKib / 1024} MiB"),
                    ("processors", domain.Vcpus.ToString(CultureInfo.InvariantCulture)),
                    ("network card", domain.Mac),
                    ("address", domain.Address),
                    ("started", Terminal.When(domain.StartedAt)),
                    ("ends", Terminal.When(domain.EndsAt)),
                    ("settings", DomainSettingsVerb.Text(domain)),
                    ("made", Terminal.When(domain.CreatedAt)),
                    .. volumes.Select(v => ($"disk {v.Target}", (Cell)$"{v.Path} ({v.Format}, {v.CapacityBytes >> 20} MiB{(v.IsFrozen ? ", frozen" : "")})")),
                    .. open.Select(r => ("request", (Cell)$"{r.Id} {r.Command} {Word.Of(r.State)}, asked by {r.UserName}. {RequestText.Progress(r, waits.GetValueOrDefault(r.Id))}".TrimEnd())),
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>In the API's words.</summary>
    private static object View(DomainRow d, Names names) => new
    {
        d.Id,
        d.Name,
        d.Alias,
        d.Description,
        owner = new { id = d.OwnerId, name = names.User(d.OwnerId) },
        shared_with = d.SharedWith.Select(id => new { id, name = names.User(id) }),
        d.BaseId,
        base_name = names.Base(d.BaseId),
        node = names.Node(d.NodeId),
        d.State,
        d.StateSince,
        d.StateDetail,
        d.IsBase,
        d.IsPublic,
        d.MemoryKib,
        d.Vcpus,
        d.Mac,
        d.Address,
        d.StartedAt,
        d.EndsAt,
        d.IsKnown,
        d.HostChanges,
        settings = new { d.Autostart, d.RunTimeoutSeconds, d.ShutdownTimeoutSeconds, d.ShutdownDisconnected, d.DisconnectGraceSeconds, d.SnapshotLimit },
        d.CreatedAt,
    };

    /// <summary>What people call those whom rows name by key.</summary>
    private sealed record Names(Dictionary<long, string> Users, Dictionary<Guid, string> Bases, Dictionary<long, string> Nodes)
    {
        public static async Task<Names> Read(DbSession db) => new(
            (await db.Query<(long Id, string Name)>("SELECT id, name FROM users")).ToDictionary(u => u.Id, u => u.Name),
            (await db.Query<(Guid Id, string Name)>("SELECT id, name FROM domains WHERE is_base")).ToDictionary(b => b.Id, b => b.Name),
            (await db.Query<(long Id, string Name)>("SELECT id, name FROM nodes")).ToDictionary(n => n.Id, n => n.Name));

        public string User(long id) => Users.GetValueOrDefault(id, "");

        public string Node(long id) => Nodes.GetValueOrDefault(id, "");

        public string? Base(Guid? id) => id is { } key ? Bases.GetValueOrDefault(key) : null;
    }
}
