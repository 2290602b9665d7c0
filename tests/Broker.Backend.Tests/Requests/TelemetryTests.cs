using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Telemetry;
using Broker.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>What operators learn of requests: log, metrics, traces.</summary>
public sealed class TelemetryTests() : BackEndTests(isStarted: false)
{
    [Fact]
    public async Task EachLineOfARequestUpToTheCallOfItsHostCarriesItsNumberAndTraceAndTheCollectorGetsThemToo()
    {
        using var collector = new Collector();
        await using var process = BackEndProcess.Start(_b.Settings, ("BROKER_LOG_FORMAT", "json"), ("BROKER_LOG_LEVEL", "Debug"), ("BROKER_OTLP_ENDPOINT", collector.Address));
        using var click = new Activity("click").SetIdFormat(ActivityIdFormat.W3C).Start();
        var trace = click.TraceId.ToString();
        var import = await _b.Ask(new ImportDomain("tiny.img", "tiny"));
        var start = await _b.Ask(new StartDomain(import.DomainId!.Value));
        click.Stop();
        Assert.Equal((RequestState.Done, trace), (start.State, start.TraceId));
        await process.Signal("TERM");
        await process.Gone();

        var lines = process.Output.Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        foreach (var id in (long[])[import.Id, start.Id])
        {
            var its = lines.Where(l => l.GetProperty("Scopes").EnumerateArray().Any(s => Has(s, "request_id", id.ToString(null as IFormatProvider)) && Has(s, "trace_id", trace))).Select(l => l.GetProperty("Message").GetString()!).ToList();
            Assert.Contains(its, m => m.Contains("taken up, try 1", StringComparison.Ordinal));
            Assert.Contains(its, m => m.Contains(" call to host took ", StringComparison.Ordinal));
            Assert.Contains(its, m => m.Contains(": Done after ", StringComparison.Ordinal));
            // and none of it without
            Assert.Equal(lines.Count(l => l.GetProperty("Message").GetString()!.StartsWith($"Request {id}", StringComparison.Ordinal)), its.Count);
        }

        Assert.True(collector.Got("/v1/traces", Convert.FromHexString(trace)), "The click's trace did not arrive.");
        Assert.True(collector.Got("/v1/traces", "host Start"u8), "The call of the host did not arrive.");
        Assert.True(collector.Got("/v1/metrics", "broker.requests.ended"u8), "The metrics did not arrive.");
        Assert.True(collector.Got("/v1/metrics", "broker-backend"u8), "The metrics don't say whose they are.");

        // numbers are written as numbers
        static bool Has(JsonElement scope, string name, string value) => scope.TryGetProperty(name, out var there) && there.ToString() == value;
    }

    [Fact]
    public async Task EachMetricIsInTheReadmeWithItsUnit()
    {
        var metrics = new ConcurrentDictionary<string, Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => { if (instrument.Meter.Name == ProgramTelemetry.Name) metrics[instrument.Name] = instrument; } };
        listener.Start();
        await _b.Start();
        await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var readme = await File.ReadAllTextAsync(Repository.PathOf("src/Broker.Backend/README.md"));
        Assert.NotEmpty(metrics);
        Assert.All(metrics.Values, m => Assert.Contains($"| `{m.Name}` | {m.Unit} | {m.Description} |", readme, StringComparison.Ordinal));
    }

    // Takes what comes by OTLP over HTTP.
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<(string Path, byte[] Body)> _got = new();

        public Collector()
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            free.Stop();
            _listener.Prefixes.Add(Address + "/");
            _listener.Start();
            _ = Take();
        }

        public string Address { get; }

        public bool Got(string path, ReadOnlySpan<byte> bytes)
        {
            foreach (var (at, body) in _got)
                if (at == path && body.AsSpan().IndexOf(bytes) >= 0) return true;
            return false;
        }

        public void Dispose() => _listener.Close();

        private async Task Take()
        {
            try
            {
                while (true)
                {
                    var call = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await call.Request.InputStream.CopyToAsync(body);
                    _got.Enqueue((call.Request.Url!.AbsolutePath, body.ToArray()));
                    call.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // closed
            }
        }
    }
}
