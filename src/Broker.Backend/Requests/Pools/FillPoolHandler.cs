using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Pools;

namespace Broker.Backend.Requests.Pools;

/// <summary>Asks for the clones that are missing in a pool, and for starts until as many free ones run as there are to be.</summary>
public sealed class FillPoolHandler : IHandler<FillPool>
{
    // so many in a transaction: the base is locked meanwhile
    private const int AtOnce = 20;

    /// <inheritdoc/>
    public async Task<object?> Handle(FillPool request, Work work)
    {
        var (made, started) = (0, 0);
        var trouble = await work.Read(db => PoolTrouble.Of(db, request.Domain));
        var awaits = await work.Read(db => Pool.AwaitsClones(db, request.Domain));
        var problem = trouble?.Sentence;
        try
        {
            // after trouble one is tried, a while later
            var isOver = awaits || trouble is { IsFresh: true };
            while (!isOver && await work.Write(db => Some(db, request.Domain, work, isTry: trouble is not null)) is { IsEmpty: false } some)
            {
                (made, started) = (made + some.Make, started + some.Start + some.StartMade);
                isOver = trouble is not null;
            }
        }
        catch (RequestRefusedException e)
        {
            problem = e.Message;
        }

        work.AtEnd(async db =>
        {
            if (await DomainsTable.Lock(db, request.Domain) is not { } origin) return;
            await DomainsTable.SetPoolProblem(db, origin, origin.PoolClones == 0 ? null : problem);
            // whoever took one since has found this request and asked for nothing
            if (problem is null && !awaits && !PoolPlan.Of(origin.PoolClones, origin.PoolStart, await Pool.Count(db, origin.Id)).IsEmpty) await Pool.AskToFill(db, origin.Id);
        });
        return new { made, started, problem };
    }

    private static async Task<PoolPlan> Some(DbSession db, Guid id, Work work, bool isTry)
    {
        if (await DomainsTable.Lock(db, id) is not { IsBase: true, PoolClones: > 0 } origin) return PoolPlan.None;
        // those of a moment ago may have failed already, and so be missing again
        if (!isTry && await PoolTrouble.Of(db, id) is not null) return PoolPlan.None;
        var plan = PoolPlan.Of(origin.PoolClones, origin.PoolStart, await Pool.Count(db, id));
        if (isTry) plan = plan.OneStep();
        // what is there first: it takes no disk
        if (plan.Start > 0)
        {
            var off = await Pool.FreeOff(db, id, Math.Min(plan.Start, AtOnce));
            foreach (var member in off) await RequestWriter.Submit(db, work.Caller, new StartDomain(member));
            if (off.Count > 0) return new PoolPlan(0, 0, off.Count);
        }

        plan = plan with { Make = Math.Min(plan.Make, AtOnce), StartMade = Math.Min(plan.StartMade, AtOnce), Start = 0 };
        for (var i = 0; i < plan.Make; i++)
        {
            var clone = await RequestWriter.Submit(db, work.Caller, new Clone(id, AddToPool: true));
            if (i < plan.StartMade) await RequestWriter.Submit(db, work.Caller, new StartDomain(clone.Row.DomainId!.Value), after: clone.Row.Id);
        }

        RequestsTable.Progress(db, work.Row, 50, "Asking for what is missing");
        return plan;
    }
}
