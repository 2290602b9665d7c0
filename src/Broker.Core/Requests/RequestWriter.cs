using System.Diagnostics;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;

namespace Broker.Core.Requests;

/// <summary>A request that is in the queue now.</summary>
/// <param name="Row">Its row.</param>
/// <param name="IsFolded">It was there already: an equal one has not ended.</param>
public sealed record Submitted(RequestRow Row, bool IsFolded);

/// <summary>The one way into the queue: judges the caller, mints what has to be minted, folds what is equal, writes.</summary>
public static class RequestWriter
{
    /// <summary>Puts a request into the queue within the caller's transaction, so that it is there exactly when what it is about is there.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who asks; judged here, and again when the request is handled.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="at">Not before this time.</param>
    /// <param name="after">Not before this request has ended.</param>
    /// <param name="afterOk">And only if it ended well.</param>
    /// <param name="force">Write it even if an equal one is there.</param>
    /// <param name="priority">Instead of the command's own, 0 to 1000, lower first; only for administrators.</param>
    /// <exception cref="RequestRefusedException">Bad arguments, not allowed, about something that is not there.</exception>
    public static async Task<Submitted> Submit(
        DbSession db, Caller caller, IRequest request, DateTimeOffset? at = null, long? after = null, bool afterOk = true, bool force = false, int? priority = null)
    {
        var command = Catalogue.Of(request);
        if (request is IMakesDomain { Domain: var given } && given != Guid.Empty)
            throw new RequestRefusedException("bad_arguments", "The id of a new domain is given by the server: leave 'domain' out.");
        if (priority is not null && !caller.IsAdmin) throw new RequestRefusedException("not_allowed", "Only administrators choose a priority.");
        if (priority is < 0 or > 1000) throw new RequestRefusedException("bad_arguments", $"A priority is between 0 and 1000, lower first; {priority} is not.");
        var problems = request.Problems().ToList();
        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };

        // Locked: two equal requests for one domain, sent at once, meet here, and the second finds the first. (Those for none meet below.)
        var judged = request.JudgedOn() is { } id
            ? await DomainsTable.Lock(db, id) ?? throw new RequestRefusedException("unknown_domain", $"There is no machine {id}.")
            : null;
        if (May.Do(caller, command.Grant, judged) is { IsAllowed: false } no)
        {
            // Whoever may not even see it is told that it isn't there.
            throw judged is not null && !May.Do(caller, Grant.View, judged).IsAllowed
                ? new RequestRefusedException("unknown_domain", $"There is no machine {judged.Id}.")
                : new RequestRefusedException("not_allowed", no.Reason);
        }

        await request.CheckCaller(db, caller);
        var about = judged;
        if (request is IMakesDomain makes)
        {
            about = await makes.NewDomain(db, caller, judged);
            // one that is there already: whatever made it is what was asked for
            if (about.IsWritten && await RequestsTable.Maker(db, command, about.Id) is { CancelAskedAt: null } maker) return new Submitted(maker, IsFolded: true);
            request = makes.WithDomain(about.Id);
        }

        var args = Catalogue.Encode(request);
        // What is to follow another request, or to come later, is nobody else's now.
        if (command.Fold != Fold.Never && at is null && after is null && !force)
        {
            if (judged is null) await RequestsTable.Meet(db, $"{command.Word} {args.GetRawText()}");
            if (await RequestsTable.Newest(db, command, about?.Id, args) is { } newest && Folds(command, args, newest)) return new Submitted(newest, IsFolded: true);
        }

        if (at is null && after is null) await request.CheckNow(db, judged);
        if (request is IStarts && at is null && await Booked.Now(db, caller, judged!) is { IsAllowed: false } booked) throw new RequestRefusedException("booked", booked.Reason);
        if (request is ITakes takes && (at is null || request is IMakesDomain) && await Quota.Concerns(db, takes, about!, caller) && await takes.Takes(db, about!) is { } take) await Quota.Check(db, take);
        var row = await RequestsTable.Insert(db, new NewRequest(command, args, caller.UserId, caller.Name, caller.Address, about?.Id, about?.Name, request.Locks())
        {
            Priority = priority ?? command.Priority,
            Client = caller.Client?.ToJson(),
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null,
            AtTime = at,
            AfterId = after,
            AfterOk = afterOk,
        });
        if (request is IMakesDomain && !about!.IsWritten)
        {
            var cause = db.Request;
            db.Request = row.Id;        // its history begins with the request that makes it
            await DomainsTable.Insert(db, about);
            db.Request = cause;
        }

        return new Submitted(row, IsFolded: false);
    }

    /// <summary>Asks again for what ended badly or was taken back, in the name of this caller.</summary>
    /// <exception cref="RequestRefusedException"><c>not_ended_badly</c>, or whatever refuses the request itself.</exception>
    public static Task<Submitted> Retry(DbSession db, Caller caller, RequestRow ended)
    {
        if (ended.State is not (RequestState.Failed or RequestState.Cancelled))
            throw new RequestRefusedException("not_ended_badly", $"Request {ended.Id} is {Word.Of(ended.State)}: only what failed or was cancelled can be asked again.");
        return Submit(db, caller, Catalogue.Decode(ended.Command, Catalogue.Asked(ended.Command, ended.Args)));
    }

    private static bool Folds(Command command, JsonElement args, RequestRow newest) =>
        Catalogue.Find(newest.Command) == command && newest.Args.GetRawText() == args.GetRawText() && newest.CancelAskedAt is null
        && (!newest.HasEnded || (newest.State == RequestState.Done && command.Fold == Fold.WhilePendingOrJustDone));
}
