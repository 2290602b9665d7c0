using System.Text.RegularExpressions;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.Hosting;

/// <summary>Rows for calls of routes, and for each route a call that makes sense about them.</summary>
internal sealed partial record RouteExamples
{
    private static int _days;
    private static readonly DateTimeOffset Tomorrow = TimeProvider.System.GetUtcNow().AddDays(1);

    private string _key = "";
    private Guid _desktop;
    private Guid _base;
    private Guid _snapshot;
    private long _request;
    private long _failed;
    private long _message;
    private long _schedule;
    private long _network;
    private long _group;
    private long _booked;
    private long _node;
    private Guid _session;
    private long _token;
    private (long Id, Guid Session, long Token) _somebody;

    /// <summary>Rows of their own: a running desktop of one, shared with another, of a base of a third that is not published, and what hangs on it.</summary>
    /// <param name="host">Where they are.</param>
    /// <param name="student">Whose desktop it is.</param>
    /// <param name="sharer">With whom he shares it.</param>
    /// <param name="owner">Whose base it is.</param>
    /// <param name="used">What they take the place of.</param>
    public static async Task<RouteExamples> New(FrontendHost host, long student, long sharer, long owner, RouteExamples? used = null)
    {
        var key = Guid.NewGuid().ToString("n")[..12];
        await File.WriteAllBytesAsync(Path.Combine(host.Uploads, $"old-{key}.img"), Image());
        var origin = DomainsTable.New($"b-{key}", owner, host.Node, 1024 * 1024, 1) with { IsBase = true, State = DomainState.Shutdown };
        var desktop = DomainsTable.New($"d-{key}", student, host.Node, 1024 * 1024, 1) with { BaseId = origin.Id, State = DomainState.Active };
        return await host.Db.Transaction(async s =>
        {
            await DomainsTable.Insert(s, origin);
            await DomainsTable.Insert(s, desktop);
            await DomainsTable.SetShared(s, desktop, sharer, true);
            await BasesTable.Put(s, origin.Id, withCd: false, BaseDefinition.Of(origin, [], []));
            await DomainsTable.SetScreenshot(s, origin.Id, [1]);
            await DomainsTable.SetScreenshot(s, desktop.Id, [1]);
            await DisplaysTable.Set(s, desktop.Id, DisplayKind.Vnc, "/nowhere");
            var caller = (await UsersTable.Caller(s, student, null))!;
            var later = await RequestWriter.Submit(s, caller, Catalogue.Decode("ping", default), at: DateTimeOffset.Parse("2099-01-01T00:00:00Z", null), force: true);
            var failed = await RequestWriter.Submit(s, caller, Catalogue.Decode("ping", default), force: true);
            await s.Execute("UPDATE requests SET state = 'failed', ended_at = UTC_TIMESTAMP(6), error_code = 'x', error_text = 'x' WHERE id = @Id", new { failed.Row.Id });
            var snapshot = Guid.NewGuid();
            await s.Execute("INSERT INTO snapshots (id, domain_id, name, taken_at) VALUES (@snapshot, @Id, 'before', UTC_TIMESTAMP(6))", new { snapshot, desktop.Id });
            // nobody has any number of tokens or sessions, and all networks are read with every call
            if (used is not null) await s.Execute("DELETE FROM api_tokens WHERE id = @_token; DELETE FROM sessions WHERE id = @_session; DELETE FROM client_networks WHERE id = @_network", new { used._token, used._session, used._network });
            var somebody = await UsersTable.Insert(s, $"v-{key}", "Somebody", null, isAdmin: false, mustChangePassword: false);
            await s.Execute("INSERT INTO second_factors (user_id, secret, last_step, created_at) VALUES (@somebody, 'x', 0, UTC_TIMESTAMP(6))", new { somebody });
            var booking = await BookingsTable.Insert(s,
            [
                new EntryRow { OwnerId = owner, Colour = Booking.UsualColour, TimeZone = "UTC", Title = "Exam", StartsAt = Tomorrow.AddYears(50), EndsAt = Tomorrow.AddYears(50).AddHours(1), OnBases = [origin.Id] },
            ]);
            return new RouteExamples
            {
                _group = await UserGroupsTable.Insert(s, $"g-{key}", AccountSource.Local, null, null),
                _booked = (await BookingsTable.Of(s, booking)).Single().Id,
                _session = await SessionsTable.Insert(s, student, Proof.Password, null, null),
                _token = await Token(student),
                _somebody = (somebody, await SessionsTable.Insert(s, somebody, Proof.Password, null, null), await Token(somebody)),
                _key = key,
                _desktop = desktop.Id,
                _base = origin.Id,
                _snapshot = snapshot,
                _request = later.Row.Id,
                _failed = failed.Row.Id,
                _node = host.Node,
                _message = await s.Insert("INSERT INTO messages (user_id, at, text) VALUES (@student, UTC_TIMESTAMP(6), 'Done.')", new { student }),
                _schedule = await s.Insert(
                    "INSERT INTO schedules (name, command, machines, cron, time_zone, is_enabled, changed_at) VALUES (@key, 'hibernate_domain', 'disconnected', '0 3 * * *', 'UTC', 0, UTC_TIMESTAMP(6))", new { key }),
                _network = await s.Insert("INSERT INTO client_networks (name, position, addresses, bases) VALUES (@key, 1000, '[\"192.0.2.0/24\"]', 'all')", new { key }),
            };

            async Task<long> Token(long user) => (await ApiTokensTable.Insert(s, user, $"t-{key}", [ApiTokensTable.Read], Tomorrow)).Row.Id;
        });
    }

