using System.Net.Sockets;
using System.Net.WebSockets;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Settings;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Displays;

/// <summary>Lets one browser look at one screen, once.</summary>
/// <param name="Ticket">Goes into the WebSocket's subprotocol: <c>ticket.</c> and this. Told once.</param>
/// <param name="Url">Where the WebSocket is opened.</param>
/// <param name="Protocol">What is spoken in it.</param>
/// <param name="ExpiresAt">By then it has to be opened.</param>
public sealed record DisplayTicket(string Ticket, string Url, DisplayKind Protocol, DateTimeOffset ExpiresAt);

/// <summary>The way from a browser to a desktop's screen.</summary>
public static class DisplaysEndpoints
{
    private const string Path = "/api/display";
    private const string Subprotocol = "binary";
    private const string TicketPrefix = "ticket.";

    /// <summary>Adds what displays need.</summary>
    public static void AddDisplays(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OpenDisplays>();
        builder.Services.Configure<WebSocketOptions>(options =>
        {
            options.KeepAliveInterval = TimeSpan.FromSeconds(20);
            // a ping is answered by the browser itself, also in a tab that sleeps; a slow line may take a while
            options.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        });
    }

    /// <summary>Adds the routes.</summary>
    public static void MapDisplays(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/domains/{id:guid}/display-ticket", Issue).Person().WithTags("displays").WithName("issue_display_ticket")
            .WithSummary("A ticket for a look at a desktop's screen").Refuses(400, 401, 403, 404, 409);
        app.MapGet(Path, Open).Person().WithTags("displays").WithName("open_display")
            .WithSummary("A desktop's screen: RFB 3.8 without a password in a WebSocket")
            .WithDescription("A WebSocket with the subprotocols binary and ticket.<ticket>. It is refused with an HTTP status before it is opened.")
            .Produces(StatusCodes.Status101SwitchingProtocols).Refuses(400, 401, 403, 409, 429, 502);
    }

    /// <summary>Does a domain in this state have a screen?</summary>
    internal static bool HasScreen(DomainState state) => state is DomainState.Active or DomainState.Paused or DomainState.ShuttingDown;

    private static async Task<Created<DisplayTicket>> Issue(Guid id, SignedIn who, Db db, CancellationToken cancel)
    {
        var (ticket, expires) = await db.Transaction(async s =>
        {
            var domain = await DomainsTable.Get(s, id);
            if (domain is null || !May.Do(who.Caller, Grant.View, domain).IsAllowed) throw RefusedException.NoDomain(id);
            if (May.FromHere(who.Caller, domain) is { IsAllowed: false } elsewhere) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", elsewhere.Reason);
            if (!HasScreen(domain.State) || await DisplaysTable.Socket(s, id, DisplayKind.Vnc) is null) throw NotRunning(domain);
            return await DisplayTicketsTable.Issue(s, who.Id, who.Session, id);
        }, cancel);
        return TypedResults.Created((string?)null, new DisplayTicket(ticket, Path, DisplayKind.Vnc, expires));
    }

    private static async Task Open(HttpContext http, SignedIn who, Db db, OpenDisplays open, FrontEndSettings settings, ILoggerFactory logs, IHostApplicationLifetime life)
    {
        var log = logs.CreateLogger(typeof(DisplaysEndpoints));
        if (!http.WebSockets.IsWebSocketRequest)
            throw new RefusedException(StatusCodes.Status400BadRequest, "websocket_required", "A display is opened as a WebSocket.");
        // WebSockets know no CORS: a page of somebody else could open one with the user's cookie
        if (!IsOwnOrigin(http.Request, settings))
            throw new RefusedException(StatusCodes.Status403Forbidden, "bad_origin", "A display can only be opened by the portal's own page.");

        var domain = await Domain(http, who, db);
        var socketPath = await db.Read(s => DisplaysTable.Socket(s, domain.Id, DisplayKind.Vnc), http.RequestAborted) ?? throw NotRunning(domain);
        using var place = open.Enter(who.Id) ?? throw new RefusedException(StatusCodes.Status429TooManyRequests, "too_many_displays",
            $"You are looking at {OpenDisplays.MostPerUser} screens already. Close one first.");

        Socket guest;
        try
        {
            guest = await Rfb.ConnectToGuest(socketPath, http.RequestAborted);
        }
        catch (RfbException e)
        {
            Log.DisplayUnreachable(log, domain.Id, e.Message);
            throw new RefusedException(StatusCodes.Status502BadGateway, "display_unreachable", $"The screen of {domain.Name} can't be reached: {e.Message}.");
        }

        using (guest)
        {
            using var browser = await http.WebSockets.AcceptWebSocketAsync(Subprotocol);
            var bytes = new BrowserBytes(browser);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(life.ApplicationStopping);
            try
            {
                await Rfb.SettleWithBrowser(browser, bytes, stop.Token);
            }
            catch (Exception e) when (e is RfbException or WebSocketException or IOException or OperationCanceledException)
            {
                browser.Abort();
                return;
            }

            await open.Relay(new DisplayRelay(guest, browser, bytes), who, domain.Id, stop);
        }
    }

    private static async Task<DomainRow> Domain(HttpContext http, SignedIn who, Db db)
    {
        var asked = http.WebSockets.WebSocketRequestedProtocols;
        var ticket = asked.FirstOrDefault(p => p.StartsWith(TicketPrefix, StringComparison.Ordinal))?[TicketPrefix.Length..];
        if (ticket is not { Length: > 0 and <= 64 } || !asked.Contains(Subprotocol)) throw BadTicket();
        var row = await db.Transaction(s => DisplayTicketsTable.Take(s, ticket), http.RequestAborted);
        if (row is not { IsFresh: true } || row.UserId != who.Id || row.SessionId != who.Session) throw BadTicket();

        var domain = await db.Read(s => DomainsTable.Get(s, row.DomainId), http.RequestAborted);
        if (domain is null || !May.Do(who.Caller, Grant.View, domain).IsAllowed || !May.FromHere(who.Caller, domain).IsAllowed) throw BadTicket();
        return HasScreen(domain.State) ? domain : throw NotRunning(domain);
    }

    private static bool IsOwnOrigin(HttpRequest request, FrontEndSettings settings)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && (string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
                || settings.PublicOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase));
    }

    private static RefusedException BadTicket() => new(StatusCodes.Status403Forbidden, "bad_ticket", "The ticket is used up, too old, or not yours. Ask for a new one.");

    private static RefusedException NotRunning(DomainRow domain) => new(StatusCodes.Status409Conflict, "not_running", $"{domain.Name} is not running, so it has no screen.");
}
