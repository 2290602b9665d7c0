using System.Collections.Concurrent;
using System.Net;
using Broker.Core.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Broker.Frontend.Tests.Requests;

/// <summary>A click is found again: in the front end's log, in the request's row, and by that in the back end's log.</summary>
public sealed class RequestLogTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task What_is_asked_for_is_logged_with_the_requests_number_and_trace()
    {
        var (factory, address) = host.Start(("log_level", "information"));
        await using var stopped = factory;
        using var lines = new Lines();
        factory.Services.GetRequiredService<ILoggerFactory>().AddProvider(lines);
        using var browser = await host.SignedIn("student", address);
        var origin = await host.NewDomain("logged", host.Admin, isBase: true, isPublic: true);

        var opened = await browser.Post($"/api/bases/{origin.Id}/open", new { }).Gives(HttpStatusCode.Accepted);

        var requests = opened.GetProperty("requests").EnumerateArray().ToList();
        Assert.Equal(["clone", "start_domain"], requests.Select(r => r.GetProperty("command").GetString()));
        var trace = requests[0].GetProperty("trace_id").GetString();
        foreach (var request in requests)
        {
            var id = request.GetProperty("id").GetInt64();
            Assert.Equal(trace, request.GetProperty("trace_id").GetString());
            Assert.Equal(trace, (await host.Db.Read(s => RequestsTable.Get(s, id)))!.TraceId);
            var scopes = Assert.Single(lines.All, l => l.Text == $"User {host.Student} asked for {request.GetProperty("command").GetString()}: request {id}.").Scopes;
            Assert.Equal((id, trace), ((long)scopes["request_id"], (string)scopes["trace_id"]));
        }

        // the second click asks for nothing more
        var before = lines.All.Count(l => l.Text.Contains("asked for", StringComparison.Ordinal));
        await browser.Post($"/api/bases/{origin.Id}/open", new { }).Gives(HttpStatusCode.Accepted);
        Assert.Equal(before, lines.All.Count(l => l.Text.Contains("asked for", StringComparison.Ordinal)));
    }

    private sealed record Line(string Text, Dictionary<string, object> Scopes);

    private sealed class Lines : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<Line> All { get; } = new();

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => _scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var all = new Dictionary<string, object>();
            _scopes.ForEachScope((scope, into) =>
            {
                foreach (var (key, value) in scope as IEnumerable<KeyValuePair<string, object>> ?? []) into[key] = value;
            }, all);
            All.Enqueue(new Line(formatter(state, exception), all));
        }

        public void Dispose()
        {
        }
    }
}
