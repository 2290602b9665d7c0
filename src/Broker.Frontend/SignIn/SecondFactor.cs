using System.Security.Cryptography;
using System.Text.Json;
using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Users;
using Microsoft.AspNetCore.DataProtection;

namespace Broker.Frontend.SignIn;

/// <summary>Somebody has given his password, and his code is still to come.</summary>
/// <param name="User">Who.</param>
/// <param name="Stamp">His security stamp then.</param>
/// <param name="Proof">How he proved it so far.</param>
public sealed record SignInState(long User, Guid Stamp, Proof Proof);

/// <summary>
/// Codes of an authenticator besides the password. Its secret lies encrypted in the database. What goes back and forth meanwhile is encrypted, too, each kind for
/// its own purpose and a few minutes, so that none of it can be used as anything else.
/// </summary>
public sealed class SecondFactor(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>How long somebody may take from the password to the code.</summary>
    public static readonly TimeSpan StateLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long setting one up may take.</summary>
    public static readonly TimeSpan EnrolmentLifetime = TimeSpan.FromMinutes(15);

    private const int LongestCode = 40;
    private const int LongestState = 2000;

    private readonly IDataProtector _secrets = protection.CreateProtector("second factor", "secret");
    private readonly ITimeLimitedDataProtector _states = protection.CreateProtector("second factor", "sign-in").ToTimeLimitedDataProtector();
    private readonly ITimeLimitedDataProtector _enrolments = protection.CreateProtector("second factor", "enrolment").ToTimeLimitedDataProtector();

    /// <summary>What the call with the code has to carry. It is no session and opens nothing by itself.</summary>
    public string NewState(UserRow user, Proof proof) => _states.Protect(JsonSerializer.Serialize(new SignInState(user.Id, user.SecurityStamp, proof), Json.Options), StateLifetime);

    /// <summary>What is in such a state; null when it is none, or too old.</summary>
    public SignInState? Read(string state) => Unprotect(_states, state) is { } text ? JsonSerializer.Deserialize<SignInState>(text, Json.Options) : null;

    /// <summary>A new secret for somebody, and what the call that confirms it has to carry.</summary>
    public (byte[] Secret, string State) NewEnrolment(long userId)
    {
        var secret = Totp.NewSecret();
        return (secret, _enrolments.Protect($"{userId}:{Convert.ToHexString(secret)}", EnrolmentLifetime));
    }

    /// <summary>Sets it up if the code shows that his authenticator has the secret.</summary>
    /// <returns>Recovery codes, which are told once; null when state or code are wrong.</returns>
    public async Task<IReadOnlyList<string>?> Enrol(DbSession db, long userId, string state, string code)
    {
        if (Unprotect(_enrolments, state)?.Split(':') is not [var user, var hex] || user != userId.ToString(null, null)) return null;
        var secret = Convert.FromHexString(hex);
        return Totp.StepOf(secret, Digits(code), clock.GetUtcNow()) is { } step
            ? await SecondFactorsTable.Insert(db, userId, _secrets.Protect(Convert.ToHexString(secret)), step) : null;
    }

    /// <summary>Takes a code of the authenticator or a recovery code: it counts, and never again.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="userId">Whose.</param>
    /// <param name="code">What he typed.</param>
    public async Task<bool> Take(DbSession db, long userId, string code)
    {
        if (code.Length > LongestCode || await SecondFactorsTable.Get(db, userId) is not { } row) return false;
        var secret = Convert.FromHexString(_secrets.Unprotect(row.Secret));
        return Totp.StepOf(secret, Digits(code), clock.GetUtcNow()) is { } step
            ? await SecondFactorsTable.TakeStep(db, userId, step)
            : await SecondFactorsTable.TakeCode(db, userId, code);
    }

    private static string Digits(string code) => code.Replace(" ", "", StringComparison.Ordinal);

    private static string? Unprotect(ITimeLimitedDataProtector protector, string text)
    {
        if (text.Length is 0 or > LongestState) return null;
        try
        {
            return protector.Unprotect(text);
        }
        catch (CryptographicException)
        {
            return null; // of another purpose, too old, or made up
        }
    }
}
