using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Core.Users;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.SignIn.OpenId;

/// <summary>Whose account somebody gets whom the provider knows.</summary>
public sealed class OpenIdAccounts(Db db, OpenIdSettings settings)
{
    private const int LongestName = 64;
    private const int LongestDisplayName = 190;
    private const int LongestExternalId = 500;
    private const int MostNamesakes = 1000;

    /// <summary>
    /// The account of this person, with what the provider tells of him now. It is found by provider and subject alone: whoever chooses his name or mail there would
    /// otherwise choose an account here.
    /// </summary>
    /// <exception cref="RefusedException"><c>openid_not_in_group</c>, <c>openid_no_account</c>.</exception>
    public async Task<UserRow> Find(OpenIdClaims claims, string? address, CancellationToken cancel)
    {
        var groups = claims.All(settings.GroupsClaim).ToHashSet(StringComparer.Ordinal);
        if (settings.RequiredGroups.Count > 0 && !settings.RequiredGroups.Any(groups.Contains))
            throw await Refused("openid_not_in_group", "You are in none of the groups that may sign in here.");
        if (claims.ExternalId.Length > LongestExternalId) throw await Refused("openid_no_account", "The provider calls you by a name that is too long for an account here.");

        var displayName = Shortened(claims.One(settings.DisplayNameClaim), LongestDisplayName);
        return await db.Transaction(async s =>
        {
            var user = await UsersTable.FindExternal(s, AccountSource.Oidc, claims.ExternalKey) ?? await Make(s);
            await UsersTable.SetExternal(s, user, claims.ExternalId, claims.ExternalKey, displayName ?? user.DisplayName);
            if (settings.AdminGroup.Length > 0)
                await UserAdministration.ToldAdmin(s, user, groups.Contains(settings.AdminGroup), address, new { by = "openid", group = settings.AdminGroup });
            await UserGroupsTable.SetExternal(s, user.Id, AccountSource.Oidc, groups);
            await UserAttributesTable.Set(s, user.Id, settings.Attributes.SelectMany(a => claims.All(a).Select(v => (a, v))));
            return (await UsersTable.Get(s, user.Id))!;
        }, cancel);

        async Task<UserRow> Make(DbSession s)
        {
            if (!settings.CreateAccounts) throw await Refused("openid_no_account", "You have no account here. Ask your administrator for one.");
            var name = await FreeName(s, claims);
            var id = await UsersTable.InsertExternal(s, AccountSource.Oidc, name, displayName ?? name);
            await AuditTable.Insert(s, id, address, "create_user", name, new { user = id, by = "openid" });
            return (await UsersTable.Get(s, id))!;
        }

        async Task<RefusedException> Refused(string code, string detail)
        {
            await db.Transaction(s => AuditTable.Insert(s, null, address, "sign_in", null, new { by = "openid" }, AuditOutcome.Refused, code), cancel);
            return new RefusedException(StatusCodes.Status403Forbidden, code, detail);
        }
    }

    // A name that somebody has is somebody else's: the new one gets a number behind it.
    private async Task<string> FreeName(DbSession s, OpenIdClaims claims)
    {
        var wanted = Shortened(claims.One(settings.NameClaim), LongestName) ?? "user";
        for (var number = 1; number <= MostNamesakes; number++)
        {
            var name = number == 1 ? wanted : $"{wanted}-{number}";
            if (await s.First<int>("SELECT COUNT(*) FROM users WHERE name = @name", new { name }) == 0) return name;
        }

        throw new RefusedException(StatusCodes.Status409Conflict, "openid_no_account", $"There are too many accounts called {wanted}.");
    }

    private static string? Shortened(string? text, int longest)
    {
        var clean = new string([.. (text ?? "").Where(c => !char.IsControl(c)).Take(longest)]).Trim();
        return clean.Length == 0 ? null : clean;
    }
}
