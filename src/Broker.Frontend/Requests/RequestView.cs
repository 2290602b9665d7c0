using System.Text.Json;
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
/// <param name="User">Who asked.</param>
/// <param name="DomainId">The machine it is about.</param>
/// <param name="DomainName">That machine's name when it was asked.</param>
/// <param name="CreatedAt">When it was asked.</param>
/// <param name="At">Not before this time.</param>
/// <param name="AfterId">Not before this request has ended well.</param>
/// <param name="StartedAt">When it was first taken up.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Attempts">How often it was taken up.</param>
/// <param name="Progress">0 to 100.</param>
/// <param name="ProgressText">What is being done, in a sentence.</param>
/// <param name="Error">Why it ended badly.</param>
/// <param name="Result">What came out of it.</param>
/// <param name="Args">Its arguments.</param>
public sealed record RequestView(
    long Id, string Command, RequestState State, Person User, Guid? DomainId, string? DomainName, DateTimeOffset CreatedAt, DateTimeOffset? At, long? AfterId,
    DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, int Attempts, int Progress, string? ProgressText, RequestError? Error, JsonElement? Result, JsonElement Args)
{
    /// <summary>A row, as people see it.</summary>
    public static RequestView Of(RequestRow row) => new(
        row.Id, row.Command, row.State, new Person(row.UserId, row.UserName ?? ""), row.DomainId, row.DomainName, row.CreatedAt, row.AtTime, row.AfterId,
        row.StartedAt, row.EndedAt, row.Attempts, row.Progress, row.ProgressText, row.ErrorCode is { } code ? new RequestError(code, row.ErrorText ?? "") : null, row.Result, row.Args);
}

/// <summary>Requests, newest first.</summary>
public sealed record RequestsView(IReadOnlyList<RequestView> Requests);

/// <summary>Asks the back end for something.</summary>
/// <param name="Command">One of GET /api/commands, or an alias of it.</param>
/// <param name="Args">Its arguments.</param>
/// <param name="At">Not before this time.</param>
/// <param name="AfterId">Not before this request of one's own has ended, and only if it ended well.</param>
public sealed record NewRequest(string Command, JsonElement Args, DateTimeOffset? At = null, long? AfterId = null);

/// <summary>A command that can be asked for.</summary>
/// <param name="Command">Its word.</param>
/// <param name="Aliases">Other words for it.</param>
/// <param name="Lane">The kind of work it is.</param>
/// <param name="Summary">What it does, in a line.</param>
/// <param name="Args">JSON schema of its arguments.</param>
public sealed record CommandView(string Command, IReadOnlyList<string> Aliases, Lane Lane, string Summary, JsonElement Args);

/// <summary>All commands.</summary>
public sealed record CommandsView(IReadOnlyList<CommandView> Commands);
