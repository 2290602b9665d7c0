using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Broker.Core;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Users;
using Broker.Frontend.Events;
using Broker.Frontend.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Frontend.Tests.Events;

public class EventsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task It_begins_with_hello()
    {
        using var browser = await host.SignedIn("student");
        await using var stream = await EventStream.Open(browser);
        var (name, data) = await stream.Next();
        Assert.Equal("hello", name);
        Assert.True(data.GetProperty("server_time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Everybody_hears_of_his_own_and_administrators_of_all()
    {
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        using var admin = await host.SignedIn("admin");
        await using var ofStudent = await EventStream.Greeted(student);
        await using var ofOther = await EventStream.Greeted(other);
        await using var ofAdmin = await EventStream.Greeted(admin);

        var domain = await host.NewDomain("heard-of", host.Student);
        await student.Post("/api/requests", new { command = "start_domain", args = new { domain = domain.Id } }).Gives(HttpStatusCode.Accepted);
        var open = await host.NewDomain("heard-by-all", host.Admin, isBase: true, isPublic: true);

        foreach (var stream in (EventStream[])[ofStudent, ofAdmin])
        {
            var heard = await stream.Until(e => e.Name == "base");
            Assert.Contains(heard, e => e.Name == "domain" && e.Data.GetProperty("domain_id").GetGuid() == domain.Id);
            var request = Assert.Single(heard, e => e.Name == "request");
            Assert.Equal("requested", request.Data.GetProperty("state").GetString());
            Assert.Equal(open.Id, heard[^1].Data.GetProperty("domain_id").GetGuid());
        }

        Assert.Equal(["base"], (await ofOther.Until(e => e.Name == "base")).Select(e => e.Name));
    }

    [Fact]
    public async Task That_some_base_changed_is_told_to_all_but_not_which_when_it_is_not_published()
    {
        using var student = await host.SignedIn("student");
        await using var stream = await EventStream.Greeted(student);
        await host.NewDomain("hidden-base", host.Admin, isBase: true);
        var hint = (await stream.Until(e => e.Name == "base"))[^1].Data;
        Assert.Equal(JsonValueKind.Null, hint.GetProperty("domain_id").ValueKind);
        Assert.Equal(JsonValueKind.Null, hint.GetProperty("state").ValueKind);
    }

    [Fact]
    public async Task Whoever_uses_what_is_shared_with_him_hears_of_it_and_that_it_is_shared_no_more()
    {
        var desktop = await host.NewDomain("heard-by-guest", host.Student);
        using var student = await host.SignedIn("student");
        using var other = await host.SignedIn("other");
        await using var stream = await EventStream.Greeted(other);
        await student.Put($"/api/domains/{desktop.Id}/shares/other", new { }).Gives(HttpStatusCode.OK);
        await host.Db.Transaction(s => DomainsTable.SetState(s, desktop.Id, DomainState.Starting));
        await stream.Until(e => e.Name == "domain" && e.Data.GetProperty("state").GetString() == "starting");
        await student.Delete($"/api/domains/{desktop.Id}/shares/other").Gives(HttpStatusCode.OK);
        await stream.Until(e => e.Name == "domain" && e.Data.GetProperty("domain_id").GetGuid() == desktop.Id);
        await host.Db.Transaction(s => DomainsTable.SetState(s, desktop.Id, DomainState.Active));
        await host.NewDomain("heard-after", host.Admin, isBase: true, isPublic: true);
        Assert.DoesNotContain(await stream.Until(e => e.Name == "base"), e => e.Name == "domain");
    }

    [Fact]
    public async Task Who_has_to_do_something_first_hears_no_more()
    {
        var id = await host.NewUser("told-to-change");
        using var browser = await host.SignedIn("told-to-change");
        await using var stream = await EventStream.Greeted(browser);
        await host.Db.Transaction(async s =>
        {
            await UsersTable.RequireNewPassword(s, id);
            EventsTable.Changed(s, EventKind.User, id);
        });
        await stream.Ends();
    }

    [Fact, Trait("Category", "Long")]
    public async Task Who_always_hears_something_is_asked_for_every_now_and_then_all_the_same()
    {
        var id = await host.NewUser("ending-soon");
        using var browser = await host.SignedIn("ending-soon");
        await using var stream = await EventStream.Greeted(browser);
        // time passes without an event of his
        await host.Db.Transaction(s => s.Execute("UPDATE sessions SET expires_at = UTC_TIMESTAMP(6) WHERE user_id = @id", new { id }));
        host.Services.GetRequiredService<Sessions>().Forget(id);
        using var enough = new CancellationTokenSource(4 * EventsEndpoints.Heartbeat);
        while (!stream.HasEnded)
        {
            enough.Token.ThrowIfCancellationRequested();
            await host.Db.Transaction(s =>
            {
                EventsTable.Changed(s, EventKind.Message, id);
                return Task.CompletedTask;
            });
            await Task.WhenAny(stream.Ended, Task.Delay(TimeSpan.FromSeconds(1)));
        }
    }

    [Fact]
    public async Task Everybody_hears_that_a_base_is_none_any_more()
    {
        var @base = await host.NewDomain("no-longer", host.Admin, isBase: true, isPublic: true);
        using var student = await host.SignedIn("student");
        await using var stream = await EventStream.Greeted(student);
        await host.Db.Transaction(s => DomainsTable.SetBase(s, @base.Id, isBase: false, isPublic: false));
        await stream.Until(e => e.Name == "base" && e.Data.GetProperty("domain_id").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task An_event_whose_transaction_was_slow_is_not_lost_and_none_comes_twice()
    {
        using var student = await host.SignedIn("student");
        await using var stream = await EventStream.Greeted(student);
        var slow = await host.NewDomain("slow-one", host.Student);
        var quick = await host.NewDomain("quick-one", host.Student);
        await stream.Until(e => Is(e, quick.Id));

        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var late = host.Db.Transaction(async s =>
        {
            await DomainsTable.SetState(s, slow.Id, DomainState.Starting);
            inside.TrySetResult();
            await go.Task;
        });
        await inside.Task;
        await host.Db.Transaction(s => DomainsTable.SetState(s, quick.Id, DomainState.Active)); // a larger id, committed first
        var first = await stream.Until(e => Is(e, quick.Id));
        Assert.DoesNotContain(first, e => Is(e, slow.Id));
        go.SetResult();
        await late;
        var then = await stream.Until(e => Is(e, slow.Id));
        Assert.DoesNotContain(then, e => Is(e, quick.Id));

        static bool Is((string Name, JsonElement Data) e, Guid id) => e.Name == "domain" && e.Data.GetProperty("domain_id").GetGuid() == id;
    }

    [Fact]
    public async Task A_change_between_a_subscription_and_the_first_look_at_the_table_is_not_lost()
    {
        var domain = await host.NewDomain("before-the-first-look", host.Student);
        using var tail = ActivatorUtilities.CreateInstance<EventTail>(host.Services);
        using var early = tail.Subscribe(e => e.DomainId == domain.Id && e.Data.GetProperty("state").GetString() == Word.Of(DomainState.Starting));
        await host.Db.Transaction(s => DomainsTable.SetState(s, domain.Id, DomainState.Starting));
        await tail.StartAsync(CancellationToken.None);
        await early.Events.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await tail.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_change_is_heard_of_long_before_the_next_look_at_the_table()
    {
        using var student = await host.SignedIn("student");
        await using var stream = await EventStream.Greeted(student);
        var domain = await host.NewDomain("prompt", host.Student);
        await stream.Until(e => e.Name == "domain");
        var times = new List<TimeSpan>();
        for (var i = 0; i < 10; i++)
        {
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            await host.Db.Transaction(s => DomainsTable.SetState(s, domain.Id, i % 2 == 0 ? DomainState.Starting : DomainState.Shutdown));
            await stream.Until(e => e.Name == "domain");
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(started));
        }

        Assert.True(times.Order().ElementAt(5) < EventTail.LookAtLeastEvery / 2, string.Join(", ", times));
    }

    [Fact]
    public async Task The_stream_ends_at_sign_out()
    {
        using var browser = await host.SignedIn("student");
        using var stays = await host.SignedIn("student");
        await using var stream = await EventStream.Greeted(browser);
        await using var other = await EventStream.Greeted(stays);
        await browser.Delete("/api/session").Gives(HttpStatusCode.NoContent);
        await stream.Ends();
        await host.NewDomain("after-sign-out", host.Student);
        await other.Until(e => e.Name == "domain");
    }

    [Fact]
    public async Task The_stream_ends_when_the_account_is_disabled()
    {
        var id = await host.NewUser("listener");
        using var browser = await host.SignedIn("listener");
        await using var stream = await EventStream.Greeted(browser);
        await host.Db.Transaction(async s =>
        {
            await s.Execute("UPDATE users SET is_disabled = 1 WHERE id = @id", new { id });
            EventsTable.Changed(s, EventKind.User, id);
        });
        await stream.Ends();
    }

    [Fact]
    public async Task Who_reads_too_slowly_loses_some_and_is_told_so()
    {
        var tail = host.Services.GetRequiredService<EventTail>();
        var domain = await host.NewDomain("flooded", host.Student);
        using var slow = tail.Subscribe(e => e.DomainId == domain.Id, room: 2);
        using var fast = tail.Subscribe(e => e.DomainId == domain.Id);
        for (var i = 0; i < 5; i++) await host.Db.Transaction(s => DomainsTable.SetAddress(s, domain.Id, $"10.0.0.{i}"));
        for (var i = 0; i < 5; i++) await fast.Events.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(slow.HasLost());
        Assert.False(slow.HasLost());
        Assert.Equal(2, slow.Events.Count);
        Assert.False(fast.HasLost());
    }

    private sealed class EventStream : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly Channel<(string, JsonElement)> _events = Channel.CreateUnbounded<(string, JsonElement)>();
        private readonly Task _reading;

        private EventStream(HttpResponseMessage response, Stream body)
        {
            _response = response;
            _reading = Read(body);
        }

        public static async Task<EventStream> Open(Browser browser)
        {
            var response = await browser.Http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
            return new EventStream(response, await response.Content.ReadAsStreamAsync());
        }

        public static async Task<EventStream> Greeted(Browser browser)
        {
            var stream = await Open(browser);
            await stream.Next();
            return stream;
        }

        public async Task<(string Name, JsonElement Data)> Next() => await _events.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        public async Task<List<(string Name, JsonElement Data)>> Until(Func<(string Name, JsonElement Data), bool> last)
        {
            var heard = new List<(string Name, JsonElement Data)>();
            do heard.Add(await Next());
            while (!last(heard[^1]));
            return heard;
        }

        public Task Ended => _reading;

        public bool HasEnded => _reading.IsCompleted;

        public Task Ends() => _reading.WaitAsync(TimeSpan.FromSeconds(10));

        public async ValueTask DisposeAsync()
        {
            _response.Dispose();
            await _reading;
        }

        private async Task Read(Stream body)
        {
            try
            {
                using var reader = new StreamReader(body);
                var name = "";
                while (await reader.ReadLineAsync() is { } line)
                {
                    if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                    if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                    using var data = JsonDocument.Parse(line[6..]);
                    await _events.Writer.WriteAsync((name, data.RootElement.Clone()));
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or HttpRequestException or OperationCanceledException)
            {
                // closed
            }
            finally
            {
                _events.Writer.TryComplete();
            }
        }
    }
}
