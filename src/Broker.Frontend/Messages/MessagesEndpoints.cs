using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Messages;

/// <summary>Something that one was told.</summary>
/// <param name="Id">Key, in the order of writing.</param>
/// <param name="At">When it was written.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="RequestId">The request that ended, if it is about that; it may be forgotten already.</param>
/// <param name="Command">Its command.</param>
/// <param name="State">How it ended.</param>
/// <param name="DomainId">The machine it is about.</param>
/// <param name="DomainName">That machine's name then.</param>
/// <param name="ErrorCode">A fixed word for what went wrong.</param>
/// <param name="Text">All of it in an English sentence.</param>
/// <param name="Data">What its kind says, for a sentence in the reader's language.</param>
/// <param name="ReadAt">When it was read.</param>
public sealed record MessageView(
    long Id,
    DateTimeOffset At,
    MessageKind Kind,
    long? RequestId,
    string? Command,
    RequestState? State,
    Guid? DomainId,
    string? DomainName,
    string? ErrorCode,
    string Text,
    MessageData Data,
    DateTimeOffset? ReadAt);

/// <summary>What a message of some kinds says; empty for the others.</summary>
/// <param name="Reason">Why Broker ends the machine.</param>
/// <param name="EndsAt">When it is going to.</param>
/// <param name="Hibernated">Its memory is saved; else it is shut down.</param>
/// <param name="Limit">How many the reader may have running, if that is the reason.</param>
public sealed record MessageData(EndReason? Reason = null, DateTimeOffset? EndsAt = null, bool? Hibernated = null, int? Limit = null);

/// <summary>What one was told, newest first.</summary>
/// <param name="Unread">How many of all have not been read.</param>
/// <param name="Messages">Some of them.</param>
public sealed record MessagesView(int Unread, IReadOnlyList<MessageView> Messages);

/// <summary>What people are told.</summary>
public static class MessagesEndpoints
{
    private const int MostAtOnce = 200;

    /// <summary>Adds the routes.</summary>
    public static void MapMessages(this IEndpointRouteBuilder app)
    {
        var messages = app.MapGroup("/api/messages").WithTags("messages");
        messages.MapGet("", List).Account().WithName("list_messages").WithSummary("What one was told, newest first").Refuses(401, 403);
        messages.MapPost("/{id:long}/read", Read).Account().WithName("read_message").WithSummary("One has read it").Refuses(401, 403, 404);
        messages.MapPost("/read", ReadAll).Account().WithName("read_messages").WithSummary("One has read all").Refuses(401, 403);
    }

    private static async Task<Ok<MessagesView>> List(SignedIn who, Db db, long? before, int? limit, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => new MessagesView(
            await MessagesTable.Unread(s, who.Id),
            [.. (await MessagesTable.Of(s, who.Id, before, Math.Clamp(limit ?? 50, 1, MostAtOnce)))
                .Select(m => new MessageView(
                    m.Id, m.At, m.Kind, m.RequestId, m.Command, m.State, m.DomainId, m.DomainName, m.ErrorCode, m.Text, m.Data.Deserialize<MessageData>(Core.Json.Options)!, m.ReadAt))]), cancel));

    private static async Task<NoContent> Read(long id, SignedIn who, Db db, CancellationToken cancel)
    {
        if (!await db.Transaction(s => MessagesTable.SetRead(s, who.Id, id), cancel))
            throw new RefusedException(StatusCodes.Status404NotFound, "unknown_message", $"There is no message {id}.");
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ReadAll(SignedIn who, Db db, CancellationToken cancel)
    {
        await db.Transaction(s => MessagesTable.SetRead(s, who.Id), cancel);
        return TypedResults.NoContent();
    }
}
