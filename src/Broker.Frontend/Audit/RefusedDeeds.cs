using System.Threading.RateLimiting;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;

namespace Broker.Frontend.Audit;

/// <summary>What a call wanted to do, where its route does not tell by itself.</summary>
/// <param name="Action">A fixed word.</param>
/// <param name="Domain">To which machine.</param>
public sealed record Deed(string Action, Guid? Domain);

/// <summary>Writes down what people who are signed in wanted to change and may not. Somebody who tries a thousand times fills nothing: so many a minute are written per person.</summary>
public static class RefusedDeeds
{
    private const int PerMinute = 30;

    /// <summary>Everything after it is looked at when it was refused.</summary>
    public static void UseRefusedDeeds(this WebApplication app)
    {
        var db = app.Services.GetRequiredService<Db>();
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RefusedDeeds));
        var limits = PartitionedRateLimiter.Create<long, long>(user => RateLimitPartition.GetFixedWindowLimiter(user, _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = PerMinute,
            Window = TimeSpan.FromMinutes(1),
            AutoReplenishment = true,
        }));
        app.Lifetime.ApplicationStopped.Register(limits.Dispose);
        app.Use(async (context, next) =>
        {
            await next(context);
            if (IsReading(context.Request.Method) || context.Features.Get<RefusedException>() is not { Status: 403 or 404 } refused || SignedIn.Of(context) is not { } who) return;
            if (context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName is not { } route || !limits.AttemptAcquire(who.Id).IsAcquired) return;
            var deed = context.Features.Get<Deed>() ?? new Deed(route, Guid.TryParse(context.GetRouteValue("id")?.ToString(), out var id) ? id : null);
            try
            {
                await db.Transaction(s => AuditTable.Insert(s, who.Id, who.Caller.Address, deed.Action, null,
                    deed.Domain is { } domain ? new { domain } : null, AuditOutcome.Refused, refused.Code));
            }
            catch (DatabaseUnavailableException e)
            {
                Log.RefusalNotWritten(log, who.Id, deed.Action, e.Message);
            }
        });
    }

    private static bool IsReading(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
