using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;

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
    /// <param name="after">Not before this request has ended, and only if it ended well.</param>
    /// <exception cref="RequestRefusedException">Bad arguments, not allowed, about something that is not there.</exception>
    public static async Task<Submitted> Submit(DbSession db, Caller caller, IRequest request, DateTimeOffset? at = null, long? after = null)
    {
        var command = Catalogue.Of(request);
        if (request is IMakesDomain { Domain: var given } && given != Guid.Empty)
            throw new RequestRefusedException("bad_arguments", "The id of a new domain is given by the server: leave 'domain' out.");
        var problems = request.Problems().ToList();
        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };

        // Locked: two equal requests for one domain, sent at once, meet here, and the second finds the first.
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

        var about = judged;
        if (request is IMakesDomain makes)
        {
            about = await makes.NewDomain(db, caller, judged);
            request = makes.WithDomain(about.Id);
        }

        var args = Catalogue.Encode(request);
        if (command.Fold == Fold.WhilePending && at is null && about is not null
            && await RequestsTable.Newest(db, about.Id) is { } newest && Catalogue.Find(newest.Command) == command && newest.Args.GetRawText() == args.GetRawText())
            return new Submitted(newest, IsFolded: true);

        var row = await RequestsTable.Insert(db, new NewRequest(command, args, caller.UserId, caller.Name, caller.Address, about?.Id, about?.Name, request.Locks())
        {
            AtTime = at,
            AfterId = after,
        });
        if (request is IMakesDomain)
        {
            db.Request = row.Id;        // its history begins with the request that makes it
            await DomainsTable.Insert(db, about!);
        }

        return new Submitted(row, IsFolded: false);
    }
}
