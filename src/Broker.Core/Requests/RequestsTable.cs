using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Messages;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Requests;

/// <summary>All writes to <c>requests</c> and <c>request_locks</c>, each with its event, and the reads that go with them.</summary>
/// <remarks>Times are the database's clock. A write of a handler carries the claim's epoch and does nothing when it is an older one.</remarks>
public static class RequestsTable
{
    private const string Columns =
        "r.id, r.command, r.args, r.state, r.lane, r.priority, r.user_id, r.caller_address, r.trace_parent, r.domain_id, r.domain_name, r.created_at, r.at_time, r.is_later, r.after_id, r.after_ok, r.caused_by, " +
        "r.claimed_by, r.epoch, r.lease_until, r.attempts, r.started_at, r.ended_at, r.cancel_asked_at, r.progress, r.progress_text, r.error_code, r.error_text, r.attempt_errors, r.result";

    // what a back end wants to know of what it takes up; the driver reads column by column, so each costs
    private const string ClaimColumns =
        "r.id, r.command, r.args, r.lane, r.user_id, r.caller_address, r.client, r.trace_parent, r.domain_id, r.domain_name, r.created_at, r.cancel_asked_at, r.epoch, r.attempts, r.attempt_errors";

    private static readonly JsonElement NoErrors = JsonSerializer.SerializeToElement(Array.Empty<string>());

    private const string PeopleSelect = $"SELECT {Columns}, u.name AS user_name FROM requests r JOIN users u ON u.id = r.user_id";

    // What runs for each request names its indexes: the database needs longer to choose between them than to read.

    /// <summary>
    /// Rows of the locks by which others (<c>o</c>) keep a request (<c>r</c>) from being taken up: they work on the same thing, or asked for it
    /// earlier and are not for later. What only looks does not stay behind one that waits for its next try.
    /// </summary>
    internal const string InTheWay =
        """
        FROM request_locks mine FORCE INDEX (request_locks_request)
        STRAIGHT_JOIN request_locks other FORCE INDEX (PRIMARY) ON other.resource = mine.resource AND other.request_id <> mine.request_id AND (other.is_exclusive OR mine.is_exclusive)
        STRAIGHT_JOIN requests o FORCE INDEX (PRIMARY) ON o.id = other.request_id
        WHERE mine.request_id = r.id AND (o.state = 'working' OR (o.id < r.id AND (o.state = 'requested' OR (o.state = 'waiting' AND (NOT o.is_later OR o.attempts > 0) AND r.lane <> 'quick'))))
        """;

    // A turn is the second since 1970 in which a request counts as asked for: each that a person has in the queue puts his
    // next one a minute back, but none more than half an hour. So nobody is overtaken by whoever asked half an hour after him.
    private static readonly TimeSpan TurnsApart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TurnsMostApart = TimeSpan.FromMinutes(30);

    /// <summary>The request with this key.</summary>
    public static Task<RequestRow?> Get(DbSession db, long id) => db.First<RequestRow>($"{PeopleSelect} WHERE r.id = @id", new { id });

    /// <summary>Requests for people to read, newest first. Each filter that is null lets everything through.</summary>
    /// <param name="db">Where to read.</param>
    /// <param name="userId">Who asked.</param>
    /// <param name="states">In one of these states; in any when there are none.</param>
    /// <param name="command">The command's word.</param>
    /// <param name="domainId">The domain they are about.</param>
    /// <param name="beforeId">Older than this one.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="text">It occurs in the command's word, the domain's name, the name of who asked or the error, in capitals or not.</param>
    /// <param name="cause">Asked for on behalf of this request.</param>
    /// <param name="names">Whether <paramref name="text"/> is also looked for in the name of who asked.</param>
    public static Task<IReadOnlyList<RequestRow>> List(
        DbSession db, long? userId = null, IReadOnlyCollection<RequestState>? states = null, string? command = null, Guid? domainId = null, long? beforeId = null, int limit = 100,
        string? text = null, long? cause = null, bool names = true) =>
        db.Query<RequestRow>(
            $"""
            {PeopleSelect}
            WHERE (@userId IS NULL OR r.user_id = @userId) AND (@anyState OR r.state IN @states) AND (@command IS NULL OR r.command = @command)
              AND (@domainId IS NULL OR r.domain_id = @domainId) AND (@cause IS NULL OR r.caused_by = @cause) AND (@beforeId IS NULL OR r.id < @beforeId)
              AND (@text IS NULL OR LOCATE(@text, CONCAT_WS('\n', r.command, r.domain_name, IF(@names, u.name, NULL), r.error_text)) > 0)
            ORDER BY r.id DESC LIMIT @limit
            """,
            new { userId, anyState = states is not { Count: > 0 }, states = (states ?? []).Select(Word.Of).DefaultIfEmpty("").ToArray(), command, domainId, beforeId, limit, text, cause, names });

