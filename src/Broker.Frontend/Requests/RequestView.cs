using System.Text.Json;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Requests;
using Broker.Frontend.Domains;

namespace Broker.Frontend.Requests;

/// <summary>Why a request ended badly.</summary>
/// <param name="Code">A fixed word.</param>
/// <param name="Message">What went wrong and what to do, in a sentence.</param>
public sealed record RequestError(string Code, string Message);

/// <summary>Something that the back end was asked to do.</summary>
/// <param name="Id">Key, in the order of asking.</param>
/// <param name="Command">The command.</param>
/// <param name="State">Where it is.</param>
/// <param name="User">Who asked; null when that was somebody else and the caller does not look after the hosts.</param>
/// <param name="DomainId">The machine it is about.</param>
/// <param name="DomainName">That machine's name when it was asked.</param>
/// <param name="CreatedAt">When it was asked.</param>
/// <param name="At">Not before this time.</param>
/// <param name="AfterId">Not before this request has ended well.</param>
/// <param name="CausedBy">The request on whose behalf it was asked for: one that is done by many.</param>
/// <param name="StartedAt">When it was first taken up.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Attempts">How often it was taken up.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="ProgressText">What is being done, in a sentence.</param>
/// <param name="Error">Why it ended badly.</param>
/// <param name="Result">What came out of it.</param>
/// <param name="Args">Its arguments; null where <paramref name="User"/> is.</param>
/// <param name="CallerAddress">The IP address it was asked from; null where <paramref name="User"/> is.</param>
/// <param name="BackEnd">The back end that is or was at it.</param>
/// <param name="Priority">Lower runs first within its kind of work.</param>
/// <param name="CancelAskedAt">When somebody wanted it taken back.</param>
/// <param name="TraceId">Finds what belongs to it in logs and traces.</param>
/// <param name="CanCancel">The caller can still take it back.</param>
/// <param name="CanRetry">The caller can ask for it again.</param>
/// <param name="WaitsFor">Why it is not in work yet.</param>
/// <param name="Position">Its place in the queue.</param>
public sealed record RequestView(
    long Id, string Command, RequestState State, Person? User, Guid? DomainId, string? DomainName, DateTimeOffset CreatedAt, DateTimeOffset? At, long? AfterId,
    long? CausedBy, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, int Attempts, int Progress, string? ProgressText, RequestError? Error, JsonElement? Result, JsonElement? Args,
    string? CallerAddress, Guid? BackEnd, int Priority, DateTimeOffset? CancelAskedAt, string? TraceId, bool CanCancel, bool CanRetry, WaitView? WaitsFor, PositionView? Position)
{
    /// <summary>A row, as this caller sees it: of somebody else's, handed to him because it does what he wants as well, he is not told whose it is.</summary>
    public static RequestView Of(RequestRow row, Caller caller, Wait? wait = null)
    {
        var inCharge = IsInCharge(caller, row);
        return new(
            row.Id, row.Command, row.State, inCharge ? new Person(row.UserId, row.UserName ?? "") : null, row.DomainId, row.DomainName, row.CreatedAt, row.AtTime, row.AfterId,
            row.CausedBy, row.StartedAt, row.EndedAt, row.Attempts, row.Progress, row.ProgressText, row.ErrorCode is { } code ? new RequestError(code, row.ErrorText ?? "") : null, row.Result,
            inCharge ? row.Args : null, inCharge ? row.CallerAddress : null, row.ClaimedBy, row.Priority, row.CancelAskedAt, row.TraceId,
            inCharge && row is { HasEnded: false, CancelAskedAt: null }, inCharge && row.State is (RequestState.Failed or RequestState.Cancelled),
            wait is null ? null : new WaitView(wait.For, wait.Text, wait.Until, wait.RequestId), wait is null ? null : new PositionView(wait.Ahead, wait.ExpectedStartAt));
    }

    /// <summary>Rows, as this caller sees them, with the reasons of those that wait.</summary>
    public static async Task<IReadOnlyList<RequestView>> Of(DbSession db, IReadOnlyList<RequestRow> rows, Caller caller)
    {
        var waits = await Waiting.Of(db, rows);
        return [.. rows.Select(r => Of(r, caller, waits.GetValueOrDefault(r.Id)))];
    }

    /// <summary>The caller asked for it, or looks after the hosts: he sees all of it, and may take it back.</summary>
    public static bool IsInCharge(Caller caller, RequestRow row) => row.UserId == caller.UserId || May.Do(caller, Grant.Operate, null).IsAllowed;

    /// <summary>What was done for it, in order; only when one request is asked for.</summary>
    public IReadOnlyList<StepView>? Steps { get; init; }

    /// <summary>How the requests stand that this one caused; only when one request is asked for, and null when it caused none.</summary>
    public Caused? Caused { get; init; }

    /// <summary>What went wrong in each try that was followed by another; only when one request is asked for.</summary>
    public IReadOnlyList<AttemptError>? AttemptErrors { get; init; }

    /// <summary>A row with all that this caller may know about it.</summary>
    public static async Task<RequestView> Whole(DbSession db, RequestRow row, Caller caller)
    {
        var steps = await RequestsTable.Steps(db, row);
        var caused = await RequestsTable.CausedBy(db, row.Id);
        return (await Of(db, [row], caller))[0] with
        {
            Steps = [.. steps.Select(s => new StepView(s.At, s.Attempt, s.Percent, s.Text, s.EndedAt is { } end ? (long)(end - s.At).TotalMilliseconds : null))],
            Caused = caused.Total > 0 ? caused : null,
            AttemptErrors = row.AttemptErrors.Deserialize<List<AttemptError>>(Json.Options) ?? [],
        };
    }
}

