using Broker.Core.Database;
using Broker.Core.Pools;
using Broker.Frontend.Domains;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Pools;

/// <summary>How large a base's pool is to be.</summary>
/// <param name="Clones">How many clones are kept ready, those that somebody has included; 0 for no pool.</param>
/// <param name="Start">How many of those that nobody has are kept running.</param>
public sealed record PoolSize(int Clones, int Start);

/// <summary>Pools of clones.</summary>
public static class PoolsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapPools(this IEndpointRouteBuilder app) =>
        app.MapPut("/api/domains/{id:guid}/pool", Set).Account().WithTags("domains").WithName("set_pool")
            .WithSummary("Say how many clones of a base are kept ready, and how many of them running").Refuses(400, 401, 403, 404, 409);

    private static Task<Ok<DomainView>> Set(Guid id, PoolSize form, SignedIn who, Db db, CancellationToken cancel)
    {
        var problems = PoolPlan.Problems(form.Clones, form.Start).ToList();
        if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
        return DomainsEndpoints.ChangeBase(id, who, db, "set_pool", s => Pool.Set(s, id, form.Clones, form.Start), cancel);
    }
}
