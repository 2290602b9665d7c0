using System.CommandLine;
using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Domains;

namespace Broker.Cli;

/// <summary>Which machines a command is about: by name, or all of some kind.</summary>
internal sealed class Selection
{
    private readonly Argument<string[]> _names;
    private readonly Option<bool> _all = new("--all") { Description = "All machines on which it can be done now." };
    private readonly Option<string?> _state = StateOption();
    private readonly Option<string?> _base = BaseOption();
    private readonly Option<string?> _owner = OwnerOption();
    private readonly Option<string?> _node = NodeOption();
    private readonly bool _mayTakeAll;

    /// <param name="mayTakeAll">Machines can also be picked by what they are like.</param>
    public Selection(bool mayTakeAll)
    {
        _mayTakeAll = mayTakeAll;
        _names = new Argument<string[]>("NAME|ID") { Description = "The machines.", Arity = mayTakeAll ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore };
    }

    public static Option<string?> StateOption()
    {
        var option = new Option<string?>("--state") { Description = "Those in this state." };
        option.AcceptOnlyFromAmong([.. Enum.GetValues<DomainState>().Select(Word.Of)]);
        option.HelpName = "STATE";
        return option;
    }

    public static Option<string?> BaseOption() => new("--base") { Description = "The clones of this base.", HelpName = "NAME|ID" };

    public static Option<string?> OwnerOption() => new("--owned-by") { Description = "This user's.", HelpName = "USER" };

    public static Option<string?> NodeOption() => new("--on-node") { Description = "Those on this host.", HelpName = "NODE" };

    /// <summary>Gives a verb its names and options.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_names);
        if (!_mayTakeAll) return;
        foreach (var option in (Option[])[_all, _state, _base, _owner, _node]) command.Options.Add(option);
    }

    /// <summary>The machines that are meant.</summary>
    /// <param name="db">Where they are.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="fits">With options: only those on which it can be done.</param>
    /// <exception cref="CommandFailedException">None is named and no option given, or one is not there.</exception>
    public async Task<IReadOnlyList<DomainRow>> Read(DbSession db, ParseResult parsed, Func<DomainRow, bool> fits)
    {
        var names = parsed.GetValue(_names) ?? [];
        var isPicking = _mayTakeAll && (parsed.GetValue(_all) || new[] { _state, _base, _owner, _node }.Any(o => parsed.GetValue(o) is not null));
        if (names.Length > 0 == isPicking)
            throw new CommandFailedException("Which machines? Give their names, or --all, --state, --base, --owned-by or --on-node, not both.", ExitCode.Usage);
        if (!isPicking)
        {
            var named = new List<DomainRow>();
            foreach (var name in names) named.Add(await Domains.Find(db, name));
            return [.. named.DistinctBy(d => d.Id)];
        }

        var found = (await Pick(db, parsed.GetValue(_state), parsed.GetValue(_base), parsed.GetValue(_owner), parsed.GetValue(_node))).Where(fits).ToList();
        return found.Count > 0 ? found : throw new CommandFailedException("There is no such machine on which this can be done now.", word: "none");
    }

    /// <summary>The machines that are like this, by name. Each filter that is null lets everything through.</summary>
    public static async Task<IReadOnlyList<DomainRow>> Pick(DbSession db, string? state, string? ofBase, string? owner, string? node) =>
        await db.Query<DomainRow>(
            $"""
            SELECT {DomainsTable.Columns} FROM domains d JOIN nodes n ON n.id = d.node_id
            WHERE (@state IS NULL OR d.state = @state) AND (@baseId IS NULL OR d.base_id = @baseId) AND (@ownerId IS NULL OR d.owner_id = @ownerId) AND (@node IS NULL OR n.name = @node)
            ORDER BY d.name
            """,
            new
            {
                state,
                baseId = ofBase is null ? (Guid?)null : (await Domains.Find(db, ofBase)).Id,
                ownerId = owner is null ? (long?)null : (await Users.Find(db, owner)).Id,
                node = node is null ? null : (await Nodes.Find(db, node)).Name,
            });
}
