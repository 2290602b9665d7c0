using System.Diagnostics;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Broker.Frontend.Domains;
using Broker.Frontend.Hosting;
using Broker.Frontend.Limits;
using Broker.Frontend.Requests;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Desktops;

/// <summary>A base, as whoever may clone it sees it.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Unique name.</param>
/// <param name="Alias">The name as people write it.</param>
/// <param name="Description">What it is for.</param>
/// <param name="PictureUrl">Where its picture is; null when none was ever taken.</param>
/// <param name="IsPublic">Everybody may clone it.</param>
/// <param name="VolatileClones">A new desktop of it is temporary.</param>
public sealed record DesktopBase(Guid Id, string Name, string? Alias, string? Description, string? PictureUrl, bool IsPublic, bool VolatileClones);

/// <summary>A card on the desktops page.</summary>
/// <param name="Base">The base that can be opened; null for a machine of one's own that does not come from one, or whose base can't be opened.</param>
/// <param name="Domain">The caller's own desktop; null when he has none of this base yet.</param>
/// <param name="SharedBy">Whose desktop it is, if it is one that somebody shares with the caller.</param>
public sealed record Desktop(DesktopBase? Base, DomainView? Domain, Person? SharedBy = null);

/// <summary>What the caller can use.</summary>
public sealed record DesktopsView(IReadOnlyList<Desktop> Desktops);

/// <summary>A desktop that is there, or on its way.</summary>
/// <param name="Domain">The desktop.</param>
/// <param name="Requests">What has to happen before it runs, in order; empty when it does.</param>
public sealed record Opened(DomainView Domain, IReadOnlyList<RequestView> Requests);

/// <summary>What a person may use, and the one click that gets it.</summary>
public static class DesktopsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapDesktops(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/desktops", List).Account().WithTags("desktops").WithName("list_desktops").WithSummary("What the caller can use").Refuses(401, 403);
        app.MapPost("/api/bases/{id:guid}/open", Open).Account().WithTags("desktops").WithName("open_base")
            .WithSummary("Get the own desktop of a base running, making it when there is none")
            .WithDescription("When more would run than the caller may have, the oldest are ended; with confirm=false the answer is then 409 over_limit, which names them, and nothing is done.").Refuses(400, 401, 403, 404, 409);
        app.MapGet("/api/bases/{id:guid}/picture", Pictures.Answer).Account().WithTags("desktops").WithName("get_picture").WithSummary("A base's picture")
            .Produces<byte[]>(StatusCodes.Status200OK, "image/png").Produces(StatusCodes.Status304NotModified).Refuses(401, 403, 404);
    }

    private static async Task<Ok<DesktopsView>> List(SignedIn who, Db db, CancellationToken cancel)
    {
        var (bases, usable) = await db.Read(async s => (
            await DomainReads.Read(s, who.Caller, new DomainFilter { IsBase = true }),
            await DomainReads.Read(s, who.Caller, new DomainFilter { User = who.Id, IsBase = false })), cancel);

        // those that were temporary and went off are about to be removed
        usable = [.. usable.Where(d => d is not { IsVolatile: true, State: DomainStateView.Shutdown or DomainStateView.Removing })];
        var own = usable.Where(d => d.Owner.Id == who.Id).ToList();
        var shown = new HashSet<Guid>();
        var desktops = new List<Desktop>();
        foreach (var b in bases.Where(b => b.May.Contains("open")))
        {
            var domain = own.Where(d => d.BaseId == b.Id && d.State is not (DomainStateView.Broken or DomainStateView.Removing)).OrderBy(d => d.CreatedAt).ThenBy(d => d.Id).FirstOrDefault();
            if (domain is not null) shown.Add(domain.Id);
            desktops.Add(new Desktop(new DesktopBase(b.Id, b.Name, b.Alias, b.Description, DomainReads.PictureUrl("bases/{id}/picture", b.Id, b.ScreenshotAt), b.IsPublic, b.VolatileClones), domain));
        }

        desktops.AddRange(own.Where(d => !shown.Contains(d.Id)).Select(d => new Desktop(null, d)));
        desktops.AddRange(usable.Except(own).Select(d => new Desktop(null, d, d.Owner)));
        return TypedResults.Ok(new DesktopsView(desktops));
    }

    private static async Task<Accepted<Opened>> Open(Guid id, bool? confirm, SignedIn who, Db db, ILoggerFactory logs, CancellationToken cancel)
    {
        var (opened, open) = await db.Transaction(s => OpenFor(s, who.Caller, id, confirm), cancel);
        Told(logs, open);
        return TypedResults.Accepted((string?)null, opened);
    }

    /// <summary>Writes into the log what this click asked for; the others were there.</summary>
    internal static void Told(ILoggerFactory logs, IReadOnlyList<RequestRow> open)
    {
        foreach (var row in open.Where(r => r.TraceId == Activity.Current?.TraceId.ToString())) Log.Asked(logs, row);
    }

    /// <summary>Gets somebody's own desktop of a base running, making it when there is none; with confirm false not if others would be ended for it.</summary>
    internal static async Task<(Opened Opened, IReadOnlyList<RequestRow> Open)> OpenFor(DbSession s, Caller caller, Guid id, bool? confirm = null)
    {
        // one click after the other: the second finds what the first has made
        await UsersTable.Lock(s, caller.UserId);
        var origin = await DomainsEndpoints.Visible(s, caller, id);
        var clones = await s.Query<DomainRow>(
            $"SELECT {DomainsTable.Columns} FROM domains d WHERE d.owner_id = @Id AND d.base_id = @origin AND NOT d.is_base", new { Id = caller.UserId, origin = id });
        var desktop = OwnClone.Choose(clones)?.Id ?? await Pool.HandOut(s, caller, origin) ?? await Make(s, caller, origin);
        await EnsureStart(s, caller, desktop, confirm);

        var domain = await DomainReads.One(s, caller, desktop) ?? throw RefusedException.NoDomain(desktop);
        var requests = await RequestsTable.Open(s, [desktop]);
        return (new Opened(domain, await RequestView.Of(s, [.. requests.Where(r => r.AtTime is null)], caller)), requests);
    }

    private static async Task<Guid> Make(DbSession db, Caller caller, DomainRow origin)
    {
        if (!origin.IsBase) throw new RefusedException(StatusCodes.Status409Conflict, "not_a_base", $"{origin.Name} is not a base, so it has no desktops.");
        var clone = await RequestWriter.Submit(db, caller, new Clone(origin.Id));
        return clone.Row.DomainId!.Value;
    }

    // Starting is asked for when it is off, or will be off once it is made.
    private static async Task EnsureStart(DbSession db, Caller caller, Guid desktop, bool? confirm)
    {
        var domain = await DomainsTable.Lock(db, desktop) ?? throw RefusedException.NoDomain(desktop);
        var pending = await RequestsTable.Open(db, [desktop]);
        if (domain.State is not (DomainState.Creating or DomainState.Shutdown or DomainState.Hibernated)) return;
        if (pending.Any(r => r.AtTime is null && Catalogue.Find(r.Command)?.ArgumentsType == typeof(StartDomain))) return;
        if (confirm is false) await LimitsEndpoints.MustBeConfirmed(db, caller, domain);
        await RequestWriter.Submit(db, caller, new StartDomain(desktop), after: domain.State == DomainState.Creating && pending is [.., var last] ? last.Id : null);
    }
}