    /// <summary>What was done for a request, in order.</summary>
    public static async Task<IReadOnlyList<RequestStep>> Steps(DbSession db, RequestRow row)
    {
        var steps = await db.Query<RequestStep>("SELECT attempt, at, percent, text FROM request_steps WHERE request_id = @Id ORDER BY id", new { row.Id });
        var failures = row.AttemptErrors.EnumerateArray().Select(e => e.GetProperty("at").GetDateTimeOffset()).ToList();
        return [.. steps.Select((step, i) => step with
        {
            EndedAt = i + 1 < steps.Count && steps[i + 1].Attempt == step.Attempt ? steps[i + 1].At
                : failures.Where(at => at >= step.At).Cast<DateTimeOffset?>().FirstOrDefault() ?? row.EndedAt,
        })];
    }

    /// <summary>The words of all commands that were ever asked for and not forgotten, also of those that no version knows any more.</summary>
    public static Task<IReadOnlyList<string>> Words(DbSession db) => db.Query<string>("SELECT DISTINCT command FROM requests");

    /// <summary>Forgets requests of a command that ended longer ago than that, unless one that has not ended waits for them.</summary>
    /// <returns>How many; at most 1000 at once.</returns>
    public static Task<int> Forget(DbSession db, string word, TimeSpan olderThan) =>
        db.Execute(
            """
            DELETE FROM requests
            WHERE command = @word AND state IN ('done', 'failed', 'cancelled') AND ended_at < UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND
              AND id NOT IN (SELECT after_id FROM requests WHERE after_id IS NOT NULL AND ended_at IS NULL)
            LIMIT 1000
            """, new { word, seconds = olderThan.TotalSeconds });

    /// <summary>The requests that have not ended yet and are about one of these domains, oldest first.</summary>
    public static async Task<IReadOnlyList<RequestRow>> Open(DbSession db, IReadOnlyCollection<Guid> domains) =>
        domains.Count == 0 ? [] : await db.Query<RequestRow>(
            $"{PeopleSelect} WHERE r.domain_id IN @domains AND r.state IN ('requested', 'waiting', 'working') ORDER BY r.id",
            new { domains = domains.Select(d => d.ToString()).ToArray() });

    /// <summary>The requests that work alone on some of these domains now, whatever they are about themselves; no other is at these meanwhile.</summary>
    public static async Task<IReadOnlyDictionary<Guid, RequestRow>> Holding(DbSession db, IReadOnlyCollection<Guid> domains)
    {
        if (domains.Count == 0) return new Dictionary<Guid, RequestRow>();
        var held = await db.Query<(string Resource, long Request)>(
            "SELECT l.resource, r.id FROM request_locks l JOIN requests r ON r.id = l.request_id WHERE l.resource IN @resources AND l.is_exclusive AND r.state = 'working'",
            new { resources = domains.Select(LockSet.Resource).ToArray() });
        if (held.Count == 0) return new Dictionary<Guid, RequestRow>();
        var rows = (await db.Query<RequestRow>($"{PeopleSelect} WHERE r.id IN @ids", new { ids = held.Select(h => h.Request).Distinct().ToArray() })).ToDictionary(r => r.Id);
        var requests = held.ToDictionary(h => h.Resource, h => h.Request);
        return domains.Where(d => requests.TryGetValue(LockSet.Resource(d), out var request) && rows.ContainsKey(request)).ToDictionary(d => d, d => rows[requests[LockSet.Resource(d)]]);
    }

    /// <summary>Those of some domains about which a request is in work, waits for its next try with what it may have done by half, or has ended since then.</summary>
    public static async Task<IReadOnlySet<Guid>> InWorkSince(DbSession db, IReadOnlyCollection<Guid> domains, DateTimeOffset since) =>
        domains.Count == 0 ? new HashSet<Guid>() : (await db.Query<Guid>(
            "SELECT DISTINCT domain_id FROM requests WHERE domain_id IN @domains AND ((ended_at IS NULL AND attempts > 0) OR ended_at >= @since)",
            new { domains = domains.Select(d => d.ToString()).ToArray(), since })).ToHashSet();

    /// <summary>The request that made a domain; null when it is not kept any more.</summary>
    internal static Task<RequestRow?> Maker(DbSession db, Command command, Guid domain) =>
        db.First<RequestRow>($"{PeopleSelect} WHERE r.domain_id = @domain AND r.command = @Word ORDER BY r.id DESC LIMIT 1", new { domain, command.Word });

