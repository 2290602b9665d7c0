using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Core.Bookings;

/// <summary>A request with which a machine begins to run. It is refused while what it would use is booked by others.</summary>
public interface IStarts : IRequest;

/// <summary>Who may use what is booked: the one place where that is judged, for those who ask and for what runs.</summary>
public static class Booked
{
    /// <summary>May somebody use a machine while this is booked? Pure.</summary>
    /// <param name="who">Who uses it.</param>
    /// <param name="domain">The machine.</param>
    /// <param name="entries">What is booked then, for whomever and on whatever.</param>
    public static Judgement Judge(Caller who, DomainRow domain, IEnumerable<EntryRow> entries)
    {
        if (who.IsAdmin) return Judgement.Yes("No booking keeps administrators out.");
        if (domain.Autostart) return Judgement.Yes($"{domain.Name} starts with its host, and runs whatever is booked.");
        var here = entries.Where(e => IsOn(e, domain)).ToList();
        if (here.Count == 0) return Judgement.Yes($"Nobody has booked {domain.Name}.");
        return here.FirstOrDefault(e => IsFor(e, who)) is { } own ? Judgement.Yes($"It is booked for you: {own.Title}.") : Judgement.No(Sentence(Last(here)));
    }

    /// <summary>The entry that keeps somebody from a machine; null when none does. Pure.</summary>
    public static EntryRow? Against(Caller who, DomainRow domain, IReadOnlyCollection<EntryRow> entries) =>
        entries.Count == 0 || Judge(who, domain, entries).IsAllowed ? null : Last(entries.Where(e => IsOn(e, domain)));

    /// <summary>Is it for him? Pure.</summary>
    public static bool IsFor(EntryRow entry, Caller who) => entry.OwnerId == who.UserId || entry.ForUsers.Contains(who.UserId) || entry.ForGroups.Any(who.Groups.Contains);

    /// <summary>May he read what it is for? Pure.</summary>
    public static bool MaySee(EntryRow entry, Caller who) => entry.Visibility is Visibility.Public || IsFor(entry, who) || who.Reach(Grant.Book) is Reach.All;

    /// <summary>May a machine begin to run now, for who asks and for whose it is?</summary>
    public static async Task<Judgement> Now(DbSession db, Caller caller, DomainRow domain)
    {
        var entries = caller.IsAdmin || domain.Autostart ? [] : await BookingsTable.Now(db);
        var judged = Judge(caller, domain, entries);
        return entries.Count == 0 || !judged.IsAllowed || domain.OwnerId == caller.UserId || await UsersTable.Caller(db, domain.OwnerId, address: null) is not { } owner
            ? judged
            : Judge(owner, domain, entries);
    }

    private static bool IsOn(EntryRow entry, DomainRow domain) => entry.OnBases.Count == 0 || (domain.BaseId is { } origin && entry.OnBases.Contains(origin));

    private static EntryRow Last(IEnumerable<EntryRow> entries) => entries.MaxBy(e => e.EndsAt)!;

    private static string Sentence(EntryRow entry)
    {
        var ends = TimeZoneInfo.ConvertTime(entry.EndsAt, entry.Zone);
        var until = ends.ToString(DateOnly.FromDateTime(ends.DateTime) == entry.Day ? "HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return $"It is booked by {entry.OwnerName} until {until} ({entry.TimeZone}){(entry.Visibility is Visibility.Public ? $": {entry.Title}" : "")}. Try again then.";
    }
}
