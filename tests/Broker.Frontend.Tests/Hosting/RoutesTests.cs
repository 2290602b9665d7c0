using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Broker.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Broker.Frontend.Tests.Hosting;

/// <summary>Walks every route there is as every kind of person there is. A new route without a rule, or one whose rule changed, shows here.</summary>
public sealed class RoutesTests(FrontendHost host, ITestOutputHelper output) : IClassFixture<FrontendHost>, IDisposable
{
    // keeps no cookie: each call has those of its kind
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = host.Address };

    // What nobody gets anything from here, and why.
    private static readonly Dictionary<string, string> NeverDone = new()
    {
        ["GET /api/directory/groups"] = "wants a directory",
        ["GET /api/display"] = "wants a ticket and a WebSocket",
        ["POST /api/first-admin"] = "wants a link from the server",
        ["POST /api/guests"] = "wants a network of clients that lets guests in",
        ["GET /api/session/openid"] = "wants an OpenID provider",
        ["GET /api/session/openid/sign-out"] = "wants an OpenID provider",
        ["POST /api/session/second-factor"] = "wants a code",
        ["PUT /api/session/second-factor"] = "wants a code",
        ["POST /api/session/second-factor/removal"] = "wants a code",
    };

    [Fact]
    public async Task Every_route_answers_every_kind_as_the_table_says()
    {
        var kinds = await Kinds();
        var routes = Routes().ToList();
        var restore = await Keep();
        var (student, sharer, owner) = (kinds.Single(k => k.Name == "student").Id, kinds.Single(k => k.Name == "sharer").Id, kinds.Single(k => k.Name == "owner").Id);
        var answers = routes.ConvertAll(_ => new int[kinds.Count]);
        // accounts side by side; those who call in the name of the same one after the other
        await Parallel.ForEachAsync(kinds.GroupBy(k => k.Id), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (account, _) =>
        {
            var rows = await RouteExamples.New(host, student, sharer, owner);
            foreach (var (answer, (method, pattern, _)) in answers.Zip(routes))
            {
                foreach (var kind in account)
                {
                    var status = answer[kinds.IndexOf(kind)] = (int)await Status(kind, method, rows.Address(method, pattern), rows.Body(method, pattern, kind.Name));
                    if (method is "GET" or "HEAD" || status >= 400) continue;
                    // each finds everything as it was before
                    var signsIn = pattern.StartsWith("/api/session", StringComparison.Ordinal);
                    if (signsIn) await restore(account.Key);
                    if (signsIn || pattern.Contains('{')) rows = await RouteExamples.New(host, student, sharer, owner, rows);
                }
            }
        });

        var table = new StringBuilder();
        var wrong = new List<string>();
        foreach (var (answer, route) in answers.Zip(routes))
        {
            foreach (var (status, kind) in answer.Zip(kinds))
                if (Problem(route, kind, status) is { } problem) wrong.Add($"{route.Method} {route.Pattern} answers {kind.Name} with {status}: {problem}");
            if (Array.TrueForAll(answer, a => a >= 400) != NeverDone.ContainsKey($"{route.Method} {route.Pattern}"))
                wrong.Add($"{route.Method} {route.Pattern} gives {string.Join(' ', answer)}: say in {nameof(RouteExamples)} what a call looks like that is answered.");
            table.AppendLine(Line(route.Method, route.Pattern, route.Rule, answer.Select(a => a.ToString(null, null))));
        }

        var count = $"{routes.Count} routes x {kinds.Count} kinds: {routes.Count * kinds.Count} answers";
        output.WriteLine(count);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Golden.Check("tests/Broker.Frontend.Tests/routes.golden",
            $"""
            # {count}
            # A running desktop of student, shared with sharer, of a base of owner that is not published. From held on they are administrators, but for reader, whose token is student's.
            {Line("", "", "rule", kinds.Select(k => k.Name))}
            {table}
            """);
    }

    [Fact]
    public void Every_route_has_exactly_one_rule_and_a_name()
    {
        foreach (var endpoint in Endpoints())
        {
            Assert.True(endpoint.Metadata.OfType<CallerRule>().Count() == 1, $"{endpoint.DisplayName} says not, or more than once, who may call it.");
            Assert.NotNull(endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName);
        }
    }

    private sealed record Kind(string Name, long Id)
    {
        /// <summary>What his browser has of the front end.</summary>
        public IReadOnlyList<Cookie> Cookies { get; init; } = [];

        /// <summary>What the page has.</summary>
        public string Csrf { get; init; } = "";

        /// <summary>No account that may do anything stands behind it.</summary>
        public bool IsNobody { get; init; }

        /// <summary>A program's, instead of a cookie.</summary>
        public string? Token { get; init; }

        /// <summary>He has to choose a password first.</summary>
        public bool IsHeld { get; init; }

        public IReadOnlyList<Grant> Grants { get; init; } = [];
    }

    private static string Line(string method, string pattern, string rule, IEnumerable<string> answers) =>
        $"{method,-6} {pattern,-50} {rule,-14} {string.Join(' ', answers.Select(a => $"{a,-8}"))}".TrimEnd();

    public void Dispose() => _http.Dispose();

    // What holds for every route, whatever the table says.
    private static string? Problem((string Method, string Pattern, string Rule) route, Kind kind, int status)
    {
        if (kind.Token is not null && route.Rule == "anybody") return null;
        if (status is 400 or 405 or 415 or 422 or >= 500 && !NeverDone.ContainsKey($"{route.Method} {route.Pattern}")) return $"that is no answer to who may. Say in {nameof(RouteExamples)} what a right call looks like.";
        if (route.Rule == "anybody") return null;
        if (kind.IsNobody) return status == 401 ? null : "nobody is signed in.";
        if (kind.Token is not null && (route.Rule is "any_account" or "person" || route.Method is not ("GET" or "HEAD"))) return status == 403 ? null : "the token is only for reading.";
        if (route.Rule == "any_account") return null;
        if (kind.IsHeld) return status == 403 ? null : "he has to choose a password first.";
        if (route.Rule is not ("account" or "person") && kind.Name != "admin" && !route.Rule.Split('|').Any(word => kind.Grants.Contains(Word.Parse<Grant>(word)))) return status == 403 ? null : $"he was not granted to {route.Rule}.";
        return kind.Name == "other" && route.Pattern.Contains('{') && status < 400 ? "it is not his." : null;
    }

    private async Task<List<Kind>> Kinds()
    {
        var admins = new Dictionary<string, string>
        {
            ["held"] = "UPDATE users SET must_change_password = 1 WHERE id = @id",
            ["ended"] = "UPDATE sessions SET ended_at = UTC_TIMESTAMP(6) WHERE user_id = @id",
            ["expired"] = "UPDATE sessions SET expires_at = UTC_TIMESTAMP(6) WHERE user_id = @id",
            ["disabled"] = "UPDATE users SET is_disabled = 1 WHERE id = @id",
            ["over"] = "UPDATE users SET expires_at = UTC_TIMESTAMP(6) WHERE id = @id",
        };
        var granted = new Dictionary<string, (Reach Reach, Grant[] Grants)>
        {
            ["owner"] = (Reach.Clones, [.. Enum.GetValues<Grant>().Where(g => Holdings.IsAboutMachines(g) && g is not Grant.CreateMachine)]),
            ["viewer"] = (Reach.All, [Grant.View, Grant.Start]),
            ["people"] = (Reach.All, [Grant.ManageUsers, Grant.ViewGroups, Grant.ManageGroups, Grant.Grant]),
            ["auditor"] = (Reach.All, [Grant.ReadAudit]),
            ["operator"] = (Reach.All, [Grant.Operate]),
        };
        using var stranger = host.NewBrowser();
        await stranger.Session();
        var kinds = new List<Kind> { new("nobody", 0) { Cookies = CookiesOf(stranger), Csrf = stranger.Csrf, IsNobody = true } };
        foreach (var name in (string[])["student", "other", "sharer", .. granted.Keys, "admin", .. admins.Keys])
        {
            var id = await host.Db.Read(s => s.First<long?>("SELECT id FROM users WHERE name = @name", new { name })) ?? await host.NewUser(name, isAdmin: admins.ContainsKey(name));
            if (granted.TryGetValue(name, out var has))
                foreach (var grant in has.Grants)
                    await host.Db.Read(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@id, @grant, @Reach)", new { id, grant = Word.Of(grant), Reach = Word.Of(has.Reach) }));
            using var browser = await host.SignedIn(name);
            var cookies = CookiesOf(browser);
            if (admins.TryGetValue(name, out var sql))
            {
                await host.Db.Read(s => s.Execute(sql, new { id }));
                host.Services.GetRequiredService<Sessions>().Forget(id);
                // the page learns that nobody is signed in; whoever has a copy of the cookie goes on with that
                await browser.Session();
                var now = CookiesOf(browser);
                cookies = [.. now, .. cookies.Where(c => now.All(n => n.Name != c.Name))];
            }

            kinds.Add(new Kind(name, id) { Cookies = cookies, Csrf = browser.Csrf, IsNobody = name is "ended" or "expired" or "disabled" or "over", IsHeld = name == "held", Grants = has.Grants ?? [] });
        }

        foreach (var (name, user, ends) in ((string, string, string)[])[("reader", "student", "+ INTERVAL 1 DAY"), ("adminread", "admin", "+ INTERVAL 1 DAY"), ("tokenover", "admin", "- INTERVAL 1 DAY")])
        {
            var owner = kinds.Single(k => k.Name == user);
            var token = await host.Db.Transaction(async s =>
            {
                var made = await ApiTokensTable.Insert(s, owner.Id, name, [ApiTokensTable.Read], TimeProvider.System.GetUtcNow().AddDays(1));
                await s.Execute($"UPDATE api_tokens SET expires_at = UTC_TIMESTAMP(6) {ends} WHERE id = @Id", new { made.Row.Id });
                return made.Token;
            });
            kinds.Add(new Kind(name, owner.Id) { Token = token, IsNobody = name == "tokenover", Grants = user == "admin" ? Enum.GetValues<Grant>() : [] });
        }

        return kinds;
    }

    /// <returns>Brings an account and its sessions back to what they are now, before anybody did anything.</returns>
    private async Task<Func<long, Task>> Keep()
    {
        var statements = new List<string>();
        foreach (var (table, user) in ((string, string)[])[("users", "id"), ("sessions", "user_id"), ("api_tokens", "user_id")])
        {
            await host.Db.Read(s => s.Execute($"CREATE TABLE {table}_kept AS SELECT * FROM {table}"));
            var columns = await host.Db.Read(s => s.Query<string>(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = @table AND column_name <> 'id'", new { table }));
            statements.Add($"INSERT INTO {table} SELECT * FROM {table}_kept WHERE {user} = @id ON DUPLICATE KEY UPDATE {string.Join(", ", columns.Select(c => $"{table}.{c} = VALUES({table}.{c})"))}");
        }

        return async id =>
        {
            await host.Db.Transaction(s => s.Execute(string.Join(';', statements), new { id }));
            host.Services.GetRequiredService<Sessions>().Forget(id);
        };
    }

    private static IReadOnlyList<Cookie> CookiesOf(Browser browser) => [.. browser.Cookies.GetAllCookies().Cast<Cookie>()];

    private IEnumerable<RouteEndpoint> Endpoints() => host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private IEnumerable<(string Method, string Pattern, string Rule)> Routes() =>
        from endpoint in Endpoints()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        let pattern = endpoint.RoutePattern.RawText!.TrimEnd('/')
        orderby pattern.Replace("{", ""), method
        select (method, pattern, endpoint.Metadata.OfType<CallerRule>().FirstOrDefault()?.Who ?? "NONE");

    private async Task<HttpStatusCode> Status(Kind kind, string method, string path, object? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is byte[] bytes) request.Content = new ByteArrayContent(bytes);
        else if (body is not null) request.Content = JsonContent.Create(body, options: Json.Options);
        if (kind.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        else
        {
            request.Headers.Add("Cookie", string.Join("; ", kind.Cookies.Select(c => $"{c.Name}={c.Value}")));
            request.Headers.Add("X-CSRF-Token", kind.Csrf);
        }

        // the stream of events never ends by itself
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }
}