    /// <summary>An address of a route.</summary>
    public string Address(string method, string pattern)
    {
        var path = Place().Replace(pattern, place => (Before: pattern[..place.Index], place.Groups["name"].Value) switch
        {
            ("/api/bases/", _) or (_, "base") => _base.ToString(),
            ("/api/domains/", _) => (IsAboutBase().IsMatch(pattern) ? _base : _desktop).ToString(),
            (_, "snapshot") => _snapshot.ToString(),
            ("/api/requests/", _) => (pattern.EndsWith("/retry", StringComparison.Ordinal) ? _failed : _request).ToString(null, null),
            ("/api/messages/", _) => _message.ToString(null, null),
            ("/api/schedules/", _) => _schedule.ToString(null, null),
            ("/api/groups/", _) => _group.ToString(null, null),
            ("/api/bookings/entries/", _) => _booked.ToString(null, null),
            ("/api/client-networks/", _) => _network.ToString(null, null),
            ("/api/sessions/", _) => _session.ToString(),
            ("/api/tokens/", _) => _token.ToString(null, null),
            ("/api/users/", _) => _somebody.Id.ToString(null, null),
            (_, "user") => _somebody.Id.ToString(null, null),
            (_, "grant") => Core.Word.Of(Grant.Start),
            (_, "session") => _somebody.Session.ToString(),
            (_, "token") => _somebody.Token.ToString(null, null),
            ("/api/nodes/", _) => _node.ToString(null, null),
            ("/api/domains/{id:guid}/shares/", _) => method == "DELETE" ? "sharer" : "other",
            ("/api/library/", _) => method == "DELETE" ? $"old-{_key}.img" : New("new-") + ".img",
            ("/", "*path") => "some/page",
            _ => throw new InvalidOperationException($"Say in {nameof(RouteExamples)} what {place.Value} of {pattern} could be."),
        });
        return path + pattern switch
        {
            "/api/schedules/when" => "?cron=0%2023%20*%20*%20*&time_zone=UTC",
            "/api/bookings" or "/api/bookings/calendar" when method == "GET" => "?from=2060-01-01&until=2060-02-01",
            "/api/bases/{id:guid}/access/explain" => "?user=student",
            _ => "",
        };
    }

