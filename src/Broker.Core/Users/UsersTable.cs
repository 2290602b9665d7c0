using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Core.Users;

/// <summary>A row of <c>users</c>.</summary>
public sealed record UserRow
{
    /// <summary>Key.</summary>
    public required long Id { get; init; }

    /// <summary>Sign-in name, unique without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>The name people read.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Identity's hash; null for those who can't sign in by password.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>May do everything.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>The account goes with its last machine, and its machines when they end.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Can't sign in.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Has to choose a password before anything else.</summary>
    public bool MustChangePassword { get; init; }

    /// <summary>Language of the portal: en, ca, es.</summary>
    public string? Language { get; init; }

    /// <summary>Changes with the password and with what makes him an administrator: what was proved before no longer counts.</summary>
    public Guid SecurityStamp { get; init; }

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When he was last here.</summary>
    public DateTimeOffset? LastSignInAt { get; init; }

    /// <summary>From then on it is as if he were disabled; null when the account does not end by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>That time has come.</summary>
    public bool IsExpired { get; init; }

    /// <summary>When his password was set; null when that was not written down yet.</summary>
    public DateTimeOffset? PasswordSetAt { get; init; }

    /// <summary>Sign-ins in a row that failed.</summary>
    public int FailedSignIns { get; init; }

    /// <summary>After too many of them: no sign-in counts for a while.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Who says that it is him.</summary>
    public AccountSource Source { get; init; }

    /// <summary>Who he is there: a directory's DN, an OpenID provider's subject.</summary>
    public string? ExternalId { get; init; }

    /// <summary>What stays of him there whatever he is called, and is nobody else's later; null where there is no such thing.</summary>
    public string? ExternalKey { get; init; }

    /// <summary>When that system last told of him: his attributes, his groups.</summary>
    public DateTimeOffset? FactsAt { get; init; }

    /// <summary>After his password he shows a code of his authenticator, too.</summary>
    public bool HasSecondFactor { get; init; }
}

/// <summary>Who knows a person's password, and the members of a group.</summary>
public enum AccountSource
{
    /// <summary>Broker.</summary>
    Local,

    /// <summary>A directory, by LDAP.</summary>
    Ldap,

    /// <summary>An OpenID provider.</summary>
    Oidc,
}

/// <summary>Which people are meant; what is null does not matter.</summary>
public sealed record UserFilter
{
    /// <summary>Somewhere in the sign-in name or the name people read.</summary>
    public string? Text { get; init; }

    /// <summary>Administrators, or who is none.</summary>
    public bool? IsAdmin { get; init; }

    /// <summary>Who can't sign in, or who can.</summary>
    public bool? IsDisabled { get; init; }

    /// <summary>Who says that it is him.</summary>
    public AccountSource? Source { get; init; }

    /// <summary>Who is in this group.</summary>
    public long? Group { get; init; }
}

/// <summary>All writes to <c>users</c> and <c>grants</c>.</summary>
public static class UsersTable
{
    /// <summary>Failed sign-ins in a row, from wherever, that cost nothing.</summary>
    public const int FreeFailures = 20;

    private const string Columns = "id, name, display_name, password_hash, is_admin, is_temporary, is_disabled, must_change_password, language, security_stamp, created_at, last_sign_in_at, source, external_id, external_key, facts_at, "
        + "expires_at, COALESCE(expires_at <= UTC_TIMESTAMP(6), FALSE) AS is_expired, password_set_at, failed_sign_ins, COALESCE(sign_in_not_before > UTC_TIMESTAMP(6), FALSE) AS is_locked, "
        + "id IN (SELECT user_id FROM second_factors) AS has_second_factor";

    /// <summary>The user with this key.</summary>
    public static Task<UserRow?> Get(DbSession db, long id) => db.First<UserRow>($"SELECT {Columns} FROM users WHERE id = @id", new { id });

    /// <summary>The person with this key; null when it is nobody's, or Broker's own.</summary>
    public static Task<UserRow?> Person(DbSession db, long id) => db.First<UserRow>($"SELECT {Columns} FROM users WHERE id = @id AND NOT is_system", new { id });

    /// <summary>The sign-in name of a person; null for those who are none.</summary>
    public static Task<string?> PersonName(DbSession db, long id) => db.First<string>("SELECT name FROM users WHERE id = @id AND NOT is_system", new { id });

