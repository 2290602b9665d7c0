using System.Security.Cryptography;
using System.Text;
using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Core.Users;

/// <summary>Somebody's second factor.</summary>
public sealed record SecondFactorRow
{
    /// <summary>The secret, encrypted by the front end.</summary>
    public required string Secret { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many recovery codes are left.</summary>
    public int RecoveryCodes { get; init; }
}

/// <summary>All writes to <c>second_factors</c> and <c>recovery_codes</c>. Of a code only its hash is kept, and each code counts once.</summary>
public static class SecondFactorsTable
{
    /// <summary>How many recovery codes there are at first.</summary>
    public const int Codes = 10;

    // 79 bits, so that the hash can't be searched for
    private const int CodeLength = 16;
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789"; // none that look alike

    /// <summary>A user's; null when he has none.</summary>
    public static Task<SecondFactorRow?> Get(DbSession db, long userId) => db.First<SecondFactorRow>(
        "SELECT secret, created_at, (SELECT COUNT(*) FROM recovery_codes c WHERE c.user_id = f.user_id) AS recovery_codes FROM second_factors f WHERE user_id = @userId", new { userId });

    /// <summary>Does he have one?</summary>
    public static async Task<bool> Has(DbSession db, long userId) => await db.First<int>("SELECT 1 FROM second_factors WHERE user_id = @userId", new { userId }) == 1;

    /// <summary>From now on he needs it to sign in.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="userId">Who; he has none so far.</param>
    /// <param name="secret">Encrypted.</param>
    /// <param name="step">That of the code by which he showed that he has it: it does not count again.</param>
    /// <returns>Recovery codes, which are told once.</returns>
    public static async Task<IReadOnlyList<string>> Insert(DbSession db, long userId, string secret, long step)
    {
        await db.Execute("INSERT INTO second_factors (user_id, secret, last_step, created_at) VALUES (@userId, @secret, @step, UTC_TIMESTAMP(6))", new { userId, secret, step });
        await db.Execute("DELETE FROM recovery_codes WHERE user_id = @userId", new { userId });
        var codes = Enumerable.Range(0, Codes).Select(_ => NewCode()).ToList();
        foreach (var code in codes) await db.Execute("INSERT INTO recovery_codes (user_id, code_hash) VALUES (@userId, @hash)", new { userId, hash = Hash(code) });
        await UsersTable.ChangeStamp(db, userId);
        EventsTable.Changed(db, EventKind.User, userId);
        return codes;
    }

    /// <summary>Takes a step, so that no code of it or of an earlier one counts any more.</summary>
    /// <returns>It was still to be had.</returns>
    public static async Task<bool> TakeStep(DbSession db, long userId, long step) =>
        await db.Execute("UPDATE second_factors SET last_step = @step WHERE user_id = @userId AND last_step < @step", new { userId, step }) == 1;

    /// <summary>Takes a recovery code; spaces, dashes and case don't matter.</summary>
    /// <returns>It was one, and still to be had.</returns>
    public static async Task<bool> TakeCode(DbSession db, long userId, string code) =>
        await db.Execute("DELETE FROM recovery_codes WHERE user_id = @userId AND code_hash = @hash", new { userId, hash = Hash(code) }) == 1;

    /// <summary>He needs none any more.</summary>
    /// <returns>He had one.</returns>
    public static async Task<bool> Remove(DbSession db, long userId)
    {
        await db.Execute("DELETE FROM recovery_codes WHERE user_id = @userId", new { userId });
        if (await db.Execute("DELETE FROM second_factors WHERE user_id = @userId", new { userId }) == 0) return false;
        EventsTable.Changed(db, EventKind.User, userId);
        return true;
    }

    private static string NewCode() => string.Join('-', RandomNumberGenerator.GetString(Alphabet, CodeLength).Chunk(4).Select(c => new string(c)));

    private static string Hash(string code)
    {
        var bare = new string([.. code.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bare)));
    }
}