    /// <summary>How the requests stand that this one caused.</summary>
    public static async Task<Caused> CausedBy(DbSession db, long id) =>
        (await db.First<Caused>(
            """
            SELECT COUNT(*) AS total, COALESCE(SUM(state = 'done'), 0) AS done, COALESCE(SUM(state IN ('failed', 'cancelled')), 0) AS failed
            FROM requests WHERE caused_by = @id
            """, new { id }))!;

    /// <summary>Whether a request of this command about the domain failed not longer ago than this.</summary>
    public static async Task<bool> FailedWithin(DbSession db, Guid domain, Command command, TimeSpan time) =>
        await db.First<int>(
            "SELECT 1 FROM requests WHERE domain_id = @domain AND command = @Word AND state = 'failed' AND ended_at > UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND LIMIT 1",
            new { domain, command.Word, seconds = time.TotalSeconds }) == 1;

    /// <summary>Whether a person asked anything of a domain not longer ago than this.</summary>
    public static async Task<bool> AskedByPersonWithin(DbSession db, Guid domain, TimeSpan time) =>
        await db.First<int>(
            "SELECT 1 FROM requests r JOIN users u ON u.id = r.user_id WHERE r.domain_id = @domain AND NOT u.is_system AND r.created_at > UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND LIMIT 1",
            new { domain, seconds = time.TotalSeconds }) == 1;

    // in seconds, as turns are
    private const string NotBefore = "TIMESTAMPDIFF(SECOND, '1970-01-01', GREATEST(COALESCE(@AtTime, UTC_TIMESTAMP()), UTC_TIMESTAMP()))";

    // State by state: then it is the end of an index, however many there are.
    private const string LastTurn =
        "SELECT MAX(mine.turn) FROM requests mine FORCE INDEX (requests_turn_of_user) WHERE mine.user_id = @UserId AND mine.lane = @Lane AND mine.priority = @Priority";

    /// <summary>Writes a request with its locks. Use <see cref="RequestWriter"/>, which also judges it.</summary>
    internal static async Task<RequestRow> Insert(DbSession db, NewRequest request)
    {
        var parent = request.AfterId is { } after
            ? await db.First<RequestRow>($"SELECT {Columns} FROM requests r WHERE r.id = @after LOCK IN SHARE MODE", new { after })
              ?? throw new RequestRefusedException("unknown_request", $"There is no request {after} to wait for.")
            : null;
        if (parent is { HasEnded: true, State: not RequestState.Done } && request.AfterOk)
            throw new RequestRefusedException("earlier_failed", $"Request {parent.Id}, which this one was to follow, ended badly: {parent.ErrorText}");

        var state = parent is { HasEnded: false } || request.AtTime is not null ? RequestState.Waiting : RequestState.Requested;
        // what follows something for later is for later itself: it has no place in the order yet
        var isLater = request.AtTime is not null || parent is { State: RequestState.Waiting, IsLater: true };
        var written = (await db.First<Written>(
            $"""
            INSERT INTO requests (command, args, state, lane, priority, turn, user_id, caller_address, client, trace_parent, domain_id, domain_name, created_at, at_time, is_later, after_id, after_ok, caused_by)
            SELECT @Word, @Args, @state, @Lane, @Priority,
              LEAST({NotBefore} + @MostApart, GREATEST({NotBefore},
                COALESCE(({LastTurn} AND mine.state = 'requested') + @Apart, 0),
                COALESCE(({LastTurn} AND mine.state = 'working') + @Apart, 0),
                COALESCE(({LastTurn} AND mine.state = 'waiting' AND (mine.at_time IS NULL OR mine.at_time <= COALESCE(@AtTime, UTC_TIMESTAMP(6)))) + @Apart, 0))),
              @UserId, @Address, @Client, @TraceParent, @DomainId, @DomainName, UTC_TIMESTAMP(6), @AtTime, @isLater, @AfterId, @AfterOk, @CausedBy
            RETURNING id, created_at
            """,
            new
            {
                request.Command.Word,
                request.Args,
                state,
                request.Command.Lane,
                request.Priority,
                request.UserId,
                request.Address,
                request.Client,
                request.TraceParent,
                request.DomainId,
                request.DomainName,
                request.AtTime,
                isLater,
                request.AfterId,
                request.AfterOk,
                CausedBy = db.Request,
                Apart = TurnsApart.TotalSeconds,
                MostApart = TurnsMostApart.TotalSeconds,
            }))!;
        var row = new RequestRow
        {
            Id = written.Id,
            Command = request.Command.Word,
            Args = request.Args,
            State = state,
            Lane = request.Command.Lane,
            Priority = request.Priority,
            UserId = request.UserId,
            UserName = request.UserName,
            CallerAddress = request.Address,
            Client = request.Client,
            TraceParent = request.TraceParent,
            DomainId = request.DomainId,
            DomainName = request.DomainName,
            CreatedAt = written.CreatedAt,
            AtTime = request.AtTime,
            IsLater = isLater,
            AfterId = request.AfterId,
            AfterOk = request.AfterOk,
            CausedBy = db.Request,
            AttemptErrors = NoErrors,
        };
        InsertLocks(db, row.Id, request.Locks);
        EventsTable.Request(db, row);
        if (row.State == RequestState.Requested) db.Ring(Side.BackEnd);
        return row;
    }

