using Broker.Core.Database;
using Broker.Core.Users;

namespace Broker.Cli.Doctor;

/// <summary>Somebody can sign in and set things right.</summary>
internal sealed class AdministratorsCheck : IDatabaseCheck
{
    public string Id => "administrators";

    public string Title => "Administrators";

    public Area Area => Area.BackEnds;

    public async Task<Finding> Look(DbSession db, Subject subject) => Judge(await UsersTable.All(db));

    public static Finding Judge(IReadOnlyList<UserRow> users) => users.Where(u => u is { IsAdmin: true, IsDisabled: false, PasswordHash: not null }).ToList() switch
    {
        [] => Finding.Failed("Nobody who may do everything can sign in.", "broker users first-admin-link"),
        var some => Finding.Ok($"{some.Count} can sign in: {string.Join(", ", some.Take(5).Select(u => u.Name))}{(some.Count > 5 ? "…" : "")}."),
    };
}
