using System.Net;
using System.Text;
using Broker.Testing;

namespace Broker.Frontend.Tests.Hosting;

public class HostingTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/api/session")]
    [InlineData("/api/nothing/here")]
    [InlineData("/assets/app-abc123.js")]
    [InlineData("/healthz")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var browser = host.NewBrowser();
        var response = await browser.Get(path);
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Contains("camera=()", Header(response, "Permissions-Policy"));
        var policy = Header(response, "Content-Security-Policy");
        Assert.StartsWith("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task The_page_is_never_kept_and_takes_scripts_and_styles_from_here_only()
    {
        using var browser = host.NewBrowser();
        foreach (var path in (string[])["/", "/index.html", "/desktops/some/where"])
        {
            var response = await browser.Get(path);
            Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
            Assert.Equal("no-store", Header(response, "Cache-Control"));
            Assert.Contains("script-src 'self'; style-src 'self';", Header(response, "Content-Security-Policy"));
            Assert.Contains("<title>Broker</title>", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Built_files_are_kept_for_ever()
    {
        using var browser = host.NewBrowser();
        var response = await browser.Get("/assets/app-abc123.js");
        Assert.Equal("text/javascript", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", Header(response, "Cache-Control"));
    }

    [Theory]
    [InlineData("/assets/gone.js")]
    [InlineData("/api")]
    [InlineData("/api/nothing")]
    [InlineData("/openapi/v2.json")]
    [InlineData("/favicon.ico")]
    [InlineData("/../beside.txt")]
    [InlineData("/..%2fbeside.txt")]
    [InlineData("/assets/..%2f..%2fbeside.txt")]
    [InlineData("/%5c..%5cbeside.txt")]
    public async Task What_is_not_there_is_a_problem_and_not_the_page(string path)
    {
        using var browser = host.NewBrowser();
        await browser.Get(path).Refuses(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Wrong_methods_types_and_bodies_are_problems()
    {
        using var browser = await host.SignedIn("student");
        await browser.Send(HttpMethod.Patch, "/api/session", null).Refuses(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        await browser.Post("/api/nothing").Refuses(HttpStatusCode.NotFound, "not_found");
        await Raw("text/plain", "hello").Refuses(HttpStatusCode.UnsupportedMediaType, "not_json");
        await Raw("application/json", "{").Refuses(HttpStatusCode.BadRequest, "bad_request");
        await Raw("application/json", "[]").Refuses(HttpStatusCode.BadRequest, "bad_request");
        await Raw("application/json", "null").Refuses(HttpStatusCode.BadRequest, "bad_request");
        await Raw("application/json", "").Refuses(HttpStatusCode.BadRequest, "bad_request");
        await Raw("application/json", $"{{\"command\":\"{new string('x', 300_000)}\",\"args\":{{}}}}").Refuses(HttpStatusCode.RequestEntityTooLarge, "too_large");

        async Task<HttpResponseMessage> Raw(string type, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/requests") { Content = new StringContent(body, Encoding.UTF8, type) };
            request.Headers.Add("X-CSRF-Token", browser.Csrf);
            return await browser.Http.SendAsync(request);
        }
    }

    [Fact]
    public async Task Api_answers_are_not_kept()
    {
        using var browser = await host.SignedIn("student");
        Assert.Contains("no-store", Header(await browser.Get("/api/desktops"), "Cache-Control"));
        Assert.Empty((await browser.Get("/api/desktops")).Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Forwarded_headers_are_believed_from_trusted_proxies_only()
    {
        var (factory, address) = host.Start(("trusted_proxies", (string[])["127.0.0.0/8"]));
        await using var behindProxy = factory;
        foreach (var (where, believed) in ((Uri, bool)[])[(address, true), (host.Address, false)])
        {
            using var browser = host.NewBrowser(where);
            browser.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
            browser.Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
            await browser.Session();
            var response = await browser.Get("/api/session");
            Assert.Equal(believed, response.Headers.Contains("Strict-Transport-Security"));
            Assert.Equal(believed, response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.All(c => c.Contains("secure", StringComparison.OrdinalIgnoreCase)) : believed);
        }
    }

    [Fact]
    public async Task One_user_who_calls_too_often_is_told_to_wait()
    {
        await host.NewUser("hasty");
        using var browser = await host.SignedIn("hasty");
        var answers = new List<HttpResponseMessage>();
        while (answers.Count < 5000 && answers.LastOrDefault()?.StatusCode != HttpStatusCode.TooManyRequests)
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => browser.Get("/api/commands"))));
        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        await Task.FromResult(refused).Refuses(HttpStatusCode.TooManyRequests, "too_many_calls");
        Assert.NotNull(refused.Headers.RetryAfter);
        using var other = await host.SignedIn("other");
        await other.Get("/api/commands").Gives(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_its_database_it_says_so_and_serves_again_when_it_is_back()
    {
        await using var server = await PrivateMariaDb.Start();
        var connection = await server.NewDatabase();
        var (factory, address) = host.Start(("database", connection));
        await using var own = factory;
        using var browser = host.NewBrowser(address);
        await browser.Session();
        Assert.True((await browser.Get("/readyz").Gives(HttpStatusCode.OK)).GetProperty("database").GetBoolean());

        await server.Kill();
        var down = await browser.Get("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.False((await down.Json()).GetProperty("database").GetBoolean());
        await browser.Get("/healthz").Gives(HttpStatusCode.OK);
        var refused = await browser.Post("/api/session", new { name = "x", password = "y" });
        Assert.NotNull(refused.Headers.RetryAfter);
        await Task.FromResult(refused).Refuses(HttpStatusCode.ServiceUnavailable, "database_unavailable");

        await server.StartAgain();
        await browser.Post("/api/session", new { name = "x", password = "y" }).Refuses(HttpStatusCode.Unauthorized, "wrong_credentials");
        Assert.True((await browser.Get("/readyz").Gives(HttpStatusCode.OK)).GetProperty("database").GetBoolean());
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(", ", response.Headers.GetValues(name));
}
