using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks for each clone of a base to be put onto another one. A clone that is a base itself gives its own clones away first, and is no base any more.</summary>
public sealed class RebaseClonesHandler : IHandler<RebaseClones>
{
    /// <inheritdoc/>
    public Task<object?> Handle(RebaseClones request, Work work) => work.Write<object?>(async db =>
    {
        // in work before, and killed after it had asked
        if (await RequestsTable.CausedBy(db, work.Row.Id) is { Total: > 0 }) return null;
        var (from, to) = (await work.Domain(request.Domain), await work.Domain(request.Base));
        if (!to.IsWhole || to.IsVolatile) throw new RequestFailedException("not_a_base", $"{to.Name} can't be a base: {(to.IsVolatile ? "it is temporary" : to.StateDetail ?? "it is not whole")}.");
        if (May.Do(work.Caller, Grant.CreateBase, to) is { IsAllowed: false } no) throw new RequestFailedException("not_allowed", no.Reason);
        if (to.NodeId != from.NodeId) throw new RequestFailedException("other_host", $"{to.Name} lies on another host than {from.Name}. Choose a base on the same host.");

        var family = await Family(db, to);
        long? after = null;
        if (!to.IsBase) after = (await RequestWriter.Submit(db, work.Caller, new PrepareBase(to.Id, Publish: from.IsPublic))).Row.Id;
        else if (from.IsPublic) await DomainsTable.SetPublic(db, to.Id, true);
        var asked = new List<DomainRow>();
        var left = new List<DomainRow>();
        await Ask(db, work.Caller, from, to, family, after, asked, left);
        if (asked.Count + left.Count == 0) throw new RequestFailedException("no_clones", $"{from.Name} has no clones that could be put onto another base.");
        await Pool.Move(db, from, to);
        return new { asked = asked.Count, left_to_end = left.Select(d => d.Name) };
    });

    // The machine, its base, that one's base: none of them can become a clone of it.
    private static async Task<HashSet<Guid>> Family(DbSession db, DomainRow domain)
    {
        var family = new HashSet<Guid> { domain.Id };
        while (domain.BaseId is { } id && family.Add(id)) domain = (await DomainsTable.Get(db, id))!;
        return family;
    }

    /// <returns>The request after which none of them is a clone of the first any more, where they have an order; else the one that was given.</returns>
    private static async Task<long?> Ask(DbSession db, Caller caller, DomainRow from, DomainRow to, HashSet<Guid> family, long? after, List<DomainRow> asked, List<DomainRow> left, bool inOrder = false)
    {
        var last = after;
        foreach (var clone in (await DomainsTable.ClonesOf(db, from.Id)).Where(c => !family.Contains(c.Id)))
        {
            if (clone is { IsVolatile: true, StartedAt: not null })
            {
                left.Add(clone);
                continue;
            }

            var before = inOrder ? last : after;
            var afterOk = before == after;
            if (clone.IsBase)
            {
                before = await Ask(db, caller, clone, to, family, before, asked, left, inOrder: true);
                before = (await RequestWriter.Submit(db, caller, new RemoveBase(clone.Id), after: before, afterOk: before == after)).Row.Id;
                afterOk = true;
            }

            asked.Add(clone);
            last = (await RequestWriter.Submit(db, caller, new RebaseDomain(clone.Id, to.Id), after: before, afterOk: afterOk)).Row.Id;
        }

        return last;
    }
}
