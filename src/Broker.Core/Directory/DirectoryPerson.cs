namespace Broker.Core.Directory;

/// <summary>A group of the directory.</summary>
/// <param name="Dn">Its name there.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Description">What it is, in its words.</param>
public sealed record DirectoryGroup(string Dn, string Name, string? Description);

/// <summary>What the directory tells of somebody.</summary>
/// <param name="Name">Sign-in name as the directory spells it.</param>
/// <param name="Dn">His entry.</param>
/// <param name="Key">What stays of him when he is renamed or moved, and is nobody else's later; null where the directory has no such thing.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="Attributes">What is kept for access rules, and his mail address.</param>
/// <param name="Groups">The groups he is in, himself or by others.</param>
/// <param name="IsAdmin">Whether he is in the group of administrators; null where there is none.</param>
public sealed record DirectoryPerson(
    string Name, string Dn, string? Key, string DisplayName, IReadOnlyList<(string Name, string Value)> Attributes, IReadOnlyList<DirectoryGroup> Groups, bool? IsAdmin);

/// <summary>What came of a question about somebody.</summary>
public enum DirectoryVerdict
{
    /// <summary>It is him.</summary>
    Known,

    /// <summary>There is nobody of that name who may sign in, or the password is not his.</summary>
    Unknown,

    /// <summary>It is him, but he is not in the group whose members may sign in.</summary>
    NotInGroup,

    /// <summary>It is his password, but the directory wants another one.</summary>
    PasswordExpired,

    /// <summary>The account is switched off there.</summary>
    Disabled,

    /// <summary>Several entries have that name.</summary>
    Ambiguous,
}

/// <summary>An answer about somebody.</summary>
/// <param name="Verdict">What came of it.</param>
/// <param name="Person">Who it is, when it is known.</param>
public sealed record DirectoryAnswer(DirectoryVerdict Verdict, DirectoryPerson? Person = null);
