using System.Globalization;
using System.Security.Cryptography;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Core.Users;

/// <summary>What becomes of a line.</summary>
public enum UploadOutcome
{
    /// <summary>The account is made.</summary>
    Made,

    /// <summary>There is such an account; it stays as it is.</summary>
    There,

    /// <summary>It can't be done as it stands.</summary>
    Refused,
}

/// <summary>A line, and what becomes of it.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="Name">Whom it is about.</param>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Problem">Why not, and what to do about it.</param>
/// <param name="Password">The password that was made up for him, told once.</param>
public sealed record UploadLine(int Line, string? Name, UploadOutcome Outcome, string? Problem = null, string? Password = null);

/// <summary>Makes many accounts at once, all or none. Whoever has a password of Broker's has to choose one of his own at his first sign-in.</summary>
public static class UserUpload
{
    /// <summary>How many new accounts may have a password at a time: each takes a moment.</summary>
    public const int MostPasswords = 500;

    private const int LongestDisplayName = 190;
    private const int LongestExternalId = 500;
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>What an entry can say.</summary>
    public static IReadOnlyList<string> Columns { get; } = [UploadText.Name, "display_name", "source", "external_id", "password", "expires_at"];

    /// <summary>Tells of each line what becomes of it, and does it, unless one of them is refused.</summary>
    /// <param name="db">The database.</param>
    /// <param name="caller">Who uploads; he manages users.</param>
    /// <param name="text">The list.</param>
    /// <param name="usual">Who knows the passwords of those of whom the list does not say it.</param>
    /// <param name="dryRun">Only tell.</param>
    /// <param name="hash">Hashes a password.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task<IReadOnlyList<UploadLine>> Run(
        Db db, Caller caller, string text, AccountSource usual, bool dryRun, Func<string, Task<string>> hash, CancellationToken cancel)
    {
        if (May.Do(caller, Grant.ManageUsers, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        var (entries, unread) = UploadText.Read(text, Columns);
        var people = (await db.Read(UsersTable.All, cancel)).ToDictionary(u => u.Name, StringComparer.OrdinalIgnoreCase);
        var plan = Plan(entries, usual, people);
        var lines = plan.Select(p => p.Line).Concat(unread.Select(p => new UploadLine(p.Line, null, UploadOutcome.Refused, p.Problem))).OrderBy(l => l.Line).ToList();
        if (dryRun || lines.Exists(l => l.Outcome is UploadOutcome.Refused)) return lines;

        var hashes = new Dictionary<int, string>();
        foreach (var (line, account) in plan)
            if (line.Outcome is UploadOutcome.Made && account!.Password is { } password)
                hashes[line.Line] = await hash(password);
        try
        {
            await db.Transaction(async s =>
            {
                foreach (var (line, account) in plan.Where(p => p.Line.Outcome is UploadOutcome.Made))
                {
                    var id = account!.Source is AccountSource.Local
                        ? await UsersTable.Insert(s, account.Name, account.DisplayName, hashes[line.Line], isAdmin: false, mustChangePassword: true)
                        : await UsersTable.InsertExternal(s, account.Source, account.Name, account.DisplayName);
                    if (account.ExternalId is { } there) await UsersTable.SetExternal(s, (await UsersTable.Get(s, id))!, there, UsersTable.OidcKey(there), account.DisplayName);
                    if (account.ExpiresAt is not null) await UsersTable.SetExpiry(s, id, account.ExpiresAt);
                }

                await AuditTable.Insert(s, caller.UserId, caller.Address, "users_uploaded", null,
                    new { made = plan.Where(p => p.Line.Outcome is UploadOutcome.Made).Select(p => p.Account!.Name), there = plan.Count(p => p.Line.Outcome is UploadOutcome.There) });
            }, cancel);
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw new RequestRefusedException("name_taken", "Meanwhile somebody made an account with one of these names, so none was made. Upload again.");
        }

        return [.. plan.Select(p => p.Line with { Password = p is { Line.Outcome: UploadOutcome.Made, Account.IsGenerated: true } ? p.Account.Password : null })];
    }

    private static List<(UploadLine Line, Account? Account)> Plan(IReadOnlyList<UploadEntry> entries, AccountSource usual, Dictionary<string, UserRow> people)
    {
        var plan = new List<(UploadLine, Account?)>();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var passwords = 0;
        foreach (var entry in entries.Take(UploadText.MostEntries))
        {
            var name = entry[UploadText.Name] ?? "";
            var account = Read(entry, name, usual, out var problems);
            if (name.Length > 0 && !seen.TryAdd(name, entry.Line)) problems.Add($"{name} is in line {seen[name]} already.");
            var isThere = people.TryGetValue(name, out var person);
            if (isThere && entry["source"] is not null && person!.Source != account.Source) problems.Add($"{name} is there with the source {Word.Of(person.Source)}. Leave the column source out, or choose another name.");
            if (!isThere && account.Password is not null && ++passwords == MostPasswords + 1) problems.Add($"At most {MostPasswords} new accounts with a password at a time: put the rest into another file.");
            if (!isThere && account is { Password: { } password, IsGenerated: false }) problems.AddRange(Passwords.Problems(password, name));
            plan.Add((new UploadLine(entry.Line, name.Length > 0 ? name : null, problems.Count > 0 ? UploadOutcome.Refused : isThere ? UploadOutcome.There : UploadOutcome.Made,
                problems.Count > 0 ? string.Join(' ', problems) : null), account));
        }

        return plan;
    }

    private static Account Read(UploadEntry entry, string name, AccountSource usual, out List<string> problems)
    {
        problems = [.. UserNames.Problems(name)];
        var displayName = entry["display_name"] ?? name;
        if (displayName.Length > LongestDisplayName || displayName.Any(char.IsControl)) problems.Add($"display_name has at most {LongestDisplayName} characters, none of them control characters.");
        var source = usual;
        if (entry["source"] is { } word && !Word.TryParse(word, out source)) problems.Add($"source is local, ldap or oidc, not '{word}'.");
        if (source is not AccountSource.Local && entry["password"] is not null) problems.Add("Broker keeps no password of who is known elsewhere: leave it empty.");
        var externalId = entry["external_id"];
        if (source is AccountSource.Oidc != externalId is not null)
            problems.Add("external_id is for those whom an OpenID provider knows, and they need one: its issuer and the subject, with a space between.");
        if (externalId?.Length > LongestExternalId) problems.Add($"external_id has at most {LongestExternalId} characters.");
        DateTimeOffset? expiresAt = null;
        if (entry["expires_at"] is { } text)
        {
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)) expiresAt = at;
            else problems.Add($"expires_at is a date, like 2027-07-31, not '{text}'.");
        }

        var isGenerated = source is AccountSource.Local && entry["password"] is null;
        return new Account(name, displayName, source, source is AccountSource.Local ? entry["password"] ?? NewPassword() : null, isGenerated, externalId, expiresAt);
    }

    private static string NewPassword() => string.Join('-', RandomNumberGenerator.GetString(Letters, 16).Chunk(4).Select(c => new string(c)));

    private sealed record Account(string Name, string DisplayName, AccountSource Source, string? Password, bool IsGenerated, string? ExternalId, DateTimeOffset? ExpiresAt);
}
