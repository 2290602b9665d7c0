using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Core.Users;

/// <summary>All writes to <c>user_attributes</c>: what a directory or an OpenID provider tells of people. Each with the event that makes front ends read it anew.</summary>
public static class UserAttributesTable
{
    /// <summary>The longest name of an attribute, in characters.</summary>
    public const int LongestName = 64;

    /// <summary>The longest value, in characters; longer ones are not kept.</summary>
    public const int LongestValue = 500;

    private const int MostValues = 100;

    private static readonly ILookup<string, string> None = Array.Empty<string>().ToLookup(a => a, StringComparer.OrdinalIgnoreCase);

    /// <summary>The values of each of his attributes, by its name without regard to case.</summary>
    public static async Task<ILookup<string, string>> Of(DbSession db, long userId)
    {
        var rows = await db.Query<(string Name, string Value)>("SELECT name, value FROM user_attributes WHERE user_id = @userId ORDER BY name, value", new { userId });
        return rows.Count == 0 ? None : rows.ToLookup(r => r.Name, r => r.Value, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>What is known of anybody, for completing what people write: each name with how many have it, and its most frequent values. One that a single person has is not among them.</summary>
    public static async Task<IReadOnlyList<(string Name, long People, IReadOnlyList<(string Value, long People)> Values)>> Known(DbSession db)
    {
        var names = await db.Query<(string Name, long People)>("SELECT LOWER(name), COUNT(DISTINCT user_id) FROM user_attributes GROUP BY LOWER(name) ORDER BY LOWER(name)");
        var values = (await db.Query<(string Name, string Value, long People)>(
            """
            SELECT name, value, people FROM (
              SELECT LOWER(name) AS name, value, COUNT(*) AS people, ROW_NUMBER() OVER (PARTITION BY LOWER(name) ORDER BY COUNT(*) DESC, value) AS place
              FROM user_attributes GROUP BY LOWER(name), value HAVING COUNT(*) > 1) v
            WHERE place <= @MostValues ORDER BY name, place
            """, new { MostValues })).ToLookup(v => v.Name, v => (v.Value, v.People));
        return [.. names.Select(n => (n.Name, n.People, (IReadOnlyList<(string, long)>)[.. values[n.Name]]))];
    }

    /// <summary>What is told of him now, in place of what was told before.</summary>
    /// <returns>Whether that is something else.</returns>
    public static async Task<bool> Set(DbSession db, long userId, IEnumerable<(string Name, string Value)> told)
    {
        var now = told.Where(a => a.Name.Length <= LongestName && a.Value.Length <= LongestValue).Select(a => (Name: a.Name.ToLowerInvariant(), a.Value)).ToHashSet();
        var before = (await db.Query<(string Name, string Value)>("SELECT LOWER(name), value FROM user_attributes WHERE user_id = @userId", new { userId })).ToHashSet();
        if (now.SetEquals(before)) return false;
        foreach (var (name, value) in before.Except(now)) await db.Execute("DELETE FROM user_attributes WHERE user_id = @userId AND name = @name AND value = @value", new { userId, name, value });
        foreach (var (name, value) in now.Except(before)) await db.Execute("INSERT IGNORE INTO user_attributes (user_id, name, value) VALUES (@userId, @name, @value)", new { userId, name, value });
        EventsTable.Changed(db, EventKind.User, userId);
        return true;
    }
}
