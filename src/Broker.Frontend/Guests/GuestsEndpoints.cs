using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Core.Users;
using Broker.Frontend.Desktops;
using Broker.Frontend.Hosting;
using Broker.Frontend.Settings;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Guests;

/// <summary>A base that can be used without signing in.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Unique name.</param>
/// <param name="Alias">The name as people write it.</param>
/// <param name="Description">What it is for.</param>
public sealed record GuestBase(Guid Id, string Name, string? Alias, string? Description);

/// <summary>What can be used without signing in where the caller is.</summary>
public sealed record GuestBasesView(IReadOnlyList<GuestBase> Bases);

/// <summary>What a guest wants to use.</summary>
/// <param name="Base">The base.</param>
public sealed record GuestForm(Guid Base);

/// <summary>People who use a base without signing in, where their network of clients lets them.</summary>
public static class GuestsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapGuests(this IEndpointRouteBuilder app)
    {
        var guests = app.MapGroup("/api/guests").WithTags("guests");
        guests.MapGet("", List).Anybody().WithName("list_guest_bases").WithSummary("What can be used without signing in where the caller is");
        guests.MapPost("", Come).Anybody().WithName("come_as_guest")
            .WithSummary("Get a temporary desktop of a base without signing in; the caller is signed in as a guest from then on").Refuses(400, 404, 409, 503);
    }

    private static async Task<Ok<GuestBasesView>> List(HttpContext http, Db db, CancellationToken cancel) =>
        TypedResults.Ok(new GuestBasesView(await db.Read<IReadOnlyList<GuestBase>>(async s =>
            await ClientNetworksTable.Of(s, Cookies.AddressOf(http)) is { } network
            ? [.. (await Core.Users.Guests.Bases(s, network)).Select(b => new GuestBase(b.Id, b.Name, b.Alias, b.Description))]
            : [], cancel)));

    private static async Task<Accepted<Opened>> Come(
        GuestForm form, HttpContext http, Db db, SignInFlow flow, TimeProvider clock, ILoggerFactory logs, CancellationToken cancel)
    {
        var who = SignedIn.Of(http);
        if (who is not null && who.Caller.GuestOf != form.Base)
        {
            throw who.Caller.GuestOf is null
                ? new RefusedException(StatusCodes.Status409Conflict, "signed_in", "You are signed in: open it among your desktops, or sign out first.")
                : new RefusedException(StatusCodes.Status409Conflict, "other_guest",
                    "You are here as a guest of another base. Sign out first: that desktop ends then.");
        }

        // account, desktop and requests are there together, or none of them
        var (user, opened, open) = await db.Transaction(async s =>
        {
            MaintenanceEndpoints.Check(await SiteSettingsTable.ReadMaintenance(s), clock.GetUtcNow());
            var (guest, caller) = who is null ? await Core.Users.Guests.Admit(s, form.Base, Cookies.AddressOf(http)) : (null, who.Caller);
            caller = caller with { Client = ClientFacts.Of(name => http.Request.Headers[name]) };
            var (desktop, requests) = await DesktopsEndpoints.OpenFor(s, caller, form.Base);
            return (guest, desktop, requests);
        }, cancel);
        DesktopsEndpoints.Told(logs, open);
        if (user is not null) await flow.Finish(http, user, Proof.Guest, cancel: cancel);
        return TypedResults.Accepted((string?)null, opened);
    }
}