    /// <summary>The person with this sign-in name, without regard to case.</summary>
    public static Task<UserRow?> Find(DbSession db, string name) =>
        db.First<UserRow>($"SELECT {Columns} FROM users WHERE name = @name AND NOT is_system", new { name });

    /// <summary>Those of the people with these sign-in names who are there, by name.</summary>
    public static Task<IReadOnlyList<UserRow>> Find(DbSession db, IReadOnlyCollection<string> names) =>
        db.Query<UserRow>($"SELECT {Columns} FROM users WHERE name IN @names AND NOT is_system ORDER BY name", new { names });

    /// <summary>The person with this key, as he is until the transaction ends.</summary>
    public static Task Lock(DbSession db, long id) => db.Execute("SELECT id FROM users WHERE id = @id FOR UPDATE", new { id });

    /// <summary>Nobody else makes or unmakes an administrator until the transaction ends.</summary>
    public static async Task LockAdministrators(DbSession db) =>
        // one row for all of them: looking for their own under locks collides with everybody who is just signing in or asking for something
        await Lock(db, await db.First<long>("SELECT id FROM users WHERE is_system"));

    /// <summary>What there is of administrators besides this one: 2 when one of them can sign in, 1 when none can, 0 when there is none.</summary>
    public static Task<int> Administrators(DbSession db, long? but = null) => db.First<int>(
        """
        SELECT COALESCE(MAX(IF(password_hash IS NOT NULL OR source <> 'local', 2, 1)), 0) FROM users
        WHERE is_admin AND NOT is_system AND NOT is_disabled AND COALESCE(expires_at > UTC_TIMESTAMP(6), TRUE) AND id <> COALESCE(@but, 0)
        """, new { but });

    /// <summary>The people that a filter means, by name.</summary>
    /// <param name="db">Where from.</param>
    /// <param name="filter">Which.</param>
    /// <param name="skip">How many of them are passed over.</param>
    /// <param name="limit">How many at most.</param>
    /// <returns>These, and how many there are in all.</returns>
    public static async Task<(IReadOnlyList<UserRow> Users, int Total)> List(DbSession db, UserFilter filter, int skip, int limit)
    {
        const string Where =
            """
             FROM users u WHERE NOT is_system
              AND (@Text IS NULL OR LOCATE(@Text, name) > 0 OR LOCATE(@Text, display_name) > 0)
              AND (@IsAdmin IS NULL OR is_admin = @IsAdmin) AND (@IsDisabled IS NULL OR is_disabled = @IsDisabled) AND (@source IS NULL OR source = @source)
              AND (@Group IS NULL OR EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = @Group AND m.user_id = u.id))
            """;
        var args = new { filter.Text, filter.IsAdmin, filter.IsDisabled, source = filter.Source is { } source ? Word.Of(source) : null, filter.Group, skip, limit };
        var users = await db.Query<UserRow>($"SELECT {Columns}{Where} ORDER BY name LIMIT @limit OFFSET @skip", args);
        return (users, skip == 0 && users.Count < limit ? users.Count : await db.First<int>($"SELECT COUNT(*){Where}", args));
    }

    /// <summary>What somebody owns, by name.</summary>
    public static Task<IReadOnlyList<(Guid Id, string Name)>> MachinesOf(DbSession db, long id) =>
        db.Query<(Guid Id, string Name)>("SELECT id, name FROM domains WHERE owner_id = @id ORDER BY name", new { id });

    /// <summary>What was set for somebody himself, and what his groups give.</summary>
    public static async Task<(IReadOnlyDictionary<Grant, Reach> Own, IReadOnlyList<GroupGrant> Groups)> GrantsOf(DbSession db, long id)
    {
        var own = await db.Query<(string Grant, Reach Reach)>("SELECT grant_name, reach FROM grants WHERE user_id = @id", new { id });
        var groups = await db.Query<(string Group, string Grant, Reach Reach)>(
            "SELECT n.name, g.grant_name, g.reach FROM group_members m JOIN user_groups n ON n.id = m.group_id JOIN group_grants g ON g.group_id = n.id WHERE m.user_id = @id ORDER BY n.name", new { id });
        return (
            own.Where(g => Word.TryParse<Grant>(g.Grant, out _)).ToDictionary(g => Word.Parse<Grant>(g.Grant), g => g.Reach),
            [.. groups.Where(g => Word.TryParse<Grant>(g.Grant, out _)).Select(g => new GroupGrant(g.Group, Word.Parse<Grant>(g.Grant), g.Reach))]);
    }

