using System.Security.Cryptography;
using System.Text;
using Broker.Core.Audit;
using Broker.Core.Database;

namespace Broker.Core.Users;

/// <summary>
/// A link that makes one administrator: for the first one, and for when all are locked out. Whoever may ask for one owns the machine already (installation,
/// command line). The database knows only its hash; it counts once, for a day, and a newer one takes its place.
/// </summary>
public static class FirstAdminLinks
{
    /// <summary>How long a link counts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private const int TokenBytes = 32;

    /// <summary>Makes a new one; earlier ones no longer count.</summary>
    /// <returns>The token, which is nowhere else.</returns>
    public static async Task<string> Issue(DbSession db)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        await db.Execute("DELETE FROM first_admin_links");
        await db.Execute(
            "INSERT INTO first_admin_links (token_hash, expires_at) VALUES (@hash, UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND)",
            new { hash = Hash(token), seconds = (long)Lifetime.TotalSeconds });
        await AuditTable.Insert(db, null, null, "first_admin_link_made", null, new { by = "command line" });
        return token;
    }

    /// <summary>Does the link count now?</summary>
    public static async Task<bool> Counts(DbSession db, string token) =>
        await db.First<int>("SELECT 1 FROM first_admin_links WHERE token_hash = @hash AND expires_at >= UTC_TIMESTAMP(6)", new { hash = Hash(token) }) == 1;

    /// <summary>Makes the administrator and ends the link.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="token">What the link carries.</param>
    /// <param name="name">Sign-in name.</param>
    /// <param name="passwordHash">Identity's hash.</param>
    /// <param name="address">Where the call comes from.</param>
    /// <returns>His key; null when the link does not count (any more).</returns>
    public static async Task<long?> Use(DbSession db, string token, string name, string passwordHash, string? address)
    {
        // whoever takes the row is the one who had the link
        var counts = await db.First<bool?>("DELETE FROM first_admin_links WHERE token_hash = @hash RETURNING expires_at >= UTC_TIMESTAMP(6)", new { hash = Hash(token) });
        if (counts != true) return null;
        var id = await UsersTable.Insert(db, name, name, passwordHash, isAdmin: true, mustChangePassword: false);
        await AuditTable.Insert(db, id, address, "first_admin_made", name, new { user = id });
        return id;
    }

    /// <summary>Where the link leads: the token stands behind the #, which browsers send to nobody.</summary>
    /// <param name="urls">What the front end listens on (<see cref="Settings.FrontEndSettings.Urls"/>).</param>
    /// <param name="host">This machine's name, for addresses that stand for all of its own.</param>
    /// <param name="token">From <see cref="Issue"/>.</param>
    public static string Address(IReadOnlyList<string> urls, string host, string token)
    {
        var url = urls.FirstOrDefault(u => u.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) ?? urls[0];
        foreach (var all in (string[])["://*", "://+", "://0.0.0.0", "://[::]"]) url = url.Replace(all, "://" + host, StringComparison.Ordinal);
        return new Uri(url).GetLeftPart(UriPartial.Authority) + "/first-admin#" + token;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
