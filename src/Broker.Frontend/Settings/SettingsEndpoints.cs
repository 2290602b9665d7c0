using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Settings;

/// <summary>What holds for everybody.</summary>
/// <param name="Settings">What holds now.</param>
/// <param name="Defaults">What holds where nothing was set.</param>
public sealed record SettingsView(SiteSettings Settings, SiteSettings Defaults);

/// <summary>What those who look after the hosts set for everybody.</summary>
public static class SettingsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapSettings(this IEndpointRouteBuilder app)
    {
        var settings = app.MapGroup("/api/settings").WithTags("settings");
        settings.MapGet("", Get).Granted(Grant.Operate).WithName("get_settings").WithSummary("What holds for everybody").Refuses(401, 403);
        settings.MapPut("", Put).Granted(Grant.Operate).WithName("put_settings").WithSummary("Set what holds for everybody").Refuses(400, 401, 403);
    }

    private static async Task<Ok<SettingsView>> Get(Db db, CancellationToken cancel) =>
        TypedResults.Ok(new SettingsView(await db.Read(SiteSettingsTable.Read, cancel), SiteSettings.Default));

    private static async Task<Ok<SettingsView>> Put(SiteSettings form, SignedIn who, Db db, CancellationToken cancel)
    {
        var problems = form.Problems().ToList();
        if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
        await db.Transaction(async s =>
        {
            if (who.Caller is not { IsAdmin: true, Scopes: null } && OfAdministrators(form) != OfAdministrators(await SiteSettingsTable.Read(s)))
                throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", "audit_days, password_days and admins_need_second_factor are for administrators to change.");
            await SiteSettingsTable.Write(s, form);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "settings", null, form);
        }, cancel);
        return TypedResults.Ok(new SettingsView(form, SiteSettings.Default));
    }

    // What guards administrators themselves, and what is kept of what others did.
    private static (int, int, bool) OfAdministrators(SiteSettings settings) => (settings.AuditDays, settings.PasswordDays, settings.AdminsNeedSecondFactor);
}
