using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;

namespace Broker.Core.Directory;

/// <summary>What came of writing down what the directory tells of somebody.</summary>
public enum DirectoryAccount
{
    /// <summary>It is written down.</summary>
    Written,

    /// <summary>The name belongs to an account that is not of the directory: that one stays what it is.</summary>
    NameIsTaken,

    /// <summary>The name belonged to somebody else in the directory, whose account and machines are still here.</summary>
    IsAnothers,

    /// <summary>The name is none that Broker can take.</summary>
    BadName,

    /// <summary>The directory does not tell what stays of him whatever he is called, so that nobody can say whose account the name is.</summary>
    NoKey,
}

/// <summary>Accounts of people whom the directory knows. Everything that it tells is written in one transaction: the account, its attributes, its groups, the time.</summary>
public static class DirectoryAccounts
{
    private const int LongestDisplayName = 190;
    private const int LongestDn = 500;

    /// <summary>Writes down what the directory has just told; makes the account when there is none.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="person">What it told.</param>
    /// <param name="known">The account of that name as it was read a moment ago; null when there was none.</param>
    public static async Task<(DirectoryAccount Outcome, UserRow? User)> Write(DbSession db, DirectoryPerson person, UserRow? known = null)
    {
        if (UserNames.Problems(person.Name).Any() || person.Dn.Length > LongestDn) return (DirectoryAccount.BadName, null);
        if (person.Key is not { } key) return (DirectoryAccount.NoKey, null);
        var user = known is { Source: AccountSource.Ldap } && known.ExternalKey == key
            ? known
            : await UsersTable.FindExternal(db, AccountSource.Ldap, key) ?? await UsersTable.Find(db, person.Name);
        if (user is not null && user.Source != AccountSource.Ldap) return (DirectoryAccount.NameIsTaken, user);
        if (user is { ExternalKey: { } his } && his != key) return (DirectoryAccount.IsAnothers, user);

        var displayName = Short(person.DisplayName) is { Length: > 0 } name ? name : person.Name;
        if (user is null)
        {
            var id = await UsersTable.InsertExternal(db, AccountSource.Ldap, person.Name, displayName);
            await AuditTable.Insert(db, id, address: null, "create_user", person.Name, new { user = id, source = AccountSource.Ldap, dn = person.Dn });
            user = (await UsersTable.Get(db, id))!;
        }

        await UsersTable.SetExternal(db, user, person.Dn, key, displayName);
        await UserAttributesTable.Set(db, user.Id, person.Attributes);
        await UserGroupsTable.SetExternal(db, user.Id, AccountSource.Ldap, [.. person.Groups.Select(g => g.Dn)]);
        if (person.IsAdmin is not { } isAdmin || isAdmin == user.IsAdmin) return (DirectoryAccount.Written, user);
        await UserAdministration.ToldAdmin(db, user, isAdmin, address: null, new { by = "ldap" });
        return (DirectoryAccount.Written, await UsersTable.Get(db, user.Id));
    }

    /// <summary>The directory does not know him any more, or does not let him in: what he has open ends, and his tokens count for nothing until it does again.</summary>
    /// <returns>That is news.</returns>
    public static async Task<bool> Gone(DbSession db, UserRow user, DirectoryVerdict verdict)
    {
        var ended = await SessionsTable.EndAll(db, user.Id);
        if (!await UsersTable.ForgetFacts(db, user.Id) && ended == 0) return false;
        await AuditTable.Insert(db, user.Id, address: null, "signed_out_by_directory", user.Name, new { verdict });
        return true;
    }

    private static string Short(string text)
    {
        var clean = new string([.. text.Where(c => !char.IsControl(c))]).Trim();
        return clean.Length <= LongestDisplayName ? clean : clean[..LongestDisplayName];
    }
}
