using Broker.Core.Requests;
using Microsoft.Extensions.Logging;

namespace Broker.Core.Telemetry;

/// <summary>What belongs to one request in the logs of all programs.</summary>
public static class RequestScope
{
    /// <summary>Lines that are written until this ends carry <c>request_id</c> and <c>trace_id</c>, also those of others.</summary>
    public static IDisposable? About(this ILogger log, RequestRow row)
    {
        var scope = new Dictionary<string, object> { ["request_id"] = row.Id };
        if (row.TraceId is { } trace) scope["trace_id"] = trace;
        return log.BeginScope(scope);
    }
}
