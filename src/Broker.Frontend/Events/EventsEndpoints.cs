using System.Text.Json;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Events;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;

namespace Broker.Frontend.Events;

/// <summary>Tells a page that something changed. It then reads anew what it shows.</summary>
/// <param name="Id">Key of the event; not in order.</param>
/// <param name="Kind">What changed.</param>
/// <param name="RequestId">The request that moved on.</param>
/// <param name="DomainId">The machine that changed; null when it is a base that this user may not see.</param>
/// <param name="State">Its new state.</param>
/// <param name="Progress">How far the request is, 0 to 100.</param>
/// <param name="ProgressText">What is being done.</param>
public sealed record EventHint(long Id, EventKind Kind, long? RequestId, Guid? DomainId, string? State, int? Progress, string? ProgressText);

/// <summary>Server-sent events.</summary>
public static class EventsEndpoints
{
    /// <summary>A sign of life for what lies in between, proxies above all.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Adds the tail.</summary>
    public static void AddEvents(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<EventTail>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EventTail>());
    }

    /// <summary>Adds the route.</summary>
    public static void MapEvents(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/events", Stream).Account().WithTags("events").WithName("events")
            .WithSummary("What changes, as it changes")
            .WithDescription("Server-sent events: first hello, then one event per change whose name is the kind of the hint; reload when some were lost. After a reconnect read everything anew.")
            .Produces<EventHint>(StatusCodes.Status200OK, "text/event-stream").Refuses(401, 403);

    // Who may see an event at all, and whether he may know what it is about.
    internal static EventHint? HintFor(Caller caller, EventRow row)
    {
        var isOwn = row.UserId == caller.UserId;
        var sees = row.Kind switch
        {
            EventKind.Domain => isOwn || IsListed(row.Data, "shared_with", caller.UserId) || May.Do(caller, Grant.Operate, null).IsAllowed
                || (row.UserId is { } owner && caller.Reach(Grant.View).Covers(caller.UserId, owner, Number(row.Data, "base_owner"))),
            EventKind.Request => isOwn || May.Do(caller, Grant.Operate, null).IsAllowed,
            EventKind.Base => true,
            EventKind.Image => May.Do(caller, Grant.Operate, null).IsAllowed || May.Do(caller, Grant.CreateMachine, null).IsAllowed,
            EventKind.Node => May.Do(caller, Grant.Operate, null).IsAllowed,
            EventKind.Message => isOwn,
            // of nobody in particular: what groups give their members, which may be any of us
            EventKind.User => isOwn || row.UserId is null || May.Do(caller, Grant.ManageUsers, null).IsAllowed,
        };
        if (!sees) return null;
        // One that is no longer published, or whose rules have changed, has to vanish from people's pages, but nobody needs to know which it was.
        var mayKnow = row.Kind != EventKind.Base || isOwn || (Flag(row.Data, "is_public") && !Flag(row.Data, "has_rules")) || caller.Reach(Grant.View) is Reach.All || May.Do(caller, Grant.Operate, null).IsAllowed;
        return mayKnow
            ? new EventHint(row.Id, row.Kind, row.Kind == EventKind.Request ? row.RequestId : null, row.DomainId, Text(row.Data, "state"), (int?)Number(row.Data, "progress"), Text(row.Data, "progress_text"))
            : new EventHint(row.Id, row.Kind, null, null, null, null, null);
    }

    private static async Task Stream(SignedIn who, HttpContext http, EventTail tail, Sessions sessions, TimeProvider clock, IHostApplicationLifetime life)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        var cancel = end.Token;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store, no-transform";
        http.Response.Headers["X-Accel-Buffering"] = "no";

        // before hello: what happens while the page loads is not lost
        using var events = tail.Subscribe(row => HintFor(who.Caller, row) is not null);
        try
        {
            await Write(http, "hello", null, new { server_time = clock.GetUtcNow() }, cancel);
            var asked = clock.GetTimestamp();
            while (await Next(events, cancel) is { } wait)
            {
                // also when there is always something: sessions, tokens and accounts end by themselves
                if (wait == Waited.TooLong || clock.GetElapsedTime(asked) >= Heartbeat)
                {
                    if (await sessions.Again(who, cancel) is not { Account.MayGoOn: true } still || !still.IsServed(clock.GetUtcNow())) return;
                    (who, asked) = (still, clock.GetTimestamp());
                }

                if (wait == Waited.TooLong)
                {
                    await http.Response.WriteAsync(": still here\n\n", cancel);
                    await http.Response.Body.FlushAsync(cancel);
                    continue;
                }

                while (events.Events.TryRead(out var row))
                {
                    if (row.Kind == EventKind.User && (row.UserId is null || row.UserId == who.Id))
                    {
                        if (await sessions.Again(who, cancel) is not { Account.MayGoOn: true } now || !now.IsServed(clock.GetUtcNow())) return;
                        who = now;
                    }

                    if (HintFor(who.Caller, row) is { } hint) await Write(http, Word.Of(row.Kind), hint.Id, hint, cancel);
                }

                if (events.HasLost()) await Write(http, "reload", null, new { server_time = clock.GetUtcNow() }, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // the browser has gone, or we are going
        }
    }

    private enum Waited
    {
        ForEvents,
        TooLong,
    }

    private static async Task<Waited?> Next(Subscription events, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Heartbeat);
        try
        {
            return await events.Events.WaitToReadAsync(limit.Token) ? Waited.ForEvents : null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Waited.TooLong;
        }
    }

    private static async Task Write(HttpContext http, string name, long? id, object data, CancellationToken cancel)
    {
        var head = id is null ? $"event: {name}\ndata: " : $"id: {id}\nevent: {name}\ndata: ";
        await http.Response.WriteAsync(head + JsonSerializer.Serialize(data, Json.Options) + "\n\n", cancel);
        await http.Response.Body.FlushAsync(cancel);
    }

    private static string? Text(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : null;

    private static bool IsListed(JsonElement data, string name, long value) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
        && list.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt64(out var number) && number == value);

    private static bool Flag(JsonElement data, string name) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
