using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.SignIn;

/// <summary>What came of a name and a password.</summary>
/// <param name="User">Whose name it is; null when it is nobody's.</param>
/// <param name="Proof">How he proved to be him; null when he did not.</param>
/// <param name="UpgradedHash">His password's hash in today's format, when the stored one is of an older.</param>
/// <param name="Instead">What is answered, and not that they don't belong together: that the directory could not be asked. The try counts all the same.</param>
public sealed record PasswordVerdict(UserRow? User, Proof? Proof, string? UpgradedHash = null, RefusedException? Instead = null);

/// <summary>
/// Whether a name and a password belong together: Broker says so of its own accounts, the directory of its people and of names that nobody has here. An
/// unknown name takes as long as a wrong password, whoever is asked.
/// </summary>
public sealed class PasswordCheck(Db db, SignInLimits limits, DirectoryPasswords directory)
{
    /// <summary>Looks at them. Whether the account may sign in at all is not judged here (<see cref="SignInFlow"/>).</summary>
    /// <exception cref="RefusedException">The directory knows him, and does not let him in.</exception>
    public async Task<PasswordVerdict> Check(string name, string password, CancellationToken cancel)
    {
        var user = await db.Read(s => UsersTable.Find(s, name), cancel);
        var isDirectorys = directory.IsOn && user is null or { Source: AccountSource.Ldap };
        try
        {
            if (isDirectorys)
            {
                if (await directory.Check(name, password, user, cancel) is { } known) return new PasswordVerdict(known, Proof.Ldap);
                await limits.Hash(() => Passwords.Fits(null, password, out _), cancel);
                return new PasswordVerdict(user, null);
            }

            string? upgraded = null;
            if (await limits.Hash(() => Passwords.Fits(user?.PasswordHash, password, out upgraded), cancel)) return new PasswordVerdict(user, Proof.Password, upgraded);
            if (directory.IsOn) await directory.TakeAsLong(cancel);
            return new PasswordVerdict(user, null);
        }
        catch (RefusedException e) when (e.Code == DirectoryPasswords.Unavailable)
        {
            // the same for all names, and it counts for all: else passwords of local accounts could be guessed at will meanwhile
            return new PasswordVerdict(isDirectorys ? null : user, null, Instead: e);
        }
    }
}
