using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Core.Settings;

/// <summary>
/// A time in which only those who look after the hosts sign in and call the API. What runs goes on, screens that are open stay open, schedules and
/// requests that were made before are done.
/// </summary>
/// <param name="From">Its begin.</param>
/// <param name="Until">Its end; null until somebody ends it.</param>
/// <param name="Message">What the others are told.</param>
public sealed record Maintenance(DateTimeOffset From, DateTimeOffset? Until, string? Message)
{
    private const int LongestMessage = 500;

    /// <summary>Whether it is on at this time.</summary>
    public bool IsAt(DateTimeOffset now) => now >= From && !IsOverAt(now);

    /// <summary>Whether it has ended at this time.</summary>
    public bool IsOverAt(DateTimeOffset now) => now >= Until;

    /// <summary>Whether somebody is served in it: an administrator, and who was granted to look after the hosts. A token is its owner here.</summary>
    public static bool Serves(Caller caller) => (caller with { Scopes = null }).Reach(Grant.Operate) is not Reach.None;

    /// <summary>Announces it, or ends what was announced before.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who says so.</param>
    /// <param name="maintenance">It; null for none.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="RequestRefusedException">Not the caller's to say, or not so.</exception>
    public static async Task Set(DbSession db, Caller caller, Maintenance? maintenance, DateTimeOffset now)
    {
        if (May.Do(caller, Grant.Operate, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        if (maintenance?.Problems(now).ToList() is { Count: > 0 } problems)
            throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        await SiteSettingsTable.WriteMaintenance(db, maintenance);
        await AuditTable.Insert(db, caller.UserId, caller.Address, maintenance is null ? "end_maintenance" : "set_maintenance", null, maintenance);
    }

    private IEnumerable<string> Problems(DateTimeOffset now)
    {
        if (Until <= From) yield return "It ends after it has begun: until is later than from.";
        else if (IsOverAt(now)) yield return "until has passed already.";
        if (Message?.Length > LongestMessage) yield return $"A message has at most {LongestMessage} characters.";
        if (Message?.Any(c => char.IsControl(c) && c != '\n') == true) yield return "A message has no control characters.";
    }
}
