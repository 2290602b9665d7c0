using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Core.Users;

/// <summary>What becomes of somebody in a group.</summary>
public enum MemberOutcome
{
    /// <summary>He is put into it.</summary>
    Added,

    /// <summary>He is in it already, or the line names nobody.</summary>
    There,

    /// <summary>It can't be done as it stands.</summary>
    Refused,
}

/// <summary>Somebody and a group, as a line says, and what becomes of it. A line that names several is told as several.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Name">Whom it is about.</param>
/// <param name="Group">In which group.</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Problem">Why not, and what to do about it.</param>
public sealed record MemberLine(int Line, string? Name, string? Group, MemberOutcome Outcome, string? Problem = null);

/// <summary>A group that a list names, and what becomes of it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="IsMade">It was not there.</param>
/// <param name="IsRemoved">Nobody is in it any more, and it goes.</param>
/// <param name="Members">How many are in it then.</param>
/// <param name="Added">Who is put into it, by name.</param>
/// <param name="Removed">Who is taken out of it, by name.</param>
public sealed record GroupChange(string Name, bool IsMade, bool IsRemoved, int Members, IReadOnlyList<string> Added, IReadOnlyList<string> Removed);

/// <summary>How a list of members is meant.</summary>
/// <param name="Group">The group of those of whom the list does not say it; null when it always does.</param>
/// <param name="Flush">The members of each group that the list names become exactly those that it names.</param>
/// <param name="RemoveEmpty">Groups that the list names and that nobody is in afterwards go.</param>
public sealed record GroupUploadTerms(string? Group, bool Flush, bool RemoveEmpty);

/// <summary>Puts many people into local groups at once, all or none; groups that are not there are made.</summary>
public static class GroupUpload
{
    private const string Group = "group";
    private const char Separator = '|';

    /// <summary>What an entry can say. Each may name several, in JSON as a list, else with | between them.</summary>
    public static IReadOnlyList<string> Columns { get; } = [UploadText.Name, Group];

