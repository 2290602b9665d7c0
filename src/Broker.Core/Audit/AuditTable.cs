using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Core.Audit;

/// <summary>What came of a deed.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>He was not let.</summary>
    Refused,

    /// <summary>It was tried and went wrong.</summary>
    Failed,

    /// <summary>It was taken back.</summary>
    Cancelled,
}

/// <summary>A row of <c>audit</c>: who did what to what, from where, and what came of it.</summary>
public sealed record AuditRow
{
    /// <summary>Key, in the order of writing.</summary>
    public required long Id { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who; null for the command line and for what nobody had signed in for. The account may be gone.</summary>
    public long? UserId { get; init; }

    /// <summary>His sign-in name then.</summary>
    public string? UserName { get; init; }

    /// <summary>The client's IP address; null when it was none.</summary>
    public string? Address { get; init; }

    /// <summary>A fixed word: a command's, or that of a change of rows.</summary>
    public required string Action { get; init; }

    /// <summary>The name of what it was done to, then.</summary>
    public string? Subject { get; init; }

    /// <summary>The machine it was about.</summary>
    public Guid? DomainId { get; init; }

    /// <summary>More, as JSON; differs by action.</summary>
    public JsonElement? Details { get; init; }

    /// <summary>What came of it.</summary>
    public required AuditOutcome Outcome { get; init; }

    /// <summary>A fixed word for why not.</summary>
    public string? Code { get; init; }
}

/// <summary>Which rows of the audit; what is null does not matter.</summary>
public sealed record AuditFilter
{
    /// <summary>Who did it, by sign-in name, also of an account that is gone.</summary>
    public string? User { get; init; }

    /// <summary>What was done.</summary>
    public string? Action { get; init; }

    /// <summary>What came of it.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>About this machine.</summary>
    public Guid? Domain { get; init; }

    /// <summary>Somewhere in the name of what it was done to, or how the address begins.</summary>
    public string? Text { get; init; }

    /// <summary>Not before.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>
/// All writes to <c>audit</c>. Rows are added and never changed; they go when they are older than <c>audit_days</c>, by the schedule <c>retention</c>.
/// </summary>
public static class AuditTable
{
    private const string Columns = "id, at, user_id, user_name, address, action, subject, domain_id, details, outcome, code";

    private const string Sql =
        """
        INSERT INTO audit (at, user_id, user_name, address, action, subject, domain_id, details, outcome, code)
        VALUES (UTC_TIMESTAMP(6), @userId, (SELECT name FROM users WHERE id = @userId), @address, @action, COALESCE(LEFT(@subject, 190), (SELECT name FROM domains WHERE id = @domain)), @domain, @details, @outcome, @code)
        """;

    /// <summary>Writes down what somebody did that changes only rows, in the transaction that does it.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="userId">Who; null for nobody who signed in.</param>
    /// <param name="address">The client's IP address.</param>
    /// <param name="action">A fixed word.</param>
    /// <param name="subject">The name of what it is done to, cut after 190 characters; null for that of the machine in the details, if one is.</param>
    /// <param name="details">More, for people who look into it; never a secret. A member <c>domain</c> is the machine it is about.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="code">A fixed word for why not.</param>
    public static Task Insert(
        DbSession db, long? userId, string? address, string action, string? subject, object? details = null, AuditOutcome outcome = AuditOutcome.Done, string? code = null) =>
        db.Execute(Sql, Args(userId, address, action, subject, details, outcome, code));

    /// <summary>Writes down what was done together with the commit, which costs no round trip. Nothing in this transaction sees it.</summary>
    public static void InsertLast(DbSession db, long? userId, string? address, string action, string? subject, object? details = null) =>
        db.Last(Sql, Args(userId, address, action, subject, details, AuditOutcome.Done, code: null));

    /// <summary>Writes down how a request that somebody asked for ended, together with the transaction that ends it. What Broker asks itself is in the requests alone.</summary>
    public static void Ended(DbSession db, RequestRow ended) => db.Last(
        """
        INSERT INTO audit (at, user_id, user_name, address, action, subject, domain_id, details, outcome, code)
        SELECT UTC_TIMESTAMP(6), u.id, u.name, r.caller_address, r.command, r.domain_name, r.domain_id, JSON_OBJECT('request', r.id, 'args', JSON_EXTRACT(r.args, '$')), @outcome, @code
        FROM requests r JOIN users u ON u.id = r.user_id WHERE r.id = @request AND NOT u.is_system
        """,
        new Dictionary<string, object?>
        {
            ["request"] = ended.Id,
            ["outcome"] = Word.Of(ended.State switch
            {
                RequestState.Done => AuditOutcome.Done,
                RequestState.Cancelled => AuditOutcome.Cancelled,
                _ => AuditOutcome.Failed,
            }),
            ["code"] = ended.ErrorCode,
        });

    /// <summary>Rows, newest first.</summary>
    /// <param name="db">The database.</param>
    /// <param name="filter">Which.</param>
    /// <param name="before">Only those older than this one, to read on.</param>
    /// <param name="limit">At most so many.</param>
    public static Task<IReadOnlyList<AuditRow>> List(DbSession db, AuditFilter filter, long? before, int limit) =>
        db.Query<AuditRow>(
            $"""
             SELECT {Columns} FROM audit
             WHERE (@before IS NULL OR id < @before) AND (@User IS NULL OR user_name = @User) AND (@Action IS NULL OR action = @Action) AND (@outcome IS NULL OR outcome = @outcome)
               AND (@Domain IS NULL OR domain_id = @Domain) AND (@From IS NULL OR at >= @From) AND (@Until IS NULL OR at < @Until)
               AND (@Text IS NULL OR LOCATE(@Text, subject) > 0 OR LOCATE(@Text, address) = 1)
             ORDER BY id DESC LIMIT @limit
             """,
            new
            {
                before,
                filter.User,
                filter.Action,
                outcome = filter.Outcome,
                filter.Domain,
                filter.From,
                filter.Until,
                filter.Text,
                limit,
            });

    /// <summary>The words that occur as actions, in order.</summary>
    public static Task<IReadOnlyList<string>> Actions(DbSession db) => db.Query<string>("SELECT DISTINCT action FROM audit ORDER BY action");

    /// <summary>Forgets rows of long ago.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="days">How old they have to be.</param>
    /// <returns>How many.</returns>
    public static Task<int> Forget(DbSession db, int days) =>
        db.Execute("DELETE FROM audit WHERE at < UTC_TIMESTAMP(6) - INTERVAL @days DAY LIMIT 1000", new { days });

    private static Dictionary<string, object?> Args(long? userId, string? address, string action, string? subject, object? details, AuditOutcome outcome, string? code)
    {
        var json = details is null ? null : JsonSerializer.SerializeToNode(details, details.GetType(), Json.Options)!.AsObject();
        return new()
        {
            ["userId"] = userId,
            ["address"] = address,
            ["action"] = action,
            ["subject"] = subject,
            ["domain"] = json?["domain"]?.GetValueKind() == JsonValueKind.String && Guid.TryParse(json["domain"]!.GetValue<string>(), out var domain) ? domain.ToString() : null,
            ["details"] = json?.ToJsonString(Json.Options),
            ["outcome"] = Word.Of(outcome),
            ["code"] = code,
        };
    }
}
