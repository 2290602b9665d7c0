using System.CommandLine;
using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker bases</c>. What acts on a host is made from the catalogue; what changes only a row is here.</summary>
internal static class Bases
{
    public static Command Command(Terminal terminal)
    {
        var command = new Command("bases", "Bases: machines from which desktops are cloned.") { Subcommands = { List(terminal), Show(terminal) } };
        foreach (var verb in CatalogueVerbs.Of("bases", terminal)) command.Subcommands.Add(verb);
        command.Subcommands.Add(Change(terminal, "publish", "Let everybody make desktops from a base.", "publish",
            (s, id) => DomainsTable.SetPublic(s, id, true), "Everybody may make desktops from {0} now."));
        command.Subcommands.Add(Change(terminal, "unpublish", "Let only its owner and administrators make desktops from a base.", "unpublish",
            (s, id) => DomainsTable.SetPublic(s, id, false), "{0} is not published any more."));
        command.Subcommands.Add(Change(terminal, "volatile", "Make new desktops of a base temporary: they are removed when they end.", "volatile_clones",
            (s, id) => DomainsTable.SetVolatileClones(s, id, true), "New desktops of {0} are removed when they end."));
        command.Subcommands.Add(Change(terminal, "lasting", "Make new desktops of a base last.", "lasting_clones",
            (s, id) => DomainsTable.SetVolatileClones(s, id, false), "New desktops of {0} last."));
        command.Subcommands.Add(Pools.Set(terminal));
        command.Subcommands.Add(Pools.List(terminal));
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "Show all bases.");
        command.SetAction(async (parsed, cancel) =>
        {
            var bases = await Settings.Open(parsed, terminal).Read(s => s.Query<ListedBase>(
                """
                SELECT d.id, d.name, d.alias, u.name AS owner, n.name AS node, d.is_public, d.volatile_clones, d.state, COUNT(c.id) AS clones, COALESCE(SUM(c.state = 'active'), 0) AS active
                FROM domains d JOIN users u ON u.id = d.owner_id JOIN nodes n ON n.id = d.node_id LEFT JOIN domains c ON c.base_id = d.id
                WHERE d.is_base GROUP BY d.id ORDER BY d.name
                """), cancel);
            await terminal.AnswerTable(parsed, bases, ["NAME", "ALIAS", "PUBLISHED", "VOLATILE", "CLONES", "ACTIVE", "OWNER", "NODE", "ID"],
                bases.Select(b => (Cell[])[b.Name, b.Alias, b.IsPublic ? new Cell("yes", Tone.Good) : "no", b.VolatileClones ? "yes" : "no",
                    b.Clones.ToString(CultureInfo.InvariantCulture), b.Active.ToString(CultureInfo.InvariantCulture), b.Owner, b.Node, b.Id.ToString()]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The base." };
        var command = new Command("show", "Show what a base was when it was prepared, with its files.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (domain, prepared, clones) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Domains.Find(s, parsed.GetRequiredValue(name));
                return (found, await BasesTable.Get(s, found.Id), await DomainsTable.ClonesOf(s, found.Id));
            }, cancel);
            if (prepared is null) throw new CommandFailedException($"{domain.Name} is not a base. Prepare it first: broker bases prepare {domain.Name} --wait.", word: "not_a_base");
            var (was, disks) = (prepared.Definition, prepared.Definition.Disks);
            await terminal.AnswerDetails(parsed, new { domain.Id, domain.Name, prepared.PreparedAt, prepared.WithCd, prepared.Definition, clones = clones.Select(c => new { c.Id, c.Name }) },
                [
                    ("name", domain.Name),
                    ("id", domain.Id.ToString()),
                    ("prepared", Terminal.When(prepared.PreparedAt)),
                    ("name then", was.Name == domain.Name ? null : was.Name),
                    ("memory", $"{was.MemoryKib / 1024} MiB"),
                    ("processors", was.Vcpus.ToString(CultureInfo.InvariantCulture)),
                    .. disks.Select(d => ($"disk {d.Target}", (Cell)$"{d.File} ({Core.Word.Of(d.Kind)}, {d.Format}, {d.CapacityBytes >> 20} MiB)")),
                    .. disks.SelectMany(d => d.Below.Select(file => ($"below {d.Target}", (Cell)file))),
                    .. was.Cds.Select(c => ($"CD {c.Target}", (Cell)$"{c.File ?? "empty"}{(prepared.WithCd ? "" : ", empty in clones")}")),
                    .. clones.Select(c => ("clone", (Cell)c.Name)),
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Change(Terminal terminal, string verb, string description, string deed, Func<DbSession, Guid, Task> change, string outcome) =>
        Change(terminal, verb, description, deed, async (s, origin, _) =>
        {
            await change(s, origin.Id);
            return string.Format(CultureInfo.InvariantCulture, outcome, origin.Name);
        });

    /// <summary>A verb that changes only rows of a base.</summary>
    /// <param name="terminal">Where to answer.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="description">What it does.</param>
    /// <param name="deed">How the audit calls it.</param>
    /// <param name="change">Does it with the base, which is locked; what it returns is the answer.</param>
    public static Command Change(Terminal terminal, string verb, string description, string deed, Func<DbSession, DomainRow, ParseResult, Task<string>> change)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The base." };
        var by = Settings.AsOption();
        var command = new Command(verb, description) { name, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var (domain, outcome) = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                var found = await Domains.Find(s, parsed.GetRequiredValue(name));
                var locked = await DomainsTable.Lock(s, found.Id) ?? throw new CommandFailedException($"{found.Name} has just been removed.", word: "unknown_domain");
                if (May.Do(caller, Grant.CreateBase, locked) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
                if (!locked.IsBase)
                    throw new CommandFailedException($"{locked.Name} is not a base. Prepare it first: broker bases prepare {locked.Name} --wait.", word: "not_a_base");
                var answer = await change(s, locked, parsed);
                await AuditTable.Insert(s, caller.UserId, caller.Address, deed, locked.Name, new { domain = locked.Id });
                return ((await DomainsTable.Get(s, locked.Id))!, answer);
            }, cancel);
            await terminal.Answer(parsed, new { domain.Id, domain.Name, domain.IsPublic, domain.VolatileClones, domain.PoolClones, domain.PoolStart }, outcome);
            return ExitCode.Done;
        });
        return command;
    }

    private sealed record ListedBase
    {
        public required Guid Id { get; init; }
        public required string Name { get; init; }
        public string? Alias { get; init; }
        public required string Owner { get; init; }
        public required string Node { get; init; }
        public bool IsPublic { get; init; }
        public bool VolatileClones { get; init; }
        public DomainState State { get; init; }
        public long Clones { get; init; }
        public long Active { get; init; }
    }
}
