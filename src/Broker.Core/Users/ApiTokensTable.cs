using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Core.Users;

/// <summary>A token by which a program calls the API in somebody's name.</summary>
public sealed record ApiTokenRow
{
    /// <summary>Key.</summary>
    public required long Id { get; init; }

    /// <summary>In whose name.</summary>
    public required long UserId { get; init; }

    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>How it begins.</summary>
    public required string Prefix { get; init; }

    /// <summary>What it is good for (<see cref="ApiTokensTable.Scopes"/>).</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was last used, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Where from.</summary>
    public string? LastUsedFrom { get; init; }
}

/// <summary>All writes to <c>api_tokens</c>. Only a hash lies in the table, so that reading it gives no token.</summary>
public static class ApiTokensTable
{
    /// <summary>How all of them begin, so that they can be found where they should not be.</summary>
    public const string Beginning = "brk_";

    /// <summary>Good for looking at all that its owner sees, and for changing nothing.</summary>
    public const string Read = "read";

    /// <summary>How many somebody may have.</summary>
    public const int Most = 50;

    /// <summary>How long one may live.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(366);

    private const int Bytes = 32;
    private const int Length = 4 + 43;
    private const int PrefixLength = 10;
    private const string Columns = "id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at, last_used_from";

    // those of somebody whom his directory does not know any more wait until it does
    private const string Counts = "expires_at > UTC_TIMESTAMP(6) AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = user_id AND u.source = 'ldap' AND u.facts_at IS NULL)";

    /// <summary>What a token can be good for: <see cref="Read"/>, and each grant by its word.</summary>
    public static IReadOnlyList<string> Scopes { get; } = [Read, .. Enum.GetValues<Grant>().Select(Word.Of)];

    /// <summary>The one that this is, while it counts.</summary>
    public static async Task<ApiTokenRow?> Find(DbSession db, string token) =>
        token.Length != Length || !token.StartsWith(Beginning, StringComparison.Ordinal) ? null
        : await db.First<ApiTokenRow>($"SELECT {Columns} FROM api_tokens WHERE token_hash = @hash AND {Counts}", new { hash = Hash(token) });

    /// <summary>The one with this key, while it counts.</summary>
    public static Task<ApiTokenRow?> Get(DbSession db, long id) =>
        db.First<ApiTokenRow>($"SELECT {Columns} FROM api_tokens WHERE id = @id AND {Counts}", new { id });

    /// <summary>All of a user, also those that have ended, newest first.</summary>
    public static Task<IReadOnlyList<ApiTokenRow>> Of(DbSession db, long userId) =>
        db.Query<ApiTokenRow>($"SELECT {Columns} FROM api_tokens WHERE user_id = @userId ORDER BY id DESC", new { userId });

    /// <summary>Makes one.</summary>
    /// <returns>Its row, and the token, which is told once.</returns>
    public static async Task<(ApiTokenRow Row, string Token)> Insert(DbSession db, long userId, string name, IReadOnlyList<string> scopes, DateTimeOffset expiresAt)
    {
        var token = Beginning + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        var id = await db.Insert(
            "INSERT INTO api_tokens (user_id, name, prefix, token_hash, scopes, created_at, expires_at) VALUES (@userId, @name, @prefix, @hash, @scopes, UTC_TIMESTAMP(6), @expiresAt)",
            new { userId, name, prefix = token[..PrefixLength], hash = Hash(token), scopes, expiresAt });
        return ((await db.First<ApiTokenRow>($"SELECT {Columns} FROM api_tokens WHERE id = @id", new { id }))!, token);
    }

    /// <summary>It was used from there; written down once a minute.</summary>
    public static Task Used(DbSession db, long id, string? address) => db.Execute(
        "UPDATE api_tokens SET last_used_at = UTC_TIMESTAMP(6), last_used_from = @address WHERE id = @id AND COALESCE(last_used_at < UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE, TRUE)",
        new { id, address });

    /// <summary>Takes one of a user away.</summary>
    /// <returns>He had it.</returns>
    public static async Task<bool> Remove(DbSession db, long userId, long id)
    {
        if (await db.Execute("DELETE FROM api_tokens WHERE id = @id AND user_id = @userId", new { id, userId }) == 0) return false;
        EventsTable.Changed(db, EventKind.User, userId);
        return true;
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
