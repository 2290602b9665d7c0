using System.Diagnostics;
using System.Diagnostics.Metrics;
using Broker.Backend.Nodes;
using Broker.Core;
using Broker.Core.Requests;
using Broker.Core.Telemetry;

namespace Broker.Backend.Requests;

/// <summary>What collectors and logs learn of requests. A request's trace begins with the click that asked for it.</summary>
internal static class RequestTelemetry
{
    private static readonly ActivitySource Source = new(ProgramTelemetry.Name);
    private static readonly Meter Meter = new(ProgramTelemetry.Name);
    private static readonly Counter<long> Ends = Meter.CreateCounter<long>("broker.requests.ended", "{request}", "Requests that ended, by command and state.");
    private static readonly Histogram<double> Waits = Meter.CreateHistogram<double>("broker.requests.wait", "s", "From asking until it was first taken up.");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("broker.requests.duration", "s", "From being taken up until it ended or was given back.");
    private static readonly Histogram<double> HostCalls = Meter.CreateHistogram<double>("broker.host.calls", "s", "Calls to hosts, with the wait for one of the host's threads.");
    private static readonly UpDownCounter<long> Working = Meter.CreateUpDownCounter<long>("broker.requests.working", "{request}", "Requests in work, by lane.");

    public static Activity? Begin(RequestRow row, TimeProvider clock)
    {
        var lane = new KeyValuePair<string, object?>("lane", Word.Of(row.Lane));
        Working.Add(1, lane);
        if (row.Attempts == 1) Waits.Record((clock.GetUtcNow() - row.CreatedAt).TotalSeconds, lane);
        var click = ActivityContext.TryParse(row.TraceParent, null, isRemote: true, out var parent) ? parent : default;
        return Source.StartActivity($"request {row.Command}", ActivityKind.Consumer, click)?.SetTag("broker.request", row.Id).SetTag("broker.domain", row.DomainId);
    }

    public static void End(RequestRow row, RequestState? state, TimeSpan took, Activity? activity)
    {
        Working.Add(-1, new KeyValuePair<string, object?>("lane", Word.Of(row.Lane)));
        Durations.Record(took.TotalSeconds, new KeyValuePair<string, object?>("command", row.Command));
        if (state is RequestState.Done or RequestState.Failed or RequestState.Cancelled)
            Ends.Add(1, new("command", row.Command), new("state", Word.Of(state.Value)));
        activity?.SetStatus(state is RequestState.Failed or null ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
    }

    public static Activity? BeginCall(Node node, Gate gate) => Source.StartActivity($"host {gate}", ActivityKind.Client)?.SetTag("broker.node", node.Row.Name);

    public static void EndCall(Node node, Gate gate, TimeSpan took) =>
        HostCalls.Record(took.TotalSeconds, new("node", node.Row.Name), new("gate", gate.ToString()));
}
