using Microsoft.AspNetCore.Identity;

namespace Broker.Core.Users;

/// <summary>Hashes and checks passwords with ASP.NET Core Identity's hasher (PBKDF2). Only the front end checks them.</summary>
public static class Passwords
{
    private static readonly PasswordHasher<object> Hasher = new();
    private static readonly object Nobody = new();
    private static readonly Lazy<string> SomeHash = new(() => Hash(Guid.NewGuid().ToString()));

    /// <summary>Shortest password that is accepted, in characters.</summary>
    public const int MinimumLength = 10;

    /// <summary>The hash to store.</summary>
    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    /// <summary>Does the password fit? Takes the same time when there is no hash to compare with.</summary>
    /// <param name="hash">The stored hash, or null.</param>
    /// <param name="password">What was typed.</param>
    /// <param name="upgraded">A hash in today's format when the stored one is of an older.</param>
    public static bool Fits(string? hash, string password, out string? upgraded)
    {
        upgraded = null;
        var result = Hasher.VerifyHashedPassword(Nobody, hash ?? SomeHash.Value, password);
        if (hash is null || result == PasswordVerificationResult.Failed) return false;
        if (result == PasswordVerificationResult.SuccessRehashNeeded) upgraded = Hash(password);
        return true;
    }

    /// <summary>What is wrong with a new password, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(string password, string userName)
    {
        if (password.Length < MinimumLength) yield return $"A password has at least {MinimumLength} characters.";
        if (password.Length > 256) yield return "A password has at most 256 characters.";
        if (userName.Length > 2 && password.Contains(userName, StringComparison.OrdinalIgnoreCase)) yield return "A password does not contain the user's name.";
        if (password.Distinct().Count() < 5) yield return "A password has at least five different characters.";
        if (CommonPasswords.Has(password)) yield return "This password is among the first that are tried.";
    }
}
