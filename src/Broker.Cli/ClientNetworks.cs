using System.CommandLine;
using System.Globalization;
using System.Net;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker client-networks</c>: where people sit, and what they may use from there.</summary>
internal static class ClientNetworks
{
    public static Command Command(Terminal terminal) =>
        new("client-networks", "Where people sit, and which bases they may use from there. The first that holds an address counts.")
        {
            Subcommands = { List(terminal), Add(terminal), Set(terminal), Move(terminal), Remove(terminal), Base(terminal), Which(terminal) },
        };

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "Show all, in the order in which they count.");
        command.SetAction(async (parsed, cancel) =>
        {
            var (networks, bases) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var all = await ClientNetworksTable.All(s);
                return (all, await Names(s, all));
            }, cancel);
            await terminal.AnswerTable(parsed, networks.Select(n => View(n, bases)), ["PLACE", "NAME", "ADDRESSES", "BASES", "PASSWORD"],
                networks.Select(n =>
                    (Cell[])[n.Position.ToString(CultureInfo.InvariantCulture), n.Name, string.Join(' ', n.Addresses), Bases(n, bases),
                        n.RequiresPassword ? "wanted" : ""]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var (name, form, position) = (Name(), new Form(isNew: true),
            new Option<int>("--position") { Description = "Its place among the others; first when left out." });
        var command = new Command("add", "Add a network of clients.") { name, position };
        form.AddTo(command);
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "client_network_added", "is there now", async s =>
        {
            var network = form.Read(parsed, new ClientNetwork { Name = parsed.GetRequiredValue(name), Position = parsed.GetValue(position) });
            await ClientNetworksTable.Insert(s, network);
            return network.Name;
        }, cancel));
        return command;
    }

    private static Command Set(Terminal terminal)
    {
        var (name, form, called) = (Name(), new Form(isNew: false), new Option<string?>("--name") { Description = "Another name for it." });
        var command = new Command("set", "Change a network of clients. What is left out stays.") { name, called };
        form.AddTo(command);
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "client_network_changed", "is changed", async s =>
        {
            var found = await Find(s, parsed.GetRequiredValue(name));
            var changed = form.Read(parsed, found) with { Name = parsed.GetValue(called) ?? found.Name };
            await ClientNetworksTable.Set(s, changed);
            return changed.Name;
        }, cancel));
        return command;
    }

    private static Command Move(Terminal terminal)
    {
        var (name, position) = (Name(), new Argument<int>("PLACE") { Description = "Its place among the others, from 1." });
        var command = new Command("move", "Let a network of clients count before or after others.") { name, position };
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "client_network_changed", "is moved", async s =>
        {
            var found = await Find(s, parsed.GetRequiredValue(name));
            await ClientNetworksTable.Set(s, found with { Position = parsed.GetRequiredValue(position) });
            return found.Name;
        }, cancel));
        return command;
    }

    private static Command Remove(Terminal terminal)
    {
        var name = Name();
        var command = new Command("remove", "Remove a network of clients. From addresses that no other holds nothing can be used.") { name };
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "client_network_removed", "is removed", async s =>
        {
            var found = await Find(s, parsed.GetRequiredValue(name));
            await ClientNetworksTable.Delete(s, found);
            return found.Name;
        }, cancel));
        return command;
    }

    private static Command Base(Terminal terminal)
    {
        var (name, machine) = (Name(), new Argument<string>("BASE") { Description = "The base." });
        var said = new Argument<string>("WHAT") { Description = "allowed, refused, anonymous (also without signing in), or usual: as all others." };
        said.AcceptOnlyFromAmong("allowed", "refused", "anonymous", "usual");
        var command = new Command("base", "Say what holds for a base there.") { name, machine, said };
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "client_network_base", $"says so of {parsed.GetValue(machine)} now", async s =>
        {
            var found = await Find(s, parsed.GetRequiredValue(name));
            var origin = await Domains.Find(s, parsed.GetRequiredValue(machine));
            if (!origin.IsBase) throw new CommandFailedException($"{origin.Name} is not a base.", word: "not_a_base");
            await ClientNetworksTable.Say(s, found, origin.Id, parsed.GetValue(said) switch
            {
                "allowed" => new NetworkBase(IsAllowed: true, IsAnonymous: false),
                "anonymous" => new NetworkBase(IsAllowed: true, IsAnonymous: true),
                "refused" => new NetworkBase(IsAllowed: false, IsAnonymous: false),
                _ => null,
            });
            return found.Name;
        }, cancel));
        return command;
    }

    private static Command Which(Terminal terminal)
    {
        var address = new Argument<string>("ADDRESS") { Description = "Where somebody sits." };
        var machine = new Option<string?>("--base") { Description = "Tell whether this base can be used from there.", HelpName = "NAME|ID" };
        var command = new Command("which", "Show which network an address is in, and what holds there.") { address, machine };
        command.SetAction(async (parsed, cancel) =>
        {
            var asked = parsed.GetRequiredValue(address);
            if (!IPAddress.TryParse(asked, out _))
                throw new CommandFailedException($"'{asked}' is no address such as 10.1.2.3 or 2001:db8::1.", ExitCode.Usage);
            var (network, origin) = await Settings.Open(parsed, terminal).Read(async s =>
                ((await ClientNetworksTable.Of(s, asked))!, parsed.GetValue(machine) is { } named ? await Domains.Find(s, named) : null), cancel);
            var name = network.Id == 0 ? null : network.Name;
            Judgement? all = origin is null ? null : network.Judge(origin.Id, origin.Name);
            Judgement? guests = origin is null ? null : network.JudgeGuest(origin.Id, origin.Name);
            await terminal.AnswerDetails(parsed, new { address = asked, network = name, network.RequiresPassword, @base = all, anonymous = guests },
            [
                ("address", asked),
                ("network", name ?? new Cell("none: nothing can be used from there", Tone.Bad)),
                ("base", Answer(all)),
                ("without signing in", Answer(guests)),
            ]);
            return ExitCode.Done;

            static Cell Answer(Judgement? judgement) => judgement is { } j ? new Cell(j.Reason, j.IsAllowed ? Tone.Good : Tone.Bad) : "";
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The network of clients." };

    private static async Task<ClientNetwork> Find(DbSession db, string name)
    {
        var found = (await ClientNetworksTable.All(db)).FirstOrDefault(n => string.Equals(n.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new CommandFailedException($"There is no network of clients {name}. 'broker client-networks list' shows what there is.",
                word: "unknown_network");
        return await ClientNetworksTable.Lock(db, found.Id);
    }

    private static async Task<int> Write(ParseResult parsed, Terminal terminal, string deed, string outcome, Func<DbSession, Task<string>> write,
        CancellationToken cancel)
    {
        var (name, network, bases) = await Settings.Open(parsed, terminal).Transaction(async s =>
        {
            var caller = await Settings.Caller(s, null, terminal);
            var called = await write(s);
            await AuditTable.Insert(s, caller.UserId, caller.Address, deed, called, new { by = "command line" });
            var all = await ClientNetworksTable.All(s);
            return (called, all.FirstOrDefault(n => n.Name == called), await Names(s, all));
        }, cancel);
        await terminal.Answer(parsed, network is null ? new { name } : View(network, bases), $"{name} {outcome}.");
        return ExitCode.Done;
    }

    private static async Task<Dictionary<Guid, string>> Names(DbSession db, IReadOnlyList<ClientNetwork> networks) =>
        (await DomainsTable.Get(db, [.. networks.SelectMany(n => n.Said.Keys).Distinct()])).ToDictionary(d => d.Id, d => d.Name);

    private static string Bases(ClientNetwork network, Dictionary<Guid, string> names) =>
        string.Join("; ", network.Said.Select(s => $"{names.GetValueOrDefault(s.Key)} {(s.Value.IsAnonymous ? "anonymous" : s.Value.IsAllowed ? "allowed" : "refused")}")
            .Order(StringComparer.Ordinal).Prepend(Word.Of(network.Bases)));

    /// <summary>In the API's words.</summary>
    private static object View(ClientNetwork n, Dictionary<Guid, string> names) => new
    {
        n.Id,
        n.Name,
        n.Position,
        n.Addresses,
        n.Bases,
        n.RequiresPassword,
        said = n.Said.Select(s => new { base_id = s.Key, base_name = names.GetValueOrDefault(s.Key), s.Value.IsAllowed, s.Value.IsAnonymous }),
    };

    /// <summary>What of a network can be said by options.</summary>
    private sealed class Form(bool isNew)
    {
        private readonly Option<string[]> _addresses = new("--address")
        {
            Description = "An address or network in it, such as 10.1.0.0/16 or 2001:db8::/32; can be given more than once, all that there are.",
            HelpName = "CIDR",
            Required = isNew,
        };
        private readonly Option<string?> _bases = BasesOption();
        private readonly Option<bool?> _password = new("--requires-password")
        {
            Description = "Programs that show a desktop's screen ask for a password there: true or false.",
        };

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_addresses, _bases, _password]) command.Options.Add(option);
        }

        public ClientNetwork Read(ParseResult parsed, ClientNetwork network) => network with
        {
            Addresses = parsed.GetValue(_addresses) is [_, ..] addresses ? addresses : network.Addresses,
            Bases = parsed.GetValue(_bases) is { } bases ? Word.Parse<NetworkBases>(bases) : network.Bases,
            RequiresPassword = parsed.GetValue(_password) ?? network.RequiresPassword,
        };

        private static Option<string?> BasesOption()
        {
            var option = new Option<string?>("--bases")
            {
                Description = "Which can be used from there: all but those that are refused, chosen: only those that are allowed, none. New ones: all.",
            };
            option.AcceptOnlyFromAmong([.. Enum.GetValues<NetworkBases>().Select(Word.Of)]);
            option.HelpName = "WHICH";
            return option;
        }
    }
}
