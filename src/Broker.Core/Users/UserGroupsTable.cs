using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Events;

namespace Broker.Core.Users;

/// <summary>A row of <c>user_groups</c>.</summary>
public sealed record UserGroupRow
{
    /// <summary>Key.</summary>
    public required long Id { get; init; }

    /// <summary>Unique without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>Who says who is in it.</summary>
    public required AccountSource Source { get; init; }

    /// <summary>What that one calls it: a distinguished name, or the word in a claim; null for local ones.</summary>
    public string? ExternalId { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many are in it.</summary>
    public int Members { get; init; }
}

/// <summary>All writes to <c>user_groups</c>, <c>group_members</c> and <c>group_grants</c>, each with the event that makes front ends read rights anew.</summary>
public static class UserGroupsTable
{
    private const int Batch = 1000;

    private const string Columns = "g.id, g.name, g.source, g.external_id, g.description, g.created_at, (SELECT COUNT(*) FROM group_members m WHERE m.group_id = g.id) AS members";

    /// <summary>The group with this key.</summary>
    public static Task<UserGroupRow?> Get(DbSession db, long id) => db.First<UserGroupRow>($"SELECT {Columns} FROM user_groups g WHERE g.id = @id", new { id });

    /// <summary>The group with this name, without regard to case.</summary>
    public static Task<UserGroupRow?> Find(DbSession db, string name) => db.First<UserGroupRow>($"SELECT {Columns} FROM user_groups g WHERE g.name = @name", new { name });

    /// <summary>All groups, by name.</summary>
    public static Task<IReadOnlyList<UserGroupRow>> All(DbSession db) => db.Query<UserGroupRow>($"SELECT {Columns} FROM user_groups g ORDER BY g.name");

    /// <summary>Makes a group. Who is in one of a directory is found at each sign-in.</summary>
    /// <returns>Its key.</returns>
    public static async Task<long> Insert(DbSession db, string name, AccountSource source, string? externalId, string? description)
    {
        var id = await db.Insert(
            "INSERT INTO user_groups (name, source, external_id, description, created_at) VALUES (@name, @source, @externalId, @description, UTC_TIMESTAMP(6))",
            new { name, source, externalId, description });
        EventsTable.Changed(db, EventKind.User);
        return id;
    }

    /// <summary>The group as it is, and what it gives, until the transaction ends.</summary>
    public static Task Lock(DbSession db, long id) => db.Execute("SELECT id FROM user_groups WHERE id = @id FOR UPDATE", new { id });

    /// <summary>What it is for.</summary>
    public static async Task Describe(DbSession db, long id, string? description)
    {
        await db.Execute("UPDATE user_groups SET description = @description WHERE id = @id", new { id, description });
        EventsTable.Changed(db, EventKind.User);
    }

    /// <summary>Forgets a group, who is in it and what it gives.</summary>
    public static async Task Delete(DbSession db, long id)
    {
        await db.Execute("DELETE FROM user_groups WHERE id = @id", new { id });
        EventsTable.Changed(db, EventKind.User);
    }

    /// <summary>The groups that somebody is in, by name.</summary>
    public static Task<IReadOnlyList<UserGroupRow>> Of(DbSession db, long user) =>
        db.Query<UserGroupRow>($"SELECT {Columns} FROM user_groups g JOIN group_members o ON o.group_id = g.id WHERE o.user_id = @user ORDER BY g.name", new { user });

    /// <summary>What a group gives its members.</summary>
    public static async Task<IReadOnlyDictionary<Grant, Reach>> GrantsOf(DbSession db, long id) =>
        (await db.Query<(string Grant, Reach Reach)>("SELECT grant_name, reach FROM group_grants WHERE group_id = @id", new { id }))
            .Where(g => Word.TryParse<Grant>(g.Grant, out _)).ToDictionary(g => Word.Parse<Grant>(g.Grant), g => g.Reach);

    /// <summary>Sets how far a group's members reach; nothing is said of it when null.</summary>
    public static async Task SetGrant(DbSession db, long id, Grant grant, Reach? reach)
    {
        await db.Execute(reach is null
            ? "DELETE FROM group_grants WHERE group_id = @id AND grant_name = @grant"
            : "REPLACE INTO group_grants (group_id, grant_name, reach) VALUES (@id, @grant, @reach)", new { id, grant, reach = reach is { } r ? Word.Of(r) : null });
        EventsTable.Changed(db, EventKind.User);
    }

    /// <summary>Puts somebody into a group.</summary>
    /// <returns>False when he was there.</returns>
    public static async Task<bool> Add(DbSession db, long group, long user)
    {
        if (await db.Execute("INSERT IGNORE INTO group_members (group_id, user_id) VALUES (@group, @user)", new { group, user }) == 0) return false;
        EventsTable.Changed(db, EventKind.User, user);
        return true;
    }

    /// <summary>Takes somebody out of a group.</summary>
    /// <returns>False when he was not there.</returns>
    public static async Task<bool> Remove(DbSession db, long group, long user)
    {
        if (await db.Execute("DELETE FROM group_members WHERE group_id = @group AND user_id = @user", new { group, user }) == 0) return false;
        EventsTable.Changed(db, EventKind.User, user);
        return true;
    }

    /// <summary>Keys of those who are in a group.</summary>
    public static Task<IReadOnlyList<long>> Members(DbSession db, long id) =>
        db.Query<long>("SELECT user_id FROM group_members WHERE group_id = @id", new { id });

    /// <summary>Puts many into a group and takes many out of it. Whoever has gone meanwhile is passed over.</summary>
    public static async Task Change(DbSession db, long group, IReadOnlyList<long> added, IReadOnlyList<long> removed)
    {
        foreach (var users in added.Chunk(Batch))
            await db.Execute("INSERT IGNORE INTO group_members (group_id, user_id) SELECT @group, id FROM users WHERE id IN @users", new { group, users });
        foreach (var users in removed.Chunk(Batch))
            await db.Execute("DELETE FROM group_members WHERE group_id = @group AND user_id IN @users", new { group, users });
        EventsTable.Changed(db, EventKind.User);
    }

    /// <summary>Somebody is in exactly these of a directory's groups, as far as they are known here. Called at each sign-in; costs one round trip when nothing has changed.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="user">Who.</param>
    /// <param name="source">The directory.</param>
    /// <param name="externalIds">What it calls the groups that he is in; distinguished names count however they are spelled.</param>
    public static async Task SetExternal(DbSession db, long user, AccountSource source, IReadOnlyCollection<string> externalIds)
    {
        if (source is AccountSource.Local) throw new ArgumentException("Who is in a local group is said here, not by a directory.", nameof(source));
        var told = externalIds.Select(Spelling).ToHashSet(StringComparer.Ordinal);
        var groups = await db.Query<ExternalGroup>(
            "SELECT g.id, g.external_id, m.user_id IS NOT NULL AS is_member FROM user_groups g LEFT JOIN group_members m ON m.group_id = g.id AND m.user_id = @user WHERE g.source = @source",
            new { user, source });
        foreach (var group in groups)
        {
            var isTold = told.Contains(Spelling(group.ExternalId));
            if (isTold && !group.IsMember) await Add(db, group.Id, user);
            if (!isTold && group.IsMember) await Remove(db, group.Id, user);
        }

        string Spelling(string externalId) => source is AccountSource.Ldap ? DistinguishedName.Normal(externalId) ?? externalId : externalId;
    }

    private sealed record ExternalGroup
    {
        public required long Id { get; init; }

        public required string ExternalId { get; init; }

        public bool IsMember { get; init; }
    }
}
