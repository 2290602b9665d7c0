using System.Net;
using Broker.Core.Users;
using Broker.Frontend.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Frontend.Tests.SignIn;

public sealed class FirstAdminTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    private const string Password = "seven blue lamps 31";

    [Fact]
    public async Task Who_has_the_link_becomes_an_administrator_once()
    {
        var token = await host.Db.Transaction(FirstAdminLinks.Issue);
        await Use(token, "first").Gives(HttpStatusCode.NoContent);
        using var browser = host.NewBrowser();
        Assert.True((await browser.SignIn("first", Password)).GetProperty("user").GetProperty("is_admin").GetBoolean());
        await Use(token, "second").Refuses(HttpStatusCode.Forbidden, "link_used_up");
        Assert.Null(await host.Db.Read(s => UsersTable.Find(s, "second")));
    }

    [Fact]
    public async Task A_newer_link_takes_the_place_of_the_older()
    {
        var older = await host.Db.Transaction(FirstAdminLinks.Issue);
        var newer = await host.Db.Transaction(FirstAdminLinks.Issue);
        await Use(older, "older").Refuses(HttpStatusCode.Forbidden, "link_used_up");
        await Use(newer, "newer").Gives(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task After_a_day_it_no_longer_counts()
    {
        var token = await host.Db.Transaction(FirstAdminLinks.Issue);
        Assert.Equal(24, await host.Db.Read(s => s.First<int>("SELECT ROUND(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), expires_at) / 3600) FROM first_admin_links")));
        await host.Db.Transaction(s => s.Execute("UPDATE first_admin_links SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND"));
        await Use(token, "late").Refuses(HttpStatusCode.Forbidden, "link_used_up");
    }

    [Fact]
    public async Task A_name_that_is_taken_or_a_weak_password_leaves_the_link_as_it_is()
    {
        var token = await host.Db.Transaction(FirstAdminLinks.Issue);
        await Use(token, "student").Refuses(HttpStatusCode.Conflict, "name_taken");
        await Use(token, "careless", "password").Refuses(HttpStatusCode.BadRequest, "bad_arguments");
        await Use(token, "careful").Gives(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task The_database_does_not_know_the_token()
    {
        var token = await host.Db.Transaction(FirstAdminLinks.Issue);
        Assert.Equal(64, token.Length);
        Assert.NotEqual(token, await host.Db.Read(s => s.First<string>("SELECT token_hash FROM first_admin_links")));
        await Use(new string('0', 64), "guesser").Refuses(HttpStatusCode.Forbidden, "link_used_up");
    }

    [Fact]
    public async Task A_link_that_does_not_count_costs_no_hashing()
    {
        var limits = host.Services.GetRequiredService<SignInLimits>();
        using var go = new ManualResetEventSlim();
        var busy = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () => limits.Hash(() => go.Wait(TimeSpan.FromMinutes(2)), default), default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToList();
        try
        {
            await Use(new string('0', 64), "guesser").Refuses(HttpStatusCode.Forbidden, "link_used_up");
        }
        finally
        {
            go.Set();
            await Task.WhenAll(busy);
        }
    }

    [Theory]
    [InlineData("https://*:443", "https://host/first-admin#t")]
    [InlineData("https://0.0.0.0:8443", "https://host:8443/first-admin#t")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080/first-admin#t")]
    public void The_link_leads_to_where_the_front_end_listens(string url, string link) =>
        Assert.Equal(link, FirstAdminLinks.Address([url], "host", "t"));

    private async Task<HttpResponseMessage> Use(string token, string name, string password = Password)
    {
        using var browser = host.NewBrowser();
        await browser.Session();
        return await browser.Post("/api/first-admin", new { token, name, password });
    }
}
