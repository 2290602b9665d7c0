using Broker.Core.Database;
using Broker.Core.Users;

namespace Broker.Frontend.SignIn;

/// <summary>What came of a name and a password.</summary>
/// <param name="User">Whose name it is; null when it is nobody's.</param>
/// <param name="Proof">How he proved to be him; null when he did not.</param>
/// <param name="UpgradedHash">His password's hash in today's format, when the stored one is of an older.</param>
public sealed record PasswordVerdict(UserRow? User, Proof? Proof, string? UpgradedHash = null);

/// <summary>Whether a name and a password belong together. An unknown name takes as long as a wrong password.</summary>
public sealed class PasswordCheck(Db db, SignInLimits limits)
{
    /// <summary>Looks at them. Whether the account may sign in at all is not judged here (<see cref="SignInFlow"/>).</summary>
    public async Task<PasswordVerdict> Check(string name, string password, CancellationToken cancel)
    {
        var user = await db.Read(s => UsersTable.Find(s, name), cancel);
        string? upgraded = null;
        var fits = await limits.Hash(() => Passwords.Fits(user?.PasswordHash, password, out upgraded), cancel);
        return new PasswordVerdict(user, fits ? Proof.Password : null, upgraded);
    }
}
