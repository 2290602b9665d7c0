using System.Net;
using System.Text;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Frontend.Tests.Hosting;

/// <summary>Walks every route there is as everybody there is. A new route without a rule, or one whose rule changed, shows here.</summary>
public class RoutesTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Every_route_answers_everybody_as_the_table_says()
    {
        var table = new StringBuilder("# route, rule, then the status for nobody, a student on his own, another student on that, an administrator on that\n");
        var signedIn = new Dictionary<string, Browser>();
        foreach (var route in Routes())
        {
            table.Append($"{route.Method,-6} {route.Pattern,-38} {route.Rule,-12}");
            foreach (var who in (string?[])[null, "student", "other", "admin"])
            {
                // each on rows of their own, that the one before can't have changed
                var (domain, @base, request) = await Rows();
                if (!signedIn.TryGetValue(who ?? "", out var browser))
                {
                    browser = signedIn[who ?? ""] = who is null ? host.NewBrowser() : await host.SignedIn(who);
                    await browser.Session();
                }

                var path = Fill(route.Pattern, domain, @base, request);
                table.Append($" {(int)await Status(browser, route.Method, path, Body(route.Method, route.Pattern, domain))}");
                // what changes the session changes it for the next route
                if (route.Pattern is "/api/session" or "/api/sessions" && route.Method != "GET" && signedIn.Remove(who ?? "")) browser.Dispose();
            }

            table.AppendLine();
        }

        foreach (var browser in signedIn.Values) browser.Dispose();
        Golden.Check("tests/Broker.Frontend.Tests/routes.golden", table.ToString());
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

    private IEnumerable<RouteEndpoint> Endpoints() => host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private IEnumerable<(string Method, string Pattern, string Rule)> Routes() =>
        from endpoint in Endpoints()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        let pattern = endpoint.RoutePattern.RawText!.TrimEnd('/')
        orderby pattern.Replace("{", ""), method
        select (method, pattern, endpoint.Metadata.OfType<CallerRule>().FirstOrDefault()?.Who ?? "NONE");

    private async Task<(Guid Domain, Guid Base, long Request)> Rows()
    {
        var name = Guid.NewGuid().ToString("n")[..12];
        var domain = await host.NewDomain($"d-{name}", host.Student, DomainState.Active);
        var @base = await host.NewDomain($"b-{name}", host.Student, isBase: true);
        var request = await host.Db.Transaction(async s =>
        {
            await DomainsTable.SetScreenshot(s, domain.Id, [1]);
            await DomainsTable.SetScreenshot(s, @base.Id, [1]);
            await DisplaysTable.Set(s, domain.Id, DisplayKind.Vnc, "/nowhere");
            var student = (await UsersTable.Caller(s, host.Student, null))!;
            return await RequestWriter.Submit(s, student, Catalogue.Decode("ping", default), at: DateTimeOffset.Parse("2099-01-01T00:00:00Z", null));
        });
        return (domain.Id, @base.Id, request.Row.Id);
    }

    private static string Fill(string pattern, Guid domain, Guid @base, long request) => pattern
        .Replace("/api/bases/{id:guid}", $"/api/bases/{@base}")
        .Replace("/api/domains/{id:guid}/published", $"/api/domains/{@base}/published")
        .Replace("/api/domains/{id:guid}/clones", $"/api/domains/{@base}/clones")
        .Replace("/api/schedules/when", "/api/schedules/when?cron=0%2023%20*%20*%20*&time_zone=UTC")
        .Replace("{base:guid}", @base.ToString())
        .Replace("{id:guid}", domain.ToString())
        .Replace("{id:long}", request.ToString(null, null))
        .Replace("{session:guid}", domain.ToString())
        .Replace("{token:long}", request.ToString(null, null))
        .Replace("{file}", "some.img")
        .Replace("/{*path}", "/some/page");

    private static object? Body(string method, string pattern, Guid domain) => (method, pattern) switch
    {
        ("POST", "/api/session") => new { name = "student", password = FrontendHost.Password },
        ("PUT", "/api/session/password") => new { current_password = "not this one", new_password = "a better phrase 7" },
        ("POST", "/api/session/second-factor") or ("PUT", "/api/session/second-factor") => new { state = "none", code = "000000" },
        ("POST", "/api/session/second-factor/removal") => new { password = "not this one", code = "000000" },
        ("POST", "/api/tokens") => new { name = "t", scopes = (string[])["read"], expires_at = TimeProvider.System.GetUtcNow().AddDays(1) },
        ("PUT", "/api/users/{id:long}/expiry") => new { expires_at = (string?)null },
        ("PUT", "/api/session/language") => new { language = "es" },
        ("PUT", "/api/domains/{id:guid}/published") => new { is_public = false },
        ("PUT", "/api/domains/{id:guid}/clones") => new { @volatile = false },
        ("PUT", "/api/domains/{id:guid}/description") => new { alias = "Mine", description = (string?)null },
        ("POST", "/api/requests") => new { command = "start_domain", args = new { domain } },
        ("POST", "/api/users") => new { name = $"new-{Guid.NewGuid():n}"[..20], password = "a better phrase 7" },
        _ => null,
    };

    private static async Task<HttpStatusCode> Status(Browser browser, string method, string path, object? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = System.Net.Http.Json.JsonContent.Create(body);
        request.Headers.Add("X-CSRF-Token", browser.Csrf);
        // the stream of events never ends by itself
        using var response = await browser.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.StatusCode;
    }
}
