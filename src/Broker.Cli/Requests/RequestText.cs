using System.Globalization;
using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Cli;

/// <summary>A request as people and as scripts read it.</summary>
internal static class RequestText
{
    public static string Title(RequestRow row) => row.DomainName is null ? row.Command : $"{row.Command} {row.DomainName}";

    public static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);

    public static Cell State(RequestRow row) => new(Word.Of(row.State), row.State switch
    {
        RequestState.Done => Tone.Good,
        RequestState.Failed => Tone.Bad,
        RequestState.Working or RequestState.Waiting => Tone.Middling,
        RequestState.Requested or RequestState.Cancelled => Tone.None,
    });

    /// <summary>How far it is, or what it waits for.</summary>
    public static string Progress(RequestRow row, Wait? wait) => (row.State, wait) switch
    {
        (RequestState.Working, _) => $"{row.Progress} % {row.ProgressText}{(row.CancelAskedAt is null ? "" : " (is being taken back)")}",
        (_, { Until: { } until }) => $"until {Terminal.When(until)}: {wait.Text}",
        (_, { ExpectedStartAt: { } expected, Ahead: > 0 }) => $"{wait.Text} Probably at {Terminal.When(expected)}.",
        _ => wait?.Text ?? "",
    };

    public static IEnumerable<(string What, Cell Value)> Details(RequestRow row, Wait? wait, IReadOnlyList<RequestStep> steps) =>
    [
        ("id", Number(row.Id)),
        ("command", row.Command),
        ("arguments", row.Args.GetRawText()),
        ("machine", row.DomainName is null ? null : $"{row.DomainName} ({row.DomainId})"),
        ("user", row.UserName),
        ("from", row.CallerAddress),
        ("state", State(row) with { Text = $"{Word.Of(row.State)} {Progress(row, wait)}".TrimEnd() }),
        ("ahead", wait is null ? null : Number(wait.Ahead)),
        ("asked", Terminal.When(row.CreatedAt)),
        ("not before", Terminal.When(row.AtTime)),
        ("after", row.AfterId is { } after ? $"request {after}{(row.AfterOk ? "" : ", however it ends")}" : null),
        ("on behalf of", row.CausedBy is { } cause ? $"request {cause}" : null),
        ("started", Terminal.When(row.StartedAt)),
        ("ended", Terminal.When(row.EndedAt)),
        ("attempts", Number(row.Attempts)),
        .. steps.Select(s => ("step", (Cell)$"{s.At.UtcDateTime:HH:mm:ss.fff} {Took(s),9}  {s.Text}{(row.Attempts > 1 ? $" (try {s.Attempt})" : "")}")),
        .. row.AttemptErrors.EnumerateArray().Select(e => ("tried", (Cell)$"{e.GetProperty("at").GetString()} {e.GetProperty("code").GetString()}: {e.GetProperty("message").GetString()}")),
        ("error", new Cell(row.ErrorCode is null ? null : $"{row.ErrorCode}: {row.ErrorText}", Tone.Bad)),
        ("result", row.Result?.GetRawText()),
        ("trace", row.TraceId),
    ];

    /// <summary>In the API's words.</summary>
    public static object View(RequestRow r, Wait? wait, IReadOnlyList<RequestStep>? steps = null) => new
    {
        r.Id,
        r.Command,
        r.State,
        user = new { id = r.UserId, name = r.UserName },
        r.DomainId,
        r.DomainName,
        r.CreatedAt,
        at = r.AtTime,
        r.AfterId,
        r.CausedBy,
        r.StartedAt,
        r.EndedAt,
        r.Attempts,
        r.AttemptErrors,
        r.Progress,
        r.ProgressText,
        error = r.ErrorCode is null ? null : new { code = r.ErrorCode, message = r.ErrorText },
        r.Result,
        r.Args,
        r.CallerAddress,
        back_end = r.ClaimedBy,
        r.Priority,
        r.CancelAskedAt,
        r.TraceId,
        waits_for = wait is null ? null : new { reason = wait.For, wait.Text, wait.Until, wait.RequestId },
        position = wait is null ? null : new { wait.Ahead, wait.ExpectedStartAt },
        steps = steps?.Select(s => new { s.At, s.Attempt, s.Percent, s.Text, took_ms = s.EndedAt is { } end ? (long)(end - s.At).TotalMilliseconds : (long?)null }),
    };

    /// <summary>Each in the API's words, with what it waits for.</summary>
    public static async Task<IReadOnlyList<object>> Views(DbSession db, IReadOnlyList<RequestRow> rows)
    {
        var waits = await Waiting.Of(db, rows);
        return [.. rows.Select(r => View(r, waits.GetValueOrDefault(r.Id)))];
    }

    private static string Took(RequestStep step) => step.EndedAt is { } end ? $"{(long)(end - step.At).TotalMilliseconds} ms" : "…";
}