    /// <summary>A request that is being worked on works on more than could be known when it was asked.</summary>
    /// <returns>False when another one works on that, with which it conflicts.</returns>
    public static async Task<bool> AlsoLock(DbSession db, RequestRow row, LockSet more)
    {
        // nobody takes up a request meanwhile
        await db.Execute("UPDATE claim_gate SET id = id WHERE id = 1");
        if (await db.First<int>(
            """
            SELECT COUNT(*) FROM request_locks l JOIN requests r ON r.id = l.request_id
            WHERE r.state = 'working' AND r.id <> @Id AND (l.resource IN @Alone OR (l.is_exclusive AND l.resource IN @Together))
            """, new { row.Id, Alone = more.Alone.Append(""), Together = more.Together.Append("") }) > 0)
            return false;
        await db.Execute("DELETE FROM request_locks WHERE request_id = @Id AND resource IN @all", new { row.Id, all = more.Alone.Concat(more.Together) });
        InsertLocks(db, row.Id, more);
        return true;
    }

    /// <summary>What a request is about that only its handler could find out: a machine that it has just written down.</summary>
    public static Task SetDomain(DbSession db, RequestRow row, DomainRow domain) =>
        db.Execute("UPDATE requests SET domain_id = @domain, domain_name = @Name WHERE id = @request", new { domain = domain.Id, domain.Name, request = row.Id });

    private static void InsertLocks(DbSession db, long id, LockSet locks)
    {
        foreach (var (resource, alone) in locks.Alone.Select(r => (r, true)).Concat(locks.Together.Select(r => (r, false))))
        {
            db.Last(
                "INSERT INTO request_locks (request_id, resource, is_exclusive) VALUES (@id, @resource, @alone)",
                new Dictionary<string, object?> { ["id"] = id, ["resource"] = resource, ["alone"] = alone });
        }
    }

