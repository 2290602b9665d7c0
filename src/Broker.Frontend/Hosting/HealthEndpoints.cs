using Broker.Core.Database;
using Broker.Core.Settings;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Hosting;

/// <summary>This process runs.</summary>
/// <param name="Status">ok</param>
public sealed record Health(string Status);

/// <summary>Whether people can be served.</summary>
/// <param name="Database">The database answers.</param>
/// <param name="BackEnds">How many back ends watch a node at the moment.</param>
public sealed record Readiness(bool Database, int BackEnds);

/// <summary>For load balancers and those who look after the server.</summary>
public static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Adds the routes.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app, FrontEndSettings settings)
    {
        // tries only once, so that a load balancer learns at once that the database is gone
        var db = new Db(settings.Database, patience: Patience);
        app.MapGet("/healthz", () => TypedResults.Ok(new Health("ok"))).Anybody().WithTags("health").WithName("health").WithSummary("This process runs");
        app.MapGet("/readyz", (CancellationToken cancel) => Ready(db, cancel)).Anybody().WithTags("health").WithName("readiness").WithSummary("People can be served")
            .Produces<Readiness>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Results<Ok<Readiness>, JsonHttpResult<Readiness>>> Ready(Db db, CancellationToken cancel)
    {
        try
        {
            var backEnds = await db.Read(s => s.First<int>("SELECT COUNT(DISTINCT lease_owner) FROM nodes WHERE lease_until > UTC_TIMESTAMP(6)"), cancel);
            return TypedResults.Ok(new Readiness(true, backEnds));
        }
        catch (DatabaseUnavailableException)
        {
            return TypedResults.Json(new Readiness(false, 0), statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
