using System.Diagnostics;
using System.Text.Json;

namespace Broker.Core.Requests;

/// <summary>Where a request is in its life: requested → working → done, failed or cancelled; waiting for a time, another request, or its next try.</summary>
public enum RequestState
{
    /// <summary>May be taken up as soon as its lane has room and nobody works on the same thing.</summary>
    Requested,

    /// <summary>Waits for a time, another request, or its next try.</summary>
    Waiting,

    /// <summary>A back end is at it.</summary>
    Working,

    /// <summary>Ended well.</summary>
    Done,

    /// <summary>Ended badly; the error says why.</summary>
    Failed,

    /// <summary>Somebody took it back.</summary>
    Cancelled,
}

/// <summary>A row of <c>request_steps</c>: something that was begun for a request.</summary>
public sealed record RequestStep
{
    /// <summary>In which try.</summary>
    public required int Attempt { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How far the request was then, 0 to 100.</summary>
    public required int Percent { get; init; }

    /// <summary>What it was, in a sentence.</summary>
    public required string Text { get; init; }

    /// <summary>When the next one began, its try failed, or the request ended; null while it is being done.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>How the requests stand that another one caused: one that is done by many.</summary>
public sealed record Caused
{
    /// <summary>How many there are, as far as they are kept.</summary>
    public long Total { get; init; }

    /// <summary>How many ended well.</summary>
    public long Done { get; init; }

    /// <summary>How many ended badly or were taken back.</summary>
    public long Failed { get; init; }
}

/// <summary>A row of <c>requests</c>.</summary>
public sealed record RequestRow
{
    /// <summary>Key, in the order of writing.</summary>
    public required long Id { get; init; }

    /// <summary>The command's word, or an alias of it in rows written before a rename.</summary>
    public required string Command { get; init; }

    /// <summary>Its arguments.</summary>
    public required JsonElement Args { get; init; }

    /// <summary>Where it is.</summary>
    public required RequestState State { get; init; }

    /// <summary>Which lane it runs in.</summary>
    public required Lane Lane { get; init; }

    /// <summary>Lower runs first.</summary>
    public int Priority { get; init; }

    /// <summary>Who asked.</summary>
    public required long UserId { get; init; }

    /// <summary>Name of who asked; only filled by reads for people.</summary>
    public string? UserName { get; init; }

    /// <summary>The IP address it was asked from.</summary>
    public string? CallerAddress { get; init; }

    /// <summary>What the program said of itself by which it was asked; null when it was asked from the command line or by Broker. See <see cref="Access.ClientFacts"/>.</summary>
    public JsonElement? Client { get; init; }

    /// <summary>What it belongs to in traces: a W3C <c>traceparent</c> of the click that asked for it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Finds what belongs to it in logs and traces; null when nothing was traced.</summary>
    public string? TraceId => ActivityContext.TryParse(TraceParent, null, out var trace) ? trace.TraceId.ToString() : null;

    /// <summary>The domain it is about.</summary>
    public Guid? DomainId { get; init; }

    /// <summary>That domain's name when the request was written.</summary>
    public string? DomainName { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset? AtTime { get; init; }

    /// <summary>It was asked for a time to come, or follows one that was: others need not wait for it until then.</summary>
    public bool IsLater { get; init; }

    /// <summary>Its time has not come and nothing of it is done: it keeps nobody from anything yet.</summary>
    public bool IsParked => IsLater && Attempts == 0;

    /// <summary>Not before this request has ended.</summary>
    public long? AfterId { get; init; }

    /// <summary>Only if that one ended well.</summary>
    public bool AfterOk { get; init; }

    /// <summary>The request on whose behalf it was asked for: one that is done by many.</summary>
    public long? CausedBy { get; init; }

    /// <summary>The back end that is at it.</summary>
    public Guid? ClaimedBy { get; init; }

    /// <summary>Counts the claims; a write with an older one is refused.</summary>
    public int Epoch { get; init; }

    /// <summary>When the claim ends unless it is renewed.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>How often it was taken up.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was first taken up.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When somebody wanted it stopped; it stops between two steps.</summary>
    public DateTimeOffset? CancelAskedAt { get; init; }

    /// <summary>0 to 100.</summary>
    public int Progress { get; init; }

    /// <summary>What is being done, in a sentence.</summary>
    public string? ProgressText { get; init; }

    /// <summary>A fixed word for what went wrong.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What went wrong and what to do, in a sentence.</summary>
    public string? ErrorText { get; init; }

    /// <summary>What went wrong in each try that was followed by another.</summary>
    public JsonElement AttemptErrors { get; init; }

    /// <summary>What came out of it.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>It will not change any more.</summary>
    public bool HasEnded => State is RequestState.Done or RequestState.Failed or RequestState.Cancelled;
}