/// <summary>Why a request is not in work yet.</summary>
/// <param name="Reason">A fixed word.</param>
/// <param name="Text">The reason in a sentence.</param>
/// <param name="Until">When that is, if it is known.</param>
/// <param name="RequestId">The request it waits for.</param>
public sealed record WaitView(WaitsFor Reason, string Text, DateTimeOffset? Until, long? RequestId);

/// <summary>A place in the queue.</summary>
/// <param name="Ahead">How many of its kind of work come before it.</param>
/// <param name="ExpectedStartAt">When it will probably be taken up; null when nobody can tell.</param>
public sealed record PositionView(int Ahead, DateTimeOffset? ExpectedStartAt);

/// <summary>Something that was done for a request.</summary>
/// <param name="At">When it began.</param>
/// <param name="Attempt">In which try.</param>
/// <param name="Percent">How far the request was then.</param>
/// <param name="Text">What it was.</param>
/// <param name="TookMs">Milliseconds until the next step or the end; null while it is being done.</param>
public sealed record StepView(DateTimeOffset At, int Attempt, int Percent, string Text, long? TookMs);

/// <summary>What went wrong in a try that was followed by another.</summary>
/// <param name="At">When.</param>
/// <param name="Code">A fixed word.</param>
/// <param name="Message">A sentence.</param>
public sealed record AttemptError(DateTimeOffset At, string Code, string Message);

/// <summary>Requests, newest first.</summary>
public sealed record RequestsView(IReadOnlyList<RequestView> Requests);

/// <summary>Asks the back end for something.</summary>
/// <param name="Command">One of GET /api/commands, or an alias of it.</param>
/// <param name="Args">Its arguments.</param>
/// <param name="At">Not before this time.</param>
/// <param name="AfterId">Not before this request of one's own has ended.</param>
/// <param name="AfterOk">And only if it ended well; so unless this is false.</param>
/// <param name="Force">Even if an equal one is there.</param>
/// <param name="Priority">Instead of the command's own, 0 to 1000, lower first; only for administrators.</param>
/// <param name="Confirm">False: a start that would end other desktops, since more would run than their owner may have, is answered with 409 over_limit, which names them. Else they are ended.</param>
public sealed record NewRequest(
    string Command, JsonElement Args, DateTimeOffset? At = null, long? AfterId = null, bool? AfterOk = null, bool? Force = null, int? Priority = null, bool? Confirm = null);

/// <summary>A command that can be asked for.</summary>
/// <param name="Command">Its word.</param>
/// <param name="Aliases">Other words for it.</param>
/// <param name="Lane">The kind of work it is.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Args">JSON schema of its arguments.</param>
public sealed record CommandView(string Command, IReadOnlyList<string> Aliases, Lane Lane, string Summary, JsonElement Args);

/// <summary>All commands.</summary>
public sealed record CommandsView(IReadOnlyList<CommandView> Commands);