    /// <summary>Sets how far somebody reaches; what his groups give, or everybody has, when null.</summary>
    public static async Task SetGrant(DbSession db, long id, Grant grant, Reach? reach)
    {
        await db.Execute(reach is null
            ? "DELETE FROM grants WHERE user_id = @id AND grant_name = @grant"
            : "REPLACE INTO grants (user_id, grant_name, reach) VALUES (@id, @grant, @reach)", new { id, grant, reach = reach is { } r ? Word.Of(r) : null });
        EventsTable.Changed(db, EventKind.User, id);
    }

    /// <summary>The name people read.</summary>
    public static async Task SetDisplayName(DbSession db, long id, string displayName)
    {
        await db.Execute("UPDATE users SET display_name = @displayName WHERE id = @id", new { id, displayName });
        EventsTable.Changed(db, EventKind.User, id);
    }

    /// <summary>Forgets somebody who owns nothing, with what he asked for, all of which has ended.</summary>
    public static async Task Delete(DbSession db, long id)
    {
        await db.Execute("DELETE FROM requests WHERE user_id = @id AND ended_at IS NOT NULL", new { id });
        await db.Execute("DELETE FROM users WHERE id = @id", new { id });
        EventsTable.Changed(db, EventKind.User, id);
    }

    /// <summary>All people, by name.</summary>
    public static Task<IReadOnlyList<UserRow>> All(DbSession db) => db.Query<UserRow>($"SELECT {Columns} FROM users WHERE NOT is_system ORDER BY name");

    /// <summary>Makes an account.</summary>
    /// <returns>Its key.</returns>
    public static async Task<long> Insert(DbSession db, string name, string displayName, string? passwordHash, bool isAdmin, bool mustChangePassword, bool isTemporary = false, TimeSpan? lifetime = null)
    {
        var id = await db.Insert(
            "INSERT INTO users (name, display_name, password_hash, is_admin, is_temporary, must_change_password, security_stamp, created_at, password_set_at, expires_at) "
            + "VALUES (@name, @displayName, @passwordHash, @isAdmin, @isTemporary, @mustChangePassword, @stamp, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND)",
            new { name, displayName, passwordHash, isAdmin, isTemporary, mustChangePassword, stamp = Guid.NewGuid(), seconds = lifetime?.TotalSeconds });
        EventsTable.Changed(db, EventKind.User, id);
        return id;
    }

    /// <summary>Makes an account of somebody whose password another system knows.</summary>
    /// <returns>Its key.</returns>
    public static async Task<long> InsertExternal(DbSession db, AccountSource source, string name, string displayName)
    {
        var id = await db.Insert(
            "INSERT INTO users (name, display_name, source, security_stamp, created_at) VALUES (@name, @displayName, @source, @stamp, UTC_TIMESTAMP(6))",
            new { name, displayName, source, stamp = Guid.NewGuid() });
        EventsTable.Changed(db, EventKind.User, id);
        return id;
    }

