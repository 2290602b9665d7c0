using System.CommandLine;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker domain</c>.</summary>
internal static class Domains
{
    public static Command Command(Terminal terminal) => new("domain", "Machines: bases and desktops.")
    {
        List(terminal),
        Publish(terminal),
    };

    /// <summary>The domain of this name or id.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<DomainRow> Find(DbSession db, string nameOrId) =>
        (Guid.TryParse(nameOrId, out var id) ? await DomainsTable.Get(db, id) : null)
        ?? await DomainsTable.Find(db, nameOrId)
        ?? throw new CommandFailedException($"There is no machine {nameOrId}. 'broker domain list' shows what there is.");

    private static Command List(Terminal terminal)
    {
        var json = Settings.JsonOption();
        var command = new Command("list", "Show all machines.") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            var domains = await Settings.Open(parsed, terminal).Read(All, cancel);
            if (parsed.GetValue(json))
                await terminal.WriteJson(domains);
            else
                terminal.WriteTable(["NAME", "STATE", "OWNER", "BASE", "NODE", "ADDRESS", "ID"],
                    domains.Select(d => (string?[])[d.Name, State(d), d.OwnerName, d.BaseName, d.NodeName, d.Address, d.Id.ToString()]));
            return ExitCode.Done;
        });
        return command;

        static string State(ListedDomain d) => d switch
        {
            { IsBase: true, IsPublic: true } => "base, published",
            { IsBase: true } => "base",
            _ => Word.Of(d.State),
        };
    }

    private static Command Publish(Terminal terminal)
    {
        var name = new Argument<string>("NAME|ID") { Description = "The base." };
        var off = new Option<bool>("--off") { Description = "Only its owner and administrators may clone it any more." };
        var by = Settings.AsOption();
        var command = new Command("publish", "Let everybody make desktops from a base.") { name, off, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var isPublic = !parsed.GetValue(off);
            var domain = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by));
                var found = await Find(s, parsed.GetRequiredValue(name));
                var locked = await DomainsTable.Lock(s, found.Id) ?? throw new CommandFailedException($"{found.Name} has just been removed.");
                if (May.Do(caller, Grant.CreateBase, locked) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
                if (!locked.IsBase)
                    throw new CommandFailedException($"{locked.Name} is not a base. Prepare it first: broker request send prepare_base --arg domain={locked.Name} --wait.");
                await DomainsTable.SetPublic(s, locked.Id, isPublic);
                await UsersTable.Audit(s, caller.UserId, caller.Address, isPublic ? "published" : "unpublished", locked.Id.ToString(), new { name = locked.Name });
                return locked;
            }, cancel);
            await terminal.Say(isPublic ? $"Everybody may make desktops from {domain.Name} now." : $"{domain.Name} is not published any more.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Task<IReadOnlyList<ListedDomain>> All(DbSession db) => db.Query<ListedDomain>(
        """
        SELECT d.id, d.name, d.alias, d.owner_id, u.name AS owner_name, d.base_id, b.name AS base_name, n.name AS node_name, d.is_base, d.is_public,
          d.state, d.state_since, d.state_detail, d.memory_kib, d.vcpus, d.address, d.created_at
        FROM domains d JOIN users u ON u.id = d.owner_id JOIN nodes n ON n.id = d.node_id LEFT JOIN domains b ON b.id = d.base_id
        ORDER BY d.name
        """);

    private sealed record ListedDomain
    {
        public required Guid Id { get; init; }
        public required string Name { get; init; }
        public string? Alias { get; init; }
        public required long OwnerId { get; init; }
        public required string OwnerName { get; init; }
        public Guid? BaseId { get; init; }
        public string? BaseName { get; init; }
        public required string NodeName { get; init; }
        public bool IsBase { get; init; }
        public bool IsPublic { get; init; }
        public DomainState State { get; init; }
        public DateTimeOffset StateSince { get; init; }
        public string? StateDetail { get; init; }
        public long MemoryKib { get; init; }
        public int Vcpus { get; init; }
        public string? Address { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
    }
}
