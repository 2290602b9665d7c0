using System.Globalization;
using Broker.Core;
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

    public static string Progress(RequestRow row) => row.State switch
    {
        RequestState.Working => $"{row.Progress} % {row.ProgressText}",
        RequestState.Waiting when row.AtTime is not null => $"until {Terminal.When(row.AtTime)} {row.ProgressText}",
        RequestState.Waiting => $"for request {row.AfterId}",
        _ => "",
    };

    public static IEnumerable<(string What, Cell Value)> Details(RequestRow row) =>
    [
        ("id", Number(row.Id)),
        ("command", row.Command),
        ("arguments", row.Args.GetRawText()),
        ("machine", row.DomainName is null ? null : $"{row.DomainName} ({row.DomainId})"),
        ("user", row.UserName),
        ("state", State(row) with { Text = $"{Word.Of(row.State)} {Progress(row)}".TrimEnd() }),
        ("asked", Terminal.When(row.CreatedAt)),
        ("not before", Terminal.When(row.AtTime)),
        ("after", row.AfterId is { } after ? $"request {after}" : null),
        ("started", Terminal.When(row.StartedAt)),
        ("ended", Terminal.When(row.EndedAt)),
        ("attempts", Number(row.Attempts)),
        .. row.AttemptErrors.EnumerateArray().Select(e => ("tried", (Cell)$"{e.GetProperty("at").GetString()} {e.GetProperty("code").GetString()}: {e.GetProperty("message").GetString()}")),
        ("error", new Cell(row.ErrorCode is null ? null : $"{row.ErrorCode}: {row.ErrorText}", Tone.Bad)),
        ("result", row.Result?.GetRawText()),
    ];

    /// <summary>In the API's words.</summary>
    public static object View(RequestRow r) => new
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
        r.StartedAt,
        r.EndedAt,
        r.Attempts,
        r.AttemptErrors,
        r.Progress,
        r.ProgressText,
        error = r.ErrorCode is null ? null : new { code = r.ErrorCode, message = r.ErrorText },
        r.Result,
        r.Args,
    };
}
