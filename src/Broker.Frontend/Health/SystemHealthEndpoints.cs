using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Settings;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Broker.Frontend.SignIn.OpenId;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Health;

/// <summary>For those who look after the server: what is wrong, and what to do.</summary>
public static class SystemHealthEndpoints
{
    /// <summary>Adds the route.</summary>
    public static void MapSystemHealth(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/health", Get).Granted(Grant.Operate).WithTags("health").WithName("system_health").WithSummary("What is wrong, and what to do").Refuses(401, 403);

    private static async Task<Ok<SystemHealth>> Get(
        Db db, TimeProvider clock, LdapDirectory directory, DirectoryRefresh refresh, OpenIdSettings openId, IServiceProvider services, CancellationToken cancel)
    {
        var health = await Judge(db, clock, directory, refresh, cancel);
        return TypedResults.Ok(openId.IsOn ? health.And(await services.GetRequiredService<OpenIdProvider>().Health(cancel)) : health);
    }

    private static Task<SystemHealth> Judge(Db db, TimeProvider clock, LdapDirectory directory, DirectoryRefresh refresh, CancellationToken cancel) =>
        db.Read(async s =>
        {
            var now = await s.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)");
            return SystemHealth.Judge(
                now, await BackEndsTable.All(s), await NodesTable.All(s), await Waiting.Load(s),
                await s.First<int>("SELECT COUNT(*) FROM requests WHERE state = 'failed' AND ended_at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR"),
                clock.GetUtcNow() - now, directory.Status, refresh.Probes);
        }, cancel);
}
