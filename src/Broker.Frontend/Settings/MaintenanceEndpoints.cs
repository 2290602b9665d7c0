using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Settings;

/// <summary>A time in which only those who look after the hosts are served.</summary>
/// <param name="From">Its begin.</param>
/// <param name="Until">Its end; null until somebody ends it.</param>
/// <param name="Message">What the others are told.</param>
/// <param name="IsNow">It has begun.</param>
public sealed record MaintenanceView(DateTimeOffset From, DateTimeOffset? Until, string? Message, bool IsNow)
{
    /// <summary>What there is to tell of it; nothing when it is over.</summary>
    internal static MaintenanceView? Of(Maintenance? maintenance, DateTimeOffset now) =>
        maintenance is null || maintenance.IsOverAt(now) ? null : new(maintenance.From, maintenance.Until, maintenance.Message, maintenance.IsAt(now));
}

/// <summary>The time of maintenance that there is, or will be.</summary>
/// <param name="Maintenance">It; null for none.</param>
public sealed record MaintenanceState(MaintenanceView? Maintenance);

/// <summary>A time of maintenance.</summary>
/// <param name="From">Its begin; at once when left out.</param>
/// <param name="Until">Its end; until somebody ends it when left out.</param>
/// <param name="Message">What the others are told.</param>
public sealed record MaintenanceToBe(DateTimeOffset? From = null, DateTimeOffset? Until = null, string? Message = null);

/// <summary>Times in which only those who look after the hosts are served.</summary>
public static class MaintenanceEndpoints
{
    // how soon somebody tries again when nobody knows how long it takes
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    /// <summary>Adds the routes.</summary>
    public static void MapMaintenance(this IEndpointRouteBuilder app)
    {
        var maintenance = app.MapGroup("/api/maintenance").WithTags("settings");
        maintenance.MapGet("", Get).Granted(Grant.Operate).WithName("get_maintenance")
            .WithSummary("The time of maintenance that there is, or will be").Refuses(401, 403);
        maintenance.MapPut("", Put).Granted(Grant.Operate).WithName("set_maintenance").WithSummary("Announce a time of maintenance, or begin it")
            .WithDescription("In it only administrators and those who look after the hosts sign in and are served; everybody else is answered with 503, "
                + "the code maintenance, the message and Retry-After. Desktops and open screens go on. It is announced by GET /api/session.").Refuses(400, 401, 403);
        maintenance.MapDelete("", End).Granted(Grant.Operate).WithName("end_maintenance")
            .WithSummary("End maintenance, or take its announcement back").Refuses(401, 403);
    }

    /// <summary>Whoever is signed in and is not served at the moment is told so by all routes but those that anybody may call, and signing out.</summary>
    public static void UseMaintenance(this WebApplication app)
    {
        var clock = app.Services.GetRequiredService<TimeProvider>();
        app.Use((context, next) =>
        {
            if (SignedIn.Of(context) is { } who && context.GetEndpoint()?.Metadata is { } route
                && route.GetMetadata<IAllowAnonymous>() is null && route.GetMetadata<Served>() is null)
                Check(who.Account.Maintenance, clock.GetUtcNow());
            return next(context);
        });
    }

    /// <summary>Also who is not served at the moment.</summary>
    public static TBuilder DuringMaintenance<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Served());

    /// <summary>Nobody is served during maintenance whom it concerns.</summary>
    /// <exception cref="RefusedException"><c>maintenance</c>: it is on.</exception>
    internal static void Check(Maintenance? maintenance, DateTimeOffset now)
    {
        if (maintenance?.IsAt(now) != true) return;
        throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "maintenance",
            string.IsNullOrWhiteSpace(maintenance.Message) ? "Broker is being looked after. Try again later; desktops that run go on." : maintenance.Message)
        {
            RetryAfter = maintenance.Until - now ?? Again,
        };
    }

    private static async Task<Ok<MaintenanceState>> Get(Db db, TimeProvider clock, CancellationToken cancel) =>
        TypedResults.Ok(new MaintenanceState(MaintenanceView.Of(await db.Read(SiteSettingsTable.ReadMaintenance, cancel), clock.GetUtcNow())));

    private static async Task<Ok<MaintenanceState>> Put(
        MaintenanceToBe form, SignedIn who, Db db, Sessions sessions, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var maintenance = new Maintenance(form.From ?? now, form.Until, string.IsNullOrWhiteSpace(form.Message) ? null : form.Message.Trim());
        await db.Transaction(s => Maintenance.Set(s, who.Caller, maintenance, now), cancel);
        sessions.Forget(null);
        return TypedResults.Ok(new MaintenanceState(MaintenanceView.Of(maintenance, now)));
    }

    private static async Task<NoContent> End(SignedIn who, Db db, Sessions sessions, TimeProvider clock, CancellationToken cancel)
    {
        await db.Transaction(s => Maintenance.Set(s, who.Caller, null, clock.GetUtcNow()), cancel);
        sessions.Forget(null);
        return TypedResults.NoContent();
    }

    private sealed record Served;
}