    /// <summary>What goes with the call: JSON, or bytes; null for nothing.</summary>
    public object? Body(string method, string pattern, string caller) => (method, pattern) switch
    {
        ("POST", "/api/session") => new { name = caller, password = FrontendHost.Password },
        ("PUT", "/api/session/password") => new { current_password = FrontendHost.Password, new_password = "a better phrase 7" },
        ("POST", "/api/guests") => new { @base = _base },
        ("PUT", "/api/session/language") => new { language = "es" },
        ("POST" or "PUT", "/api/session/second-factor") => new { state = "none", code = "000000" },
        ("POST", "/api/session/second-factor/removal") => new { password = FrontendHost.Password, code = "000000" },
        ("POST", "/api/tokens") => new { name = New("t-"), scopes = (string[])["read"], expires_at = Tomorrow },
        ("PUT", "/api/users/{id:long}/display-name") => new { display_name = "Anna" },
        ("PUT", "/api/users/{id:long}/admin") => new { is_admin = true },
        ("PUT", "/api/users/{id:long}/disabled") => new { is_disabled = true },
        ("PUT", "/api/users/{id:long}/password") => new { password = "a better phrase 7" },
        ("PUT", "/api/users/{id:long}/grants/{grant}" or "/api/groups/{id:long}/grants/{grant}") => new { reach = "own" },
        ("PUT", "/api/groups/{id:long}/description") => new { description = "For tests." },
        ("POST", "/api/groups") => new { name = New("g-") },
        ("PUT", "/api/users/{id:long}/expiry") => new { expires_at = (string?)null },
        ("POST", "/api/first-admin") => new { token = "none", name = New("n"), password = "a better phrase 7" },
        ("PUT", "/api/bases/{id:guid}/access") => new { version = AccessRules.None.Version, people = Array.Empty<object>(), clients = Array.Empty<object>() },
        ("POST" or "PUT", "/api/client-networks" or "/api/client-networks/{id:long}") => new { name = New("n-"), addresses = (string[])["192.0.2.0/24"], bases = "all", position = 1000 },
        ("PUT", "/api/client-networks/{id:long}/bases/{base:guid}") => new { is_allowed = true, is_anonymous = false },
        ("PUT", "/api/domains/{id:guid}/published") => new { is_public = false },
        ("PUT", "/api/domains/{id:guid}/clones") => new { @volatile = false },
        ("PUT", "/api/domains/{id:guid}/pool") => new { clones = 0, start = 0 },
        ("PUT", "/api/domains/{id:guid}/description") => new { alias = "Mine", description = (string?)null },
        ("PATCH", "/api/domains/{id:guid}/settings") => new { shutdown_disconnected = true },
        ("PUT", "/api/domains/{id:guid}/snapshots/{snapshot:guid}") => new { name = "after" },
        ("PUT", "/api/library/{file}") => Image(),
        ("POST", "/api/requests") => new { command = "shutdown_domain", args = new { domain = _desktop } },
        ("POST" or "PUT", "/api/schedules" or "/api/schedules/{id:long}") =>
            new { name = New("s-"), command = "hibernate_domain", cron = "0 4 * * *", time_zone = "UTC", machines = "disconnected", is_enabled = false },
        ("PUT", "/api/users/{id:long}/limits" or "/api/groups/{id:long}/limits") => new { clone_limit = (int?)null },
        ("POST", "/api/bookings") => BookingOf(new DateOnly(2060, 1, 1).AddDays(Interlocked.Increment(ref _days))),
        ("PUT", "/api/bookings/entries/{id:long}") => new { title = "Oral exam" },
        ("PUT", "/api/settings") => SiteSettings.Default,
        ("PUT", "/api/maintenance") => new { from = Tomorrow.AddYears(50) },
        ("POST", "/api/users/upload") => New("up-"),
        ("POST", "/api/groups/upload") => (object[])[new { name = "student", group = New("g-") }],
        ("POST", "/api/users") => new { name = New("new-"), password = "a better phrase 7" },
        _ => null,
    };

    private object BookingOf(DateOnly day) => new { title = "Exam", first_day = day, last_day = day, from = "08:00", until = "10:00", time_zone = "UTC", on_bases = (Guid[])[_base] };

    private static string New(string what) => what + Guid.NewGuid().ToString("n")[..12];

    private static byte[] Image()
    {
        var disk = new byte[64 << 10];
        (disk[510], disk[511]) = (0x55, 0xAA);
        return disk;
    }

    [GeneratedRegex(@"\{(?<name>[^}:]+)(:[^}]*)?\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();

    [GeneratedRegex("/(published|clones|pool|base)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IsAboutBase();
}