    /// <summary>Tells of each line what becomes of it, and of each group, and does it, unless a line is refused.</summary>
    /// <param name="db">The database.</param>
    /// <param name="caller">Who uploads; he manages groups.</param>
    /// <param name="text">The list.</param>
    /// <param name="terms">How it is meant.</param>
    /// <param name="dryRun">Only tell.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<(IReadOnlyList<MemberLine> Lines, IReadOnlyList<GroupChange> Groups)> Run(
        Db db, Caller caller, string text, GroupUploadTerms terms, bool dryRun, CancellationToken cancel)
    {
        UserGroups.Judge(caller);
        var (entries, unread) = UploadText.Read(text, Columns);
        var broken = unread.Select(p => new MemberLine(p.Line, null, null, MemberOutcome.Refused, p.Problem)).ToList();
        return await (dryRun ? db.Read(s => Do(s, false), cancel) : db.Transaction(s => Do(s, true), cancel));

        async Task<(IReadOnlyList<MemberLine>, IReadOnlyList<GroupChange>)> Do(DbSession s, bool forGood)
        {
            var plan = await Plan(s, caller, [.. entries.Take(UploadText.MostEntries)], terms, forGood);
            IReadOnlyList<MemberLine> lines = [.. plan.SelectMany(g => g.Lines).Concat(broken).OrderBy(l => l.Line)];
            if (forGood && lines.All(l => l.Outcome is not MemberOutcome.Refused))
                foreach (var group in plan) await group.Write(s, caller);
            return (lines, [.. plan.Where(g => g.Name.Length > 0).Select(g => g.Change).OrderBy(c => c.Name, StringComparer.Ordinal)]);
        }
    }

    private static async Task<IReadOnlyList<Planned>> Plan(DbSession db, Caller caller, IReadOnlyList<UploadEntry> entries, GroupUploadTerms terms, bool locked)
    {
        var people = (await UsersTable.All(db)).ToDictionary(u => u.Name, StringComparer.OrdinalIgnoreCase);
        var groups = (await UserGroupsTable.All(db)).ToDictionary(g => g.Name, StringComparer.OrdinalIgnoreCase);
        var plan = new Dictionary<string, Planned>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in entries)
            foreach (var group in Several(entry[Group] ?? terms.Group, groups.ContainsKey))
            {
                if (!plan.TryGetValue(group, out var planned)) plan.Add(group, planned = new Planned(group, groups.GetValueOrDefault(group)));
                foreach (var name in Several(entry[UploadText.Name], people.ContainsKey)) planned.Said.Add((entry.Line, name));
            }

        // by their keys, as everybody locks who locks more than one
        foreach (var planned in plan.Values.OrderBy(g => g.Row?.Id)) await planned.Judge(db, caller, people, terms, locked);
        return [.. plan.Values];
    }

    // "" when nothing is said. A name with the separator in it is one when there is such a one.
    private static IEnumerable<string> Several(string? said, Func<string, bool> isThere) =>
        said is null ? [""]
        : isThere(said) ? [said]
        : said.Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).DefaultIfEmpty("");

    private sealed class Planned(string name, UserGroupRow? row)
    {
        private readonly Dictionary<long, UserRow> _added = [];
        private List<UserRow> _removed = [];
        private int _members;
        private bool _goes;

        public string Name => name;

        public UserGroupRow? Row => row;

        public List<(int Line, string Name)> Said { get; } = [];

        public List<MemberLine> Lines { get; } = [];

        public GroupChange Change =>
            new(row?.Name ?? name, IsMade: row is null && !_goes, IsRemoved: row is not null && _goes, _members, Names(_added.Values), Names(_removed));

        public async Task Judge(DbSession db, Caller caller, Dictionary<string, UserRow> people, GroupUploadTerms terms, bool locked)
        {
            if (row is not null && locked) await UserGroupsTable.Lock(db, row.Id);
            var problem = await Problem(db, caller);
            var before = row is null ? new HashSet<long>() : (await UserGroupsTable.Members(db, row.Id)).ToHashSet();
            var stays = new HashSet<long>();
            foreach (var (line, who) in Said)
            {
                var person = people.GetValueOrDefault(who);
                if (person is not null) stays.Add(person.Id);
                var isNew = person is not null && !before.Contains(person.Id) && !_added.ContainsKey(person.Id);
                var why = problem ?? Problem(caller, who, person, isNew, terms);
                Lines.Add(new MemberLine(line, who.Length > 0 ? who : null, name.Length > 0 ? row?.Name ?? name : null,
                    why is not null ? MemberOutcome.Refused : isNew ? MemberOutcome.Added : MemberOutcome.There, why));
                if (isNew && why is null) _added.Add(person!.Id, person);
            }

            if (terms.Flush) _removed = [.. people.Values.Where(p => before.Contains(p.Id) && !stays.Contains(p.Id))];
            _members = before.Count + _added.Count - _removed.Count;
            _goes = terms.RemoveEmpty && _members == 0;
            if (problem is null && await WhyNotWithout(db, caller) is { } hindrance)
                Lines[0] = Lines[0] with { Outcome = MemberOutcome.Refused, Problem = hindrance };
        }

        public async Task Write(DbSession db, Caller caller)
        {
            if (row is null && _goes) return;
            var group = row ?? await UserGroups.Create(db, caller, name, AccountSource.Local, externalId: null, description: null);
            if (_added.Count + _removed.Count > 0)
            {
                await UserGroupsTable.Change(db, group.Id, [.. _added.Keys], [.. _removed.Select(p => p.Id)]);
                await AuditTable.Insert(db, caller.UserId, caller.Address, "group_members_uploaded", group.Name,
                    new { group = group.Id, added = Names(_added.Values), removed = Names(_removed) });
            }

            if (_goes) await UserGroups.Remove(db, caller, group with { Members = 0 });
        }

        private async Task<string?> Problem(DbSession db, Caller caller) =>
            name.Length == 0 ? "In which group? Say it in the column group, or choose one for the whole list."
            : row is null ? UserGroups.Problems(name, AccountSource.Local, externalId: null).FirstOrDefault()
            : await Refusal(() => UserGroups.JudgeMembers(db, caller, row));

        private static string? Problem(Caller caller, string who, UserRow? person, bool isNew, GroupUploadTerms terms) =>
            who.Length == 0 ? terms.Flush || terms.RemoveEmpty ? null : "Who? A line without a name is for emptying groups (flush)."
            : person is null ? $"There is no user {who}. Make the account first, or take the line out."
            : isNew ? Granting.WhyProtected(caller, person) : null;

        // what else changes besides what the lines say
        private async Task<string?> WhyNotWithout(DbSession db, Caller caller)
        {
            foreach (var person in _removed)
                if (Granting.WhyProtected(caller, person) is { } no) return $"{person.Name} would be taken out of {name}. {no}";
            return _goes && row is not null ? await Refusal(() => UserGroups.CheckUnnamed(db, row)) : null;
        }

        private static async Task<string?> Refusal(Func<Task> check)
        {
            try
            {
                await check();
                return null;
            }
            catch (RequestRefusedException e)
            {
                return e.Message;
            }
        }

        private static List<string> Names(IEnumerable<UserRow> people) => [.. people.Select(p => p.Name).Order(StringComparer.OrdinalIgnoreCase)];
    }
}
