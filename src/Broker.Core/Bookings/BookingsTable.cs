using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Core.Bookings;

/// <summary>All writes to <c>bookings</c>, <c>booking_entries</c> and <c>booking_warnings</c>.</summary>
public static class BookingsTable
{
    private const string Select =
        """
        SELECT e.id, e.booking_id, b.owner_id, u.display_name AS owner_name, b.colour, b.time_zone, e.starts_at, e.ends_at, e.title, e.description, e.visibility,
          e.for_users, e.for_groups, e.on_bases
        FROM booking_entries e JOIN bookings b ON b.id = e.booking_id JOIN users u ON u.id = b.owner_id
        """;

    /// <summary>What is booked at the moment, by the database's clock.</summary>
    public static Task<IReadOnlyList<EntryRow>> Now(DbSession db) =>
        db.Query<EntryRow>($"{Select} WHERE e.ends_at > UTC_TIMESTAMP(6) AND e.starts_at <= UTC_TIMESTAMP(6) ORDER BY e.starts_at, e.id");

    /// <summary>What is booked now or begins within this time.</summary>
    public static Task<IReadOnlyList<EntryRow>> Soon(DbSession db, TimeSpan within) =>
        db.Query<EntryRow>(
            $"{Select} WHERE e.ends_at > UTC_TIMESTAMP(6) AND e.starts_at <= UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND ORDER BY e.starts_at, e.id", new { seconds = within.TotalSeconds });

    /// <summary>What has some time in common with this one.</summary>
    public static Task<IReadOnlyList<EntryRow>> Within(DbSession db, Period period) =>
        db.Query<EntryRow>($"{Select} WHERE e.ends_at > @Start AND e.starts_at < @End ORDER BY e.starts_at, e.id", new { period.Start, period.End });

    /// <summary>One day of a booking.</summary>
    public static Task<EntryRow?> Entry(DbSession db, long id) => db.First<EntryRow>($"{Select} WHERE e.id = @id", new { id });

    /// <summary>All days of a booking.</summary>
    public static Task<IReadOnlyList<EntryRow>> Of(DbSession db, long bookingId) => db.Query<EntryRow>($"{Select} WHERE e.booking_id = @bookingId ORDER BY e.starts_at, e.id", new { bookingId });

    /// <summary>Whoever books at the same moment does it one after the other, so that each sees what the other has taken.</summary>
    public static Task InTurn(DbSession db) => RequestsTable.Meet(db, "bookings");

    /// <summary>Writes a booking with its days.</summary>
    /// <returns>Its key.</returns>
    public static async Task<long> Insert(DbSession db, IReadOnlyList<EntryRow> entries)
    {
        var id = await db.Insert("INSERT INTO bookings (owner_id, colour, time_zone, created_at) VALUES (@OwnerId, @Colour, @TimeZone, UTC_TIMESTAMP(6))", entries[0]);
        foreach (var entry in entries)
        {
            await db.Execute(
                """
                INSERT INTO booking_entries (booking_id, starts_at, ends_at, title, description, visibility, for_users, for_groups, on_bases)
                VALUES (@BookingId, @StartsAt, @EndsAt, @Title, @Description, @Visibility, @ForUsers, @ForGroups, @OnBases)
                """, entry with { BookingId = id });
        }

        return id;
    }

    /// <summary>Makes days of a booking what these say. Whoever is to be ended for them is told anew.</summary>
    public static async Task Set(DbSession db, IReadOnlyList<EntryRow> entries)
    {
        foreach (var entry in entries)
        {
            await db.Execute(
                """
                UPDATE booking_entries SET starts_at = @StartsAt, ends_at = @EndsAt, title = @Title, description = @Description, visibility = @Visibility,
                  for_users = @ForUsers, for_groups = @ForGroups, on_bases = @OnBases
                WHERE id = @Id
                """, entry);
            await db.Execute("DELETE FROM booking_warnings WHERE entry_id = @Id", new { entry.Id });
        }
    }

    /// <summary>Forgets days of a booking, and the booking with the last of them.</summary>
    public static async Task Delete(DbSession db, IReadOnlyList<EntryRow> entries)
    {
        foreach (var entry in entries) await db.Execute("DELETE FROM booking_entries WHERE id = @Id", new { entry.Id });
        foreach (var booking in entries.Select(e => e.BookingId).Distinct())
            await db.Execute("DELETE FROM bookings WHERE id = @booking AND NOT EXISTS (SELECT 1 FROM booking_entries e WHERE e.booking_id = bookings.id)", new { booking });
    }

    /// <summary>When machines are ended for these days, as their owners were told.</summary>
    public static async Task<IReadOnlyDictionary<(long Entry, Guid Domain), DateTimeOffset>> Warned(DbSession db, IEnumerable<EntryRow> entries) =>
        (await db.Query<(long Entry, Guid Domain, DateTimeOffset EndsAt)>("SELECT entry_id, domain_id, ends_at FROM booking_warnings WHERE entry_id IN @ids", new { ids = entries.Select(e => e.Id).ToArray() }))
        .ToDictionary(w => (w.Entry, w.Domain), w => w.EndsAt);

    /// <summary>Has the time come that its owner was told?</summary>
    public static async Task<bool> IsDue(DbSession db, long entry, Guid domain) =>
        await db.First<int>("SELECT 1 FROM booking_warnings WHERE entry_id = @entry AND domain_id = @domain AND ends_at <= UTC_TIMESTAMP(6)", new { entry, domain }) == 1;

    /// <summary>Whose machines run although that time has come.</summary>
    public static Task<IReadOnlyList<long>> OwnersOfDue(DbSession db) =>
        db.Query<long>(
            """
            SELECT DISTINCT d.owner_id FROM booking_entries e JOIN booking_warnings w ON w.entry_id = e.id JOIN domains d ON d.id = w.domain_id
            WHERE e.ends_at > UTC_TIMESTAMP(6) AND w.ends_at <= UTC_TIMESTAMP(6) AND d.state IN ('active', 'paused')
            """);

    /// <summary>Its owner is told when it is ended.</summary>
    public static Task Warn(DbSession db, long entry, Guid domain, DateTimeOffset endsAt) =>
        db.Execute("INSERT INTO booking_warnings (entry_id, domain_id, ends_at) VALUES (@entry, @domain, @endsAt) ON DUPLICATE KEY UPDATE ends_at = @endsAt", new { entry, domain, endsAt });
}