    /// <summary>Lets only one transaction at a time ask for this: whoever comes second finds what the first has written.</summary>
    internal static async Task Meet(DbSession db, string asked)
    {
        var what = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)));
        // The row goes with the commit, so that whoever waits for it can write it himself. An update, because it waits for
        // the row alone: of two plain inserts that wait for the same row, one dies of a deadlock.
        await db.Execute("INSERT INTO request_folds (what) VALUES (@what) ON DUPLICATE KEY UPDATE what = @what", new { what });
        db.Last("DELETE FROM request_folds WHERE what = @what", new Dictionary<string, object?> { ["what"] = what });
    }

    /// <summary>
    /// The newest request about a domain, or of an equal one that is about none, that has not ended; else the last that ended within the last minute.
    /// One for later does not count, except for its next try; nor does one that waits for a request about something else.
    /// </summary>
    internal static Task<RequestRow?> Newest(DbSession db, Command command, Guid? domain, JsonElement args) =>
        db.First<RequestRow>(
            $"""
             {PeopleSelect}
             WHERE {(domain is null ? "r.domain_id IS NULL AND r.command = @Word AND r.args = @args" : "r.domain_id = @domain")}
               AND (r.ended_at IS NULL OR r.ended_at > UTC_TIMESTAMP(6) - INTERVAL 60 SECOND)
               AND r.state <> 'cancelled'
               AND (r.state <> 'waiting' OR r.attempts > 0
                    OR (NOT r.is_later AND EXISTS (SELECT 1 FROM requests p WHERE p.id = r.after_id AND p.domain_id = r.domain_id)))
             ORDER BY r.ended_at IS NULL DESC, r.ended_at DESC, r.id DESC LIMIT 1
             """,
            new { domain, command.Word, args });

    /// <summary>
    /// Takes up to <paramref name="room"/>[lane] requests of each lane for a back end. Back ends take turns (<c>claim_gate</c>):
    /// locks can be judged only while nobody else is taking any. Order: priority, then turn, then age.
    /// </summary>
    public static async Task<IReadOnlyList<RequestRow>> Claim(DbSession db, Guid backEnd, IReadOnlyDictionary<Lane, int> room, TimeSpan lease)
    {
        // The gate and what is behind it in one round trip: an UPDATE, since what it finds is not to be read.
        var lanes = await db.Query<Lane>("UPDATE claim_gate SET id = id WHERE id = 1; SELECT DISTINCT lane FROM requests WHERE state = 'requested'");
        var claimed = new List<RequestRow>();
        foreach (var lane in lanes.Where(l => room.GetValueOrDefault(l) > 0))
        {
            claimed.AddRange(await db.Query<RequestRow>(
                $"""
                 SELECT {ClaimColumns} FROM requests r FORCE INDEX (requests_turns)
                 WHERE r.state = 'requested' AND r.lane = @lane AND (r.cancel_asked_at IS NULL OR r.attempts > 0) AND NOT EXISTS (SELECT 1 {InTheWay})
                 ORDER BY r.priority, r.turn, r.id LIMIT @limit FOR UPDATE SKIP LOCKED
                 """,
                new { lane, limit = room[lane] }));
        }

        if (claimed.Count == 0) return [];
        // Two of different lanes may conflict with each other: the older one goes first.
        if (claimed.Count > 1) claimed = await WithoutConflicts(db, claimed);
        var ids = string.Join(',', claimed.Select(r => r.Id));
        db.Last(
            $"""
             UPDATE requests SET state = 'working', claimed_by = @backEnd, epoch = epoch + 1, attempts = attempts + 1,
               lease_until = UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND, started_at = COALESCE(started_at, UTC_TIMESTAMP(6)), at_time = NULL
             WHERE id IN ({ids})
             """,
            new Dictionary<string, object?> { ["backEnd"] = backEnd.ToString(), ["seconds"] = lease.TotalSeconds });
        for (var i = 0; i < claimed.Count; i++)
        {
            claimed[i] = claimed[i] with { State = RequestState.Working, ClaimedBy = backEnd, Epoch = claimed[i].Epoch + 1, Attempts = claimed[i].Attempts + 1, AtTime = null };
            // its first step, or its end, follows in a moment
            EventsTable.Request(db, claimed[i], rings: false);
        }

        return claimed;
    }

    /// <summary>Renews claims of a back end.</summary>
    /// <returns>Those that are still its own, with their epochs.</returns>
    public static async Task<IReadOnlyList<(long Id, int Epoch)>> Renew(DbSession db, Guid backEnd, IReadOnlyCollection<long> requests, TimeSpan lease)
    {
        var ids = requests.ToArray();
        await db.Execute(
            "UPDATE requests SET lease_until = UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND WHERE id IN @ids AND claimed_by = @backEnd AND state = 'working'",
            new { ids, backEnd, seconds = lease.TotalSeconds });
        return await db.Query<(long, int)>("SELECT id, epoch FROM requests WHERE id IN @ids AND claimed_by = @backEnd AND state = 'working'", new { ids, backEnd });
    }

    /// <summary>Puts claims whose lease has run out back into the queue. One that somebody is just writing to is left for the next time: whoever looks must not stand still with him.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> TakeBackExpired(DbSession db) =>
        await TakeBack(db, await db.Query<RequestRow>($"SELECT {Columns} FROM requests r WHERE r.state = 'working' AND r.lease_until < UTC_TIMESTAMP(6) FOR UPDATE SKIP LOCKED"));

    /// <summary>Puts all claims of a back end that is known to be dead back into the queue.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> TakeBackFrom(DbSession db, Guid backEnd) =>
        await TakeBack(db, await db.Query<RequestRow>($"SELECT {Columns} FROM requests r WHERE r.state = 'working' AND r.claimed_by = @backEnd FOR UPDATE", new { backEnd }));

    /// <summary>The back ends that have claims.</summary>
    public static Task<IReadOnlyList<Guid>> Claimants(DbSession db) =>
        db.Query<Guid>("SELECT DISTINCT claimed_by FROM requests WHERE state = 'working' AND claimed_by IS NOT NULL");

    /// <summary>Is the claim still the one of this epoch? Keeps it so until the transaction ends.</summary>
    public static async Task<bool> Holds(DbSession db, long id, int epoch)
    {
        db.Request = id;
        return await db.First<int>("SELECT 1 FROM requests WHERE id = @id AND epoch = @epoch AND state = 'working' FOR UPDATE", new { id, epoch }) == 1;
    }

    /// <summary>Writes how far a handler is, in a transaction that <see cref="Holds"/> the claim.</summary>
    public static void Progress(DbSession db, RequestRow row, int percent, string text)
    {
        db.Last(
            """
            INSERT INTO request_steps (request_id, attempt, at, percent, text)
            SELECT id, @attempt, UTC_TIMESTAMP(6), @percent, LEFT(@text, 255) FROM requests
            WHERE id = @id AND epoch = @epoch AND state = 'working' AND NOT progress_text <=> LEFT(@text, 255);
            UPDATE requests SET progress = @percent, progress_text = LEFT(@text, 255) WHERE id = @id AND epoch = @epoch AND state = 'working'
            """,
            new Dictionary<string, object?> { ["id"] = row.Id, ["epoch"] = row.Epoch, ["attempt"] = row.Attempts, ["percent"] = percent, ["text"] = text });
        EventsTable.Request(db, row with { Progress = percent, ProgressText = text });
    }

    /// <summary>Ends a request well.</summary>
    /// <returns>False when the claim was lost, and nothing was written.</returns>
    public static Task<bool> Done(DbSession db, RequestRow row, JsonElement? result) =>
        End(db, row, RequestState.Done, null, null, result);

    /// <summary>Ends a request badly, and with it those that were only to follow its success.</summary>
    /// <returns>False when the claim was lost, and nothing was written.</returns>
    public static Task<bool> Fail(DbSession db, RequestRow row, string code, string text) =>
        End(db, row, RequestState.Failed, code, text, null);

    /// <summary>Lets a request wait for its next try, keeping what went wrong in this one.</summary>
    /// <returns>False when the claim was lost, and nothing was written.</returns>
    public static async Task<bool> TryAgain(DbSession db, RequestRow row, string code, string text, TimeSpan wait)
    {
        var held = await db.Execute(
            """
            UPDATE requests SET state = 'waiting', claimed_by = NULL, lease_until = NULL, at_time = UTC_TIMESTAMP(6) + INTERVAL @wait SECOND, progress = 0,
              progress_text = LEFT(@text, 255), attempt_errors = JSON_ARRAY_APPEND(attempt_errors, '$', JSON_OBJECT('at', DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ'), 'code', @code, 'message', @text))
            WHERE id = @Id AND epoch = @Epoch AND state = 'working'
            """,
            new { row.Id, row.Epoch, wait = wait.TotalSeconds, code, text });
        if (held == 0) return false;
        EventsTable.Request(db, row with { State = RequestState.Waiting, Progress = 0, ProgressText = text });
        db.Ring(Side.BackEnd);
        return true;
    }

    /// <summary>Lets a request wait until it can be done, however long that takes: it does not count as a try.</summary>
    /// <returns>False when the claim was lost, and nothing was written.</returns>
    public static async Task<bool> NotYet(DbSession db, RequestRow row, string text, TimeSpan wait)
    {
        var held = await db.Execute(
            """
            UPDATE requests SET state = 'waiting', claimed_by = NULL, lease_until = NULL, at_time = UTC_TIMESTAMP(6) + INTERVAL @wait SECOND,
              attempts = GREATEST(attempts - 1, 1), progress_text = LEFT(@text, 255)
            WHERE id = @Id AND epoch = @Epoch AND state = 'working'
            """,
            new { row.Id, row.Epoch, wait = wait.TotalSeconds, text });
        if (held == 0) return false;
        EventsTable.Request(db, row with { State = RequestState.Waiting, ProgressText = text });
        return true;
    }

    /// <summary>Gives a claim back, as if it had never been taken up.</summary>
    /// <returns>False when it was lost before.</returns>
    public static async Task<bool> GiveBack(DbSession db, RequestRow row) => await Holds(db, row.Id, row.Epoch) && await TakeBack(db, [row]) > 0;

    /// <summary>
    /// Asks for a request to be taken back. A back end does it: at once when nothing was done for it yet, else between two
    /// steps, and what was done is undone.
    /// </summary>
    /// <returns>False when it has ended before.</returns>
    public static async Task<bool> Cancel(DbSession db, long id, long? by = null)
    {
        var asked = await db.Execute(
            "UPDATE requests SET cancel_asked_at = COALESCE(cancel_asked_at, UTC_TIMESTAMP(6)), cancel_asked_by = COALESCE(cancel_asked_by, @by) WHERE id = @id AND ended_at IS NULL", new { id, by });
        if (asked == 0) return false;
        EventsTable.Request(db, (await Get(db, id))!);
        db.Ring(Side.BackEnd);
        return true;
    }

    /// <summary>Takes those back for which that was asked and for which nothing was done yet. Those that had been begun are let on, to be undone.</summary>
    /// <returns>Those in work: their back ends have to stop them.</returns>
    public static async Task<IReadOnlyList<RequestRow>> TakeBackAsked(DbSession db)
    {
        var asked = await db.Query<RequestRow>($"SELECT {Columns} FROM requests r WHERE r.cancel_asked_at IS NOT NULL AND r.ended_at IS NULL FOR UPDATE SKIP LOCKED");
        foreach (var row in asked.Where(r => r.State != RequestState.Working))
        {
            if (row.Attempts == 0) await Cancelled(db, row);
            else if (row.State == RequestState.Waiting) await LetOn(db, row);
        }

        return [.. asked.Where(r => r.State == RequestState.Working)];
    }

    /// <summary>Ends a request that was taken back.</summary>
    /// <returns>False when the claim was lost, and nothing was written.</returns>
    public static async Task<bool> Cancelled(DbSession db, RequestRow row)
    {
        var by = await db.First<string?>("SELECT u.display_name FROM requests r JOIN users u ON u.id = r.cancel_asked_by WHERE r.id = @Id", new { row.Id });
        return await End(db, row, RequestState.Cancelled, "cancelled", by is null ? "It was taken back." : $"{by} has taken it back.", null);
    }

    /// <summary>The commands that end a run.</summary>
    private static readonly string[] Endings = [ShutdownDomain.Spec.Word, ForceShutdownDomain.Spec.Word, HibernateDomain.Spec.Word, RemoveDomain.Spec.Word];

    /// <summary>Those of these domains that somebody has asked to shut down, hibernate or remove, now and not for later.</summary>
    public static async Task<IReadOnlySet<Guid>> BeingEnded(DbSession db, IReadOnlyCollection<Guid> domains) =>
        (await Open(db, domains)).Where(r => Endings.Contains(r.Command) && !r.IsParked).Select(r => r.DomainId!.Value).ToHashSet();

    /// <summary>The forced shutdown that a shutdown of this run has left for later.</summary>
    public static Task<RequestRow?> ForcedShutdown(DbSession db, Guid domain) =>
        db.First<RequestRow>(
            $"SELECT {Columns} FROM requests r WHERE r.domain_id = @domain AND r.command = @Word AND r.state = 'waiting' AND r.attempts = 0 AND JSON_VALUE(r.args, '$.started_at') IS NOT NULL ORDER BY r.at_time LIMIT 1",
            new { domain, ForceShutdownDomain.Spec.Word });

    /// <summary>Takes the forced shutdown back that a shutdown of this run has left for later. What somebody asked for himself stays.</summary>
    public static async Task CallOffForcedShutdown(DbSession db, Guid domain)
    {
        foreach (var row in await db.Query<RequestRow>(
                     $"SELECT {Columns} FROM requests r WHERE r.domain_id = @domain AND r.command = @Word AND r.state = 'waiting' AND r.attempts = 0 AND JSON_VALUE(r.args, '$.started_at') IS NOT NULL FOR UPDATE", new { domain, ForceShutdownDomain.Spec.Word }))
            await End(db, row, RequestState.Cancelled, "cancelled", "It is not needed any more.", null);
    }

    /// <summary>Takes back the shutdowns of a domain that were to come unless somebody comes.</summary>
    public static async Task CallOffUnattendedShutdown(DbSession db, Guid domain)
    {
        foreach (var row in await db.Query<RequestRow>(
                     $"SELECT {Columns} FROM requests r WHERE r.domain_id = @domain AND r.command = @Word AND r.state = 'waiting' AND r.attempts = 0 AND JSON_VALUE(r.args, '$.only_if_disconnected') FOR UPDATE", new { domain, ShutdownDomain.Spec.Word }))
            await End(db, row, RequestState.Cancelled, "cancelled", "Somebody has come.", null);
    }

    /// <summary>What waited for a time that has come can be taken up now.</summary>
    /// <returns>How many.</returns>
    public static Task<int> Promote(DbSession db) =>
        db.Execute(
            """
            UPDATE requests SET state = 'requested'
            WHERE state = 'waiting' AND at_time IS NOT NULL AND at_time <= UTC_TIMESTAMP(6)
              AND (after_id IS NULL OR EXISTS (SELECT 1 FROM requests p WHERE p.id = requests.after_id AND p.ended_at IS NOT NULL))
            """);

    private static async Task<List<RequestRow>> WithoutConflicts(DbSession db, List<RequestRow> claimed)
    {
        var ids = claimed.Select(r => r.Id).ToArray();
        var locks = (await db.Query<(long Request, string Resource, bool Exclusive)>(
            "SELECT request_id, resource, is_exclusive FROM request_locks WHERE request_id IN @ids", new { ids })).ToLookup(l => l.Request);
        var taken = new Dictionary<string, bool>(StringComparer.Ordinal);
        var free = new List<RequestRow>();
        foreach (var row in claimed.OrderBy(r => r.Id))
        {
            if (locks[row.Id].Any(l => taken.TryGetValue(l.Resource, out var alone) && (alone || l.Exclusive))) continue;
            foreach (var l in locks[row.Id]) taken[l.Resource] = l.Exclusive || taken.GetValueOrDefault(l.Resource);
            free.Add(row);
        }

        return free;
    }

    private static async Task<int> TakeBack(DbSession db, IReadOnlyList<RequestRow> rows)
    {
        if (rows.Count == 0) return 0;
        var ids = rows.Select(r => r.Id).ToArray();
        await db.Execute("UPDATE requests SET state = 'requested', claimed_by = NULL, lease_until = NULL, progress = 0, progress_text = NULL WHERE id IN @ids", new { ids });
        foreach (var row in rows) EventsTable.Request(db, row with { State = RequestState.Requested, Progress = 0, ProgressText = null });
        db.Ring(Side.BackEnd);
        return rows.Count;
    }

    private static async Task<bool> End(DbSession db, RequestRow row, RequestState state, string? code, string? text, JsonElement? result)
    {
        db.Request ??= row.Id;
        var ended = (await db.First<Ending>(
            """
            UPDATE requests SET state = @state, ended_at = UTC_TIMESTAMP(6), lease_until = NULL,
              progress = IF(@state = 'done', 100, progress), error_code = @code, error_text = @text, result = @result
            WHERE id = @Id AND epoch = @Epoch AND state = @before;
            SELECT ROW_COUNT() AS ended, (SELECT COUNT(*) FROM requests n WHERE n.after_id = @Id AND n.state = 'waiting') AS followers
            """,
            new { row.Id, row.Epoch, before = row.State, state, code, text, result = result?.GetRawText() }))!;
        if (ended.Ended == 0) return false;
        db.Last("DELETE FROM request_locks WHERE request_id = @id", new Dictionary<string, object?> { ["id"] = row.Id });
        var last = row with { State = state, Progress = state == RequestState.Done ? 100 : row.Progress, ProgressText = null, ErrorCode = code, ErrorText = text };
        EventsTable.Request(db, last);
        var command = Catalogue.Find(row.Command);
        if (state == RequestState.Failed || command?.Tell == Tell.Outcome) MessagesTable.Tell(db, last);
        if (command?.IsAudited != false) AuditTable.Ended(db, last);

        IReadOnlyList<RequestRow> followers = ended.Followers == 0 ? [] : await db.Query<RequestRow>(
            $"SELECT {Columns} FROM requests r WHERE r.after_id = @Id AND r.state = 'waiting' FOR UPDATE", new { row.Id });
        foreach (var next in followers)
        {
            if (state != RequestState.Done && next.AfterOk)
            {
                await End(db, next, state, code, text, null);
            }
            else if (next.AtTime is null)
            {
                await LetOn(db, next);
            }
        }

        // A domain that was only promised goes with the promise; one of which something may have been made is left to be removed.
        if (state != RequestState.Done && row.DomainId is { } promised && typeof(IMakesDomain).IsAssignableFrom(Catalogue.Find(row.Command)?.ArgumentsType)
            && await DomainsTable.Get(db, promised) is { State: DomainState.Creating })
        {
            if ((await VolumesTable.Of(db, promised)).Count == 0) await DomainsTable.Delete(db, promised);
            else await DomainsTable.SetState(db, promised, DomainState.Broken, "It was not made to its end. Remove it.");
        }

        // what worked on a domain held a lock on it
        if (row.DomainId is not null || followers.Count > 0) db.Ring(Side.BackEnd);
        return true;
    }

    private static async Task LetOn(DbSession db, RequestRow waiting)
    {
        await db.Execute("UPDATE requests SET state = 'requested', at_time = NULL WHERE id = @Id", new { waiting.Id });
        EventsTable.Request(db, waiting with { State = RequestState.Requested });
        db.Ring(Side.BackEnd);
    }

    private sealed record Written(long Id, DateTimeOffset CreatedAt);

    private sealed record Ending
    {
        public required long Ended { get; init; }

        public required long Followers { get; init; }
    }
}
