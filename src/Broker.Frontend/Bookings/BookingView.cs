using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Database;

namespace Broker.Frontend.Bookings;

/// <summary>A base on which something is booked.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name.</param>
public sealed record BookedBase(Guid Id, string Name);

/// <summary>A day of a booking, as the caller may see it.</summary>
/// <param name="Id">Key.</param>
/// <param name="BookingId">Key of the booking.</param>
/// <param name="StartsAt">When it begins, inclusive.</param>
/// <param name="EndsAt">When it ends, exclusive.</param>
/// <param name="TimeZone">By the clocks of this zone it was meant.</param>
/// <param name="Colour">Its colour in a calendar.</param>
/// <param name="Visibility">Who may read what it is for.</param>
/// <param name="Title">What it is for; null when the caller may not read that.</param>
/// <param name="Description">More about it.</param>
/// <param name="Owner">What whoever booked it is called.</param>
/// <param name="IsForMe">The caller may start what is booked.</param>
/// <param name="MayChange">The caller may change it.</param>
/// <param name="OnBases">Desktops of these bases are booked; all machines when there is none.</param>
/// <param name="ForUsers">Sign-in names of those for whom it is; null when the caller may not change it.</param>
/// <param name="ForGroups">Names of the groups for whom it is; null when the caller may not change it.</param>
public sealed record EntryView(
    long Id, long BookingId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string TimeZone, string Colour, Visibility Visibility, string? Title, string? Description, string Owner,
    bool IsForMe, bool MayChange, IReadOnlyList<BookedBase> OnBases, IReadOnlyList<string>? ForUsers, IReadOnlyList<string>? ForGroups);

/// <summary>What is booked within some time.</summary>
public sealed record BookingsView(IReadOnlyList<EntryView> Entries);

/// <summary>What is booked twice.</summary>
/// <param name="StartsAt">When the new entry begins.</param>
/// <param name="EndsAt">When it ends.</param>
/// <param name="How">How it lies to the one that is there.</param>
/// <param name="With">The one that is there.</param>
public sealed record ConflictView(DateTimeOffset StartsAt, DateTimeOffset EndsAt, Overlap How, EntryView With);

/// <summary>Days of a booking, made or as they would be, and what is booked twice for them.</summary>
/// <param name="BookingId">Key of the booking; null when nothing was made.</param>
/// <param name="Entries">Its days. Those that were not made have no key.</param>
/// <param name="Conflicts">What is booked twice.</param>
public sealed record BookingAnswer(long? BookingId, IReadOnlyList<EntryView> Entries, IReadOnlyList<ConflictView> Conflicts)
{
    internal static async Task<BookingAnswer> Of(DbSession db, Caller caller, long? id, BookingPlan plan)
    {
        var views = await Views(db, caller, [.. plan.Entries, .. plan.Conflicts.Select(c => c.Entry)]);
        return new BookingAnswer(id, [.. views.Take(plan.Entries.Count)], [.. plan.Conflicts.Zip(views.Skip(plan.Entries.Count), (c, v) => new ConflictView(c.Period.Start, c.Period.End, c.How, v))]);
    }

    internal static async Task<IReadOnlyList<EntryView>> Views(DbSession db, Caller caller, IReadOnlyList<EntryRow> entries)
    {
        var bases = await Names<Guid>(db, "SELECT id, name FROM domains WHERE id IN @ids", entries.SelectMany(e => e.OnBases).Select(id => (object)id.ToString()));
        var changed = entries.Where(e => Booking.MayChange(caller, e)).ToList();
        var users = await Names<long>(db, "SELECT id, name FROM users WHERE id IN @ids", changed.SelectMany(e => e.ForUsers).Select(id => (object)id));
        var groups = await Names<long>(db, "SELECT id, name FROM user_groups WHERE id IN @ids", changed.SelectMany(e => e.ForGroups).Select(id => (object)id));
        return [.. entries.Select(e =>
        {
            var (seen, mine) = (Booked.MaySee(e, caller), Booking.MayChange(caller, e));
            return new EntryView(
                e.Id, e.BookingId, e.StartsAt, e.EndsAt, e.TimeZone, e.Colour, e.Visibility, seen ? e.Title : null, seen ? e.Description : null, e.OwnerName,
                caller.IsAdmin || Booked.IsFor(e, caller), mine, [.. e.OnBases.Where(bases.ContainsKey).Select(id => new BookedBase(id, bases[id]))],
                mine ? [.. e.ForUsers.Where(users.ContainsKey).Select(id => users[id])] : null, mine ? [.. e.ForGroups.Where(groups.ContainsKey).Select(id => groups[id])] : null);
        })];
    }

    // what was removed since has no name
    private static async Task<Dictionary<TKey, string>> Names<TKey>(DbSession db, string sql, IEnumerable<object> ids) where TKey : notnull =>
        ids.Distinct().ToArray() is { Length: > 0 } some ? (await db.Query<(TKey Id, string Name)>(sql, new { ids = some })).ToDictionary(n => n.Id, n => n.Name) : [];
}