    /// <summary>The key of whom an OpenID provider knows: of the issuer and the subject, with a space between.</summary>
    public static string OidcKey(string externalId) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(externalId)));

    /// <summary>The account of this source whose person has this key there.</summary>
    public static Task<UserRow?> FindExternal(DbSession db, AccountSource source, string externalKey) =>
        db.First<UserRow>($"SELECT {Columns} FROM users WHERE source = @source AND external_key = @externalKey", new { source, externalKey });

    /// <summary>The other system has just told who he is there. Nobody else is that any more. When that is what is known, only the time is written, with the commit.</summary>
    public static async Task SetExternal(DbSession db, UserRow user, string externalId, string? externalKey, string displayName)
    {
        if (user.ExternalId == externalId && user.ExternalKey == externalKey && user.DisplayName == displayName)
        {
            db.Last("UPDATE users SET facts_at = UTC_TIMESTAMP(6) WHERE id = @id", new Dictionary<string, object?> { ["id"] = user.Id });
            return;
        }

        if (user.ExternalId != externalId) await db.Execute("UPDATE users SET external_id = NULL WHERE source = @Source AND external_id = @externalId AND id <> @Id", new { user.Source, externalId, user.Id });
        await db.Execute(
            "UPDATE users SET external_id = @externalId, external_key = @externalKey, display_name = @displayName, facts_at = UTC_TIMESTAMP(6) WHERE id = @Id",
            new { externalId, externalKey, displayName, user.Id });
        if (user.DisplayName != displayName) EventsTable.Changed(db, EventKind.User, user.Id);
    }

    /// <summary>The other system knows nothing of him any more.</summary>
    /// <returns>It did until now.</returns>
    public static async Task<bool> ForgetFacts(DbSession db, long id) => await db.Execute("UPDATE users SET facts_at = NULL WHERE id = @id AND facts_at IS NOT NULL", new { id }) > 0;

    /// <summary>Those of a source who are signed in or hold a token, and of whom nothing was told since then: the longest ago first.</summary>
    public static Task<IReadOnlyList<UserRow>> ToldBefore(DbSession db, AccountSource source, TimeSpan age, int limit) =>
        db.Query<UserRow>(
            $"""
            SELECT {Columns} FROM users u
            WHERE u.source = @source AND NOT u.is_disabled AND (u.facts_at IS NULL OR u.facts_at < UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND)
              AND (EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > UTC_TIMESTAMP(6))
                OR EXISTS (SELECT 1 FROM api_tokens t WHERE t.user_id = u.id AND t.expires_at > UTC_TIMESTAMP(6)))
            ORDER BY u.facts_at, u.id LIMIT @limit
            """, new { source, seconds = (long)age.TotalSeconds, limit });

    /// <summary>Sets a password; all other sessions of the user end.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="id">Whose.</param>
    /// <param name="passwordHash">Identity's hash.</param>
    /// <param name="mustChangePassword">Has to choose another one before anything else.</param>
    /// <param name="session">The one in which he did it himself: it goes on.</param>
    public static async Task SetPassword(DbSession db, long id, string passwordHash, bool mustChangePassword, Guid? session = null)
    {
        await db.Execute(
            "UPDATE users SET password_hash = @passwordHash, must_change_password = @mustChangePassword, security_stamp = @stamp, password_set_at = UTC_TIMESTAMP(6) WHERE id = @id",
            new { id, passwordHash, mustChangePassword, stamp = Guid.NewGuid() });
        await SessionsTable.EndAll(db, id, session);
    }

    /// <summary>Writes a password's hash anew in a newer format; sessions go on.</summary>
    public static Task UpgradeHash(DbSession db, long id, string passwordHash) =>
        db.Execute("UPDATE users SET password_hash = @passwordHash WHERE id = @id", new { id, passwordHash });

    /// <summary>Makes somebody an administrator, whose account does not end by itself, or takes that away; his sessions end, so that none goes on with the old rights.</summary>
    public static Task SetAdmin(DbSession db, long id, bool isAdmin) => SetAndEndSessions(db, id, "is_admin = @value, expires_at = IF(@value, NULL, expires_at)", isAdmin);

    /// <summary>Lets somebody sign in no more, or again; his sessions end.</summary>
    public static Task SetDisabled(DbSession db, long id, bool isDisabled) => SetAndEndSessions(db, id, "is_disabled = @value", isDisabled);

    /// <summary>His last machine is gone: if he is temporary, he can't sign in any more, and <see cref="ForgetTemporary"/> forgets him.</summary>
    public static async Task MachineRemoved(DbSession db, long id)
    {
        if (await db.First<int>("SELECT 1 FROM users u WHERE u.id = @id AND u.is_temporary AND NOT EXISTS (SELECT 1 FROM domains d WHERE d.owner_id = u.id)", new { id }) == 1)
            await SetDisabled(db, id, true);
    }

    /// <summary>Forgets temporary people who have no machine and nothing asked for that has not ended, with what they asked for: those whose last machine went, and the idle.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="idle">How long somebody is kept who gets no machine.</param>
    /// <returns>How many.</returns>
    public static async Task<int> ForgetTemporary(DbSession db, TimeSpan idle)
    {
        // locked, so that none of them gets a machine meanwhile
        var ids = (await db.Query<long>(
            """
            SELECT u.id FROM users u
            WHERE u.is_temporary AND (u.is_disabled OR u.expires_at <= UTC_TIMESTAMP(6) OR COALESCE(u.last_sign_in_at, u.created_at) < UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND)
              AND NOT EXISTS (SELECT 1 FROM domains d WHERE d.owner_id = u.id) AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.user_id = u.id AND r.ended_at IS NULL)
            LIMIT 100 FOR UPDATE SKIP LOCKED
            """, new { seconds = idle.TotalSeconds })).ToArray();
        if (ids.Length == 0) return 0;
        await db.Execute("DELETE FROM requests WHERE user_id IN @ids", new { ids });
        await db.Execute("DELETE FROM users WHERE id IN @ids", new { ids });
        foreach (var id in ids) EventsTable.Changed(db, EventKind.User, id);
        return ids.Length;
    }

    /// <summary>Sets the language of the portal.</summary>
    public static Task SetLanguage(DbSession db, long id, string language) =>
        db.Execute("UPDATE users SET language = @language WHERE id = @id", new { id, language });

    /// <summary>He is here, unless something about how he proves who he is has changed since (<see cref="UserRow.SecurityStamp"/>).</summary>
    /// <returns>The account as it is until the transaction ends; null when something has.</returns>
    public static Task<UserRow?> SignedIn(DbSession db, long id, Guid stamp) => db.First<UserRow>(
        $"""
        UPDATE users SET last_sign_in_at = UTC_TIMESTAMP(6), failed_sign_ins = 0, sign_in_not_before = NULL WHERE id = @id AND security_stamp = @stamp;
        SELECT {Columns} FROM users WHERE id = @id AND security_stamp = @stamp
        """, new { id, stamp });

    /// <summary>How he proves who he is changes: sign-ins that are half done don't count.</summary>
    public static Task ChangeStamp(DbSession db, long id) => db.Execute("UPDATE users SET security_stamp = @stamp WHERE id = @id", new { id, stamp = Guid.NewGuid() });

    /// <summary>
    /// A sign-in failed. After <see cref="FreeFailures"/> in a row, from wherever, none counts for half a minute, after each further one for twice as long, up to an hour;
    /// those meanwhile don't count as failures. After a day they are forgotten.
    /// </summary>
    public static Task SignInFailed(DbSession db, long? id) => db.Execute(
        """
        UPDATE users SET failed_sign_ins = IF(sign_in_not_before < UTC_TIMESTAMP(6) - INTERVAL 1 DAY, 1, failed_sign_ins + 1),
          sign_in_not_before = IF(failed_sign_ins > @free, UTC_TIMESTAMP(6) + INTERVAL LEAST(3600, 30 * POW(2, LEAST(failed_sign_ins - @free - 1, 20))) SECOND, NULL)
        WHERE id = @id AND COALESCE(sign_in_not_before <= UTC_TIMESTAMP(6), TRUE)
        """, new { id = id ?? 0, free = FreeFailures });

    /// <summary>Lets sign-ins count again at once.</summary>
    public static Task Unlock(DbSession db, long id) => db.Execute("UPDATE users SET failed_sign_ins = 0, sign_in_not_before = NULL WHERE id = @id", new { id });

    /// <summary>Was his password set longer ago than so many days?</summary>
    public static async Task<bool> PasswordIsOlder(DbSession db, long id, int days) =>
        await db.First<int>("SELECT 1 FROM users WHERE id = @id AND COALESCE(password_set_at, created_at) < UTC_TIMESTAMP(6) - INTERVAL @days DAY", new { id, days }) == 1;

    /// <summary>He has to choose a new password before anything else; sessions go on.</summary>
    public static Task RequireNewPassword(DbSession db, long id) => db.Execute("UPDATE users SET must_change_password = 1 WHERE id = @id", new { id });

    /// <summary>Says when an account ends; null for never.</summary>
    public static async Task SetExpiry(DbSession db, long id, DateTimeOffset? at)
    {
        await db.Execute("UPDATE users SET expires_at = @at WHERE id = @id", new { id, at });
        EventsTable.Changed(db, EventKind.User, id);
    }

    /// <summary>The user as a caller, with all that his rights come from; null when he is unknown or disabled, or his account has ended.</summary>
    public static async Task<Caller?> Caller(DbSession db, long id, string? address) =>
        (await Callers(db, [id])).GetValueOrDefault(id) is { } caller
            ? caller with { Address = address, Network = await ClientNetworksTable.Of(db, address) }
            : null;

    /// <summary>Those of the users who can act as callers, with all that their rights come from, in one round trip.</summary>
    public static async Task<IReadOnlyDictionary<long, Caller>> Callers(DbSession db, IReadOnlyCollection<long> ids)
    {
        if (ids.Count == 0) return new Dictionary<long, Caller>();
        // selects that follow one another, for what is joined would be written into a table of its own first
        var rows = await db.Query<CallerRow>(
            """
            SELECT u.id, 'person' AS kind, u.name, u.is_admin + 0 AS is_admin, u.is_temporary + 0 AS is_temporary, (SELECT g.base_id FROM guests g WHERE g.user_id = u.id) AS guest_of, NULL AS group_id, NULL AS fact, NULL AS value
            FROM users u WHERE u.id IN @ids AND u.is_disabled = 0 AND COALESCE(u.expires_at > UTC_TIMESTAMP(6), TRUE)
            UNION ALL
            SELECT g.user_id, 'grant', NULL, NULL, NULL, NULL, NULL, g.grant_name, g.reach FROM grants g WHERE g.user_id IN @ids
            UNION ALL
            SELECT m.user_id, 'group', n.name, NULL, NULL, NULL, m.group_id, gg.grant_name, gg.reach
            FROM group_members m JOIN user_groups n ON n.id = m.group_id LEFT JOIN group_grants gg ON gg.group_id = m.group_id WHERE m.user_id IN @ids
            UNION ALL
            SELECT a.user_id, 'attribute', NULL, NULL, NULL, NULL, NULL, a.name, a.value FROM user_attributes a WHERE a.user_id IN @ids
            """, new { ids = ids.ToArray() });
        return rows.GroupBy(r => r.Id).Where(r => r.Any(f => f.Kind == "person")).ToDictionary(r => r.Key, CallerOf);
    }

    private static Caller CallerOf(IEnumerable<CallerRow> rows)
    {
        var facts = rows.ToLookup(r => r.Kind);
        var person = facts["person"].Single();
        return new Caller(person.Id, person.Name!, person.IsAdmin == 1, Address: null, Holdings.Resolve(
            Granted(facts["grant"]).Select(g => KeyValuePair.Create(g.Grant, g.Reach)), Granted(facts["group"]).Select(g => new GroupGrant(g.Row.Name!, g.Grant, g.Reach))))
        {
            IsTemporary = person.IsTemporary == 1,
            GuestOf = person.GuestOf,
            Groups = facts["group"].Select(r => r.GroupId!.Value).ToFrozenSet(),
            Attributes = facts["attribute"].ToLookup(a => a.Fact!, a => a.Value!, StringComparer.OrdinalIgnoreCase),
        };

        // a grant that this version does not know counts as none
        static IEnumerable<(CallerRow Row, Grant Grant, Reach Reach)> Granted(IEnumerable<CallerRow> rows) =>
            rows.Where(r => r.Fact is not null && Word.TryParse<Grant>(r.Fact, out _)).Select(r => (r, Word.Parse<Grant>(r.Fact!), Word.Parse<Reach>(r.Value!)));
    }

    /// <summary>Broker itself, which may do everything: for what happens by rules and not because somebody asked.</summary>
    public static async Task<Caller> System(DbSession db) =>
        (await Caller(db, await db.First<long>("SELECT id FROM users WHERE is_system"), address: null))!;

    private static async Task SetAndEndSessions(DbSession db, long id, string assignment, bool value)
    {
        await db.Execute($"UPDATE users SET {assignment}, security_stamp = @stamp WHERE id = @id", new { id, value, stamp = Guid.NewGuid() });
        await SessionsTable.EndAll(db, id);
    }

    // A fact that a caller's rights come from: he himself, a grant, a group of his or what it grants, an attribute.
    private sealed record CallerRow
    {
        public required long Id { get; init; }

        public required string Kind { get; init; }

        /// <summary>His, or the group's.</summary>
        public string? Name { get; init; }

        public long? IsAdmin { get; init; }

        public long? IsTemporary { get; init; }

        public Guid? GuestOf { get; init; }

        public long? GroupId { get; init; }

        public string? Fact { get; init; }

        public string? Value { get; init; }
    }
}
