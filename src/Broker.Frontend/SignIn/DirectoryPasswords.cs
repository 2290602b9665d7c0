using System.Security.Cryptography;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Users;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.SignIn;

/// <summary>Whether a password is the one that the directory knows, and what it tells then of whose it is.</summary>
public sealed class DirectoryPasswords(LdapDirectory directory, Db db, ILogger<DirectoryPasswords> log)
{
    /// <summary>The code of the refusal while the directory can't be asked.</summary>
    public const string Unavailable = "directory_unavailable";

    /// <summary>Are there passwords that the directory knows?</summary>
    public bool IsOn => directory.IsOn;

    /// <summary>Asks the directory. Whoever it is has an account afterwards, with what the directory told.</summary>
    /// <param name="name">What he typed as his name.</param>
    /// <param name="password">What he typed as his password.</param>
    /// <param name="known">The account of that name as it was read a moment ago; null when there is none.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The account; null when the password is nobody's of that name.</returns>
    /// <exception cref="RefusedException">The directory can't be asked (<see cref="Unavailable"/>), or it is him and he is not let in all the same.</exception>
    public async Task<UserRow?> Check(string name, string password, UserRow? known, CancellationToken cancel)
    {
        DirectoryAnswer answer;
        try
        {
            answer = await directory.SignIn(name, password, cancel);
        }
        catch (Exception e) when (e is DirectoryDownException or DirectoryRefusedException)
        {
            Log.DirectoryNotAsked(log, e.Message);
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, Unavailable,
                "The directory, which knows the passwords, does not answer now, so that nobody can sign in by it. Whoever is signed in goes on. Try again in some minutes.")
            { RetryAfter = TimeSpan.FromSeconds(30) };
        }

        switch (answer.Verdict)
        {
            case DirectoryVerdict.NotInGroup:
                throw new RefusedException(StatusCodes.Status403Forbidden, "not_in_group", "Your password is right, but you are not among those of the directory who may use this service. Ask whoever looks after it.");
            case DirectoryVerdict.PasswordExpired:
                throw new RefusedException(StatusCodes.Status403Forbidden, "password_expired_in_directory", "The directory wants you to choose another password. Do that where you usually do, then sign in here.");
            case DirectoryVerdict.Ambiguous:
                Log.DirectoryNameIsAmbiguous(log, directory.Settings.UserAttribute);
                return null;
            case DirectoryVerdict.Known:
                return await Account(answer.Person!, known, cancel);
            default:
                return null;
        }
    }

    /// <summary>Asks what would be asked for somebody who is not there: so long takes a sign-in that Broker alone has refused.</summary>
    public Task TakeAsLong(CancellationToken cancel) => Check($"nobody-{Guid.NewGuid():n}", Convert.ToHexString(RandomNumberGenerator.GetBytes(8)), known: null, cancel);

    private async Task<UserRow> Account(DirectoryPerson person, UserRow? known, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var (outcome, user) = await db.Transaction(s => DirectoryAccounts.Write(s, person, known), cancel);
                return outcome switch
                {
                    DirectoryAccount.Written => user!,
                    DirectoryAccount.NameIsTaken => throw Conflict("name_is_local", $"There is an account called {person.Name} here that is not the directory's. Ask whoever looks after this service to remove or rename one of the two."),
                    DirectoryAccount.IsAnothers => throw Conflict("name_was_anothers", $"The account {person.Name} belongs to somebody who had this name in the directory before. Ask whoever looks after this service to remove it first."),
                    DirectoryAccount.NoKey => throw NoKey(),
                    _ => throw Conflict("bad_name", "Your name in the directory is none that this service can take: it has 1 to 190 characters, no control characters and no space at its ends."),
                };
            }
            catch (Exception e) when (Db.IsDuplicateKey(e) && tries < 3)
            {
                // he signs in twice for the first time: the other one has made the account
            }
        }

        RefusedException NoKey()
        {
            Log.DirectoryTellsNoKey(log, person.Dn);
            return new RefusedException(StatusCodes.Status403Forbidden, "no_key", "The directory tells too little of you for an account here. Ask whoever looks after this service: its log says what is missing.");
        }

        RefusedException Conflict(string code, string detail)
        {
            Log.DirectoryAccountNotMade(log, person.Dn, code);
            return new RefusedException(StatusCodes.Status403Forbidden, code, detail);
        }
    }
}
