using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Broker.Core.Events;
using Broker.Core.Settings;
using Broker.Core.Users;
using Broker.Frontend.SignIn.OpenId;
using Broker.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Broker.Frontend.Tests.SignIn;

/// <summary>Signing in by an OpenID provider, and what must not get anybody in.</summary>
public sealed class OpenIdTests(FrontendHost host) : IClassFixture<FrontendHost>, IAsyncLifetime
{
    private TestOpenIdProvider _provider = null!;
    private WebApplicationFactory<Program> _factory = null!;
    private Uri _address = null!;
    private string _authority = "";

    public async Task InitializeAsync()
    {
        _provider = await TestOpenIdProvider.Start();
        _authority = _provider.Address.GetLeftPart(UriPartial.Authority);
        (_factory, _address) = Start();
    }

    public async Task DisposeAsync()
    {
        await _factory.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Who_signs_in_for_the_first_time_gets_an_account_with_his_groups_and_attributes_and_comes_back_to_the_page_he_wanted()
    {
        var group = await host.Db.Transaction(s => UserGroupsTable.Insert(s, "Teachers", AccountSource.Oidc, "teachers", null));
        _provider.Person = new JsonObject { ["sub"] = "1", ["preferred_username"] = "ana", ["name"] = "Ana Puig", ["groups"] = new JsonArray("teachers", "others"), ["realm"] = new JsonObject { ["roles"] = new JsonArray("physics", "maths") } };
        using var browser = host.NewBrowser(_address);
        Assert.Equal("/desktops?x=1", await Come(browser, "/desktops?x=1"));
        var user = (await browser.Session()).GetProperty("user");
        Assert.Equal(("ana", "Ana Puig"), (user.GetProperty("name").GetString(), user.GetProperty("display_name").GetString()));
        await browser.Get("/api/desktops").Gives(HttpStatusCode.OK);

        var row = (await host.Db.Read(s => UsersTable.Find(s, "ana")))!;
        Assert.Equal((AccountSource.Oidc, $"{_authority} 1", null), (row.Source, row.ExternalId, row.PasswordHash));
        var caller = (await host.Db.Read(s => UsersTable.Caller(s, row.Id, null)))!;
        Assert.Equal([group], caller.Groups);
        Assert.Equal(["maths", "physics"], caller.Attributes["realm.roles"].Order(StringComparer.Ordinal));
        Assert.Equal([Proof.Oidc], (await host.Db.Read(s => SessionsTable.OpenOf(s, row.Id))).Select(x => x.Proof));

        // later he has another name there, and is in no group any more: it is still him
        _provider.Person = new JsonObject { ["sub"] = "1", ["preferred_username"] = "ana.puig", ["name"] = "Ana Puig i Roca" };
        Assert.Equal("/", await Come(browser));
        var again = (await host.Db.Read(s => UsersTable.Get(s, row.Id)))!;
        Assert.Equal(("ana", "Ana Puig i Roca"), (again.Name, again.DisplayName));
        caller = (await host.Db.Read(s => UsersTable.Caller(s, row.Id, null)))!;
        Assert.Empty(caller.Groups);
        Assert.Empty(caller.Attributes);

        _provider.Person = new JsonObject { ["sub"] = "1", ["name"] = "Ana Puig i Roca", ["realm"] = new JsonObject { ["roles"] = "physics" } };
        using var elsewhere = host.NewBrowser(_address);
        var heard = await host.Db.Read(EventsTable.Last);
        await Come(elsewhere);
        Assert.Contains(await host.Db.Read(s => EventsTable.After(s, heard)), e => e.Kind is EventKind.User && e.UserId == row.Id);
    }

    [Fact]
    public async Task Nobody_gets_the_account_of_somebody_else_by_having_his_name_or_mail_at_the_provider()
    {
        var before = await host.Db.Read(s => UsersTable.Get(s, host.Admin));
        _provider.Person = new JsonObject { ["sub"] = "2", ["preferred_username"] = "admin", ["email"] = "admin@example.org", ["name"] = "Not the administrator" };
        using var browser = host.NewBrowser(_address);
        Assert.Equal("/", await Come(browser));
        var user = (await browser.Session()).GetProperty("user");
        Assert.Equal(("admin-2", false), (user.GetProperty("name").GetString(), user.GetProperty("is_admin").GetBoolean()));
        Assert.Equal(before, await host.Db.Read(s => UsersTable.Get(s, host.Admin)));

        // nor by the subject that somebody has at another provider
        await using var other = await TestOpenIdProvider.Start();
        other.Person = new JsonObject { ["sub"] = "2", ["preferred_username"] = "admin" };
        var (factory, address) = Start(("openid.authority", other.Address.GetLeftPart(UriPartial.Authority)));
        await using var elsewhere = factory;
        using var stranger = host.NewBrowser(address);
        await Come(stranger);
        Assert.Equal("admin-3", (await stranger.Session()).GetProperty("user").GetProperty("name").GetString());
    }

    [Fact]
    public async Task What_the_provider_did_not_write_for_this_sign_in_lets_nobody_in()
    {
        using var stranger = RSA.Create(2048);
        var forgeries = new Dictionary<string, Action<TestIdToken>>
        {
            ["wrong key"] = t => t.Sign = bytes => stranger.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            ["unknown key"] = t => (t.Header["kid"], t.Sign) = ("another", bytes => stranger.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)),
            ["no signature"] = t => t.Sign = _ => [],
            ["algorithm none"] = t => (t.Header["alg"], t.Sign) = ("none", _ => []),
            ["public key as secret"] = t => (t.Header["alg"], t.Sign) = ("HS256", bytes => HMACSHA256.HashData(_provider.Key.ExportSubjectPublicKeyInfo(), bytes)),
            ["client secret as key"] = t => (t.Header["alg"], t.Sign) = ("HS256", bytes => HMACSHA256.HashData(System.Text.Encoding.UTF8.GetBytes(TestOpenIdProvider.Secret), bytes)),
            ["wrong issuer"] = t => t.Claims["iss"] = "https://login.example.org",
            ["wrong audience"] = t => t.Claims["aud"] = "somebody",
            ["for several, made for another"] = t => (t.Claims["aud"], t.Claims["azp"]) = (new JsonArray(TestOpenIdProvider.ClientId, "somebody"), "somebody"),
            ["for several, made for nobody"] = t => t.Claims["aud"] = new JsonArray(TestOpenIdProvider.ClientId, "somebody"),
            ["expired"] = t => t.Claims["exp"] = t.Claims["iat"]!.GetValue<long>() - 120,
            ["without end"] = t => t.Claims.Remove("exp"),
            ["not yet"] = t => t.Claims["nbf"] = t.Claims["iat"]!.GetValue<long>() + 600,
            ["nonce of another"] = t => t.Claims["nonce"] = "another",
            ["no nonce"] = t => t.Claims.Remove("nonce"),
            ["no subject"] = t => t.Claims.Remove("sub"),
            ["about nobody"] = t => t.Claims["sub"] = "",
        };
        foreach (var (what, forge) in forgeries)
        {
            _provider.Person = new JsonObject { ["sub"] = "forged", ["preferred_username"] = "forged" };
            _provider.Forge = forge;
            using var browser = host.NewBrowser(_address);
            Assert.Equal((what, "/?sign_in_failed=openid_failed"), (what, await Come(browser)));
            Assert.False((await browser.Session()).GetProperty("signed_in").GetBoolean(), what);
        }

        Assert.Null(await host.Db.Read(s => UsersTable.Find(s, "forged")));
        _provider.Forge = _ => { };
        using var honest = host.NewBrowser(_address);
        Assert.Equal("/", await Come(honest));
    }

    [Fact]
    public async Task An_answer_counts_once_and_only_in_the_browser_that_asked()
    {
        _provider.Person = new JsonObject { ["sub"] = "3", ["preferred_username"] = "carla" };
        using var carla = host.NewBrowser(_address);
        using var thief = host.NewBrowser(_address);
        var answer = await AnswerTo(carla);
        Assert.Equal("/?sign_in_failed=openid_failed", await Location(thief, answer));
        Assert.Equal("/", await Location(carla, answer));
        Assert.Equal("/?sign_in_failed=openid_failed", await Location(carla, answer));

        // the code with the state of a sign-in of one's own
        var (stolen, own) = (await AnswerTo(carla), await AnswerTo(thief));
        Assert.Equal("/?sign_in_failed=openid_failed", await Location(thief, new Uri(own.ToString().Replace(Parameter(own, "code"), Parameter(stolen, "code"), StringComparison.Ordinal))));
        Assert.False((await thief.Session()).GetProperty("signed_in").GetBoolean());
        // another provider's answer, a made-up state, none
        foreach (var query in (string[])[$"?code=x&state={Parameter(own, "state")}&iss=https%3A%2F%2Fevil.example", "?error=server_error&error_description=%3Cb%3Etold%3C%2Fb%3E&state=made-up", "?code=x&state=made-up", "?code=x", "", "?error=access_denied&state=made-up"])
            Assert.Equal("/?sign_in_failed=openid_failed", await Location(thief, new Uri(_address, OpenIdEndpoints.CallbackPath + query)));
        var refused = await AnswerTo(thief);
        Assert.Equal("/?sign_in_failed=openid_cancelled", await Location(thief, new Uri(_address, $"{OpenIdEndpoints.CallbackPath}?error=access_denied&state={Parameter(refused, "state")}")));
    }

    [Theory]
    [InlineData("/machines/x?tab=disks#top", "/machines/x?tab=disks#top")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("evil", "/")]
    [InlineData("/\tx", "/")]
    [InlineData("/\r\nSet-Cookie: a=b", "/")]
    [InlineData("/api/session/openid/sign-out", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void The_way_back_leads_to_a_page_of_the_portal_only(string? wanted, string page) => Assert.Equal(page, OpenIdEndpoints.PageOf(wanted));

    [Fact]
    public async Task Who_is_in_none_of_the_required_groups_who_has_no_account_where_none_are_made_and_who_is_disabled_stays_outside()
    {
        var (factory, address) = Start(("openid.required_groups", (string[])["staff", "students"]), ("openid.create_accounts", false));
        await using var strict = factory;
        using var browser = host.NewBrowser(address);
        _provider.Person = new JsonObject { ["sub"] = "4", ["preferred_username"] = "dora", ["groups"] = new JsonArray("visitors") };
        Assert.Equal("/?sign_in_failed=openid_not_in_group", await Come(browser));
        _provider.Person = new JsonObject { ["sub"] = "4", ["preferred_username"] = "dora", ["groups"] = "students" };
        Assert.Equal("/?sign_in_failed=openid_no_account", await Come(browser));
        Assert.Null(await host.Db.Read(s => UsersTable.Find(s, "dora")));

        using var open = host.NewBrowser(_address);
        Assert.Equal("/", await Come(open));
        Assert.Equal("/", await Come(browser));
        await host.Db.Transaction(async s => await UsersTable.SetDisabled(s, (await UsersTable.Find(s, "dora"))!.Id, true));
        Assert.Equal("/?sign_in_failed=wrong_credentials", await Come(browser));
        Assert.Equal(3, await host.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM audit WHERE action = 'sign_in' AND outcome = 'refused' AND at > UTC_TIMESTAMP(6) - INTERVAL 1 HOUR AND (code LIKE 'openid%' OR user_name = 'dora')")));
    }

    [Fact]
    public async Task Who_is_in_the_administrators_group_is_one_until_he_is_not()
    {
        var (factory, address) = Start(("openid.admin_group", "broker-admins"));
        await using var withAdmins = factory;
        using var browser = host.NewBrowser(address);
        _provider.Person = new JsonObject { ["sub"] = "5", ["preferred_username"] = "eva", ["groups"] = new JsonArray("broker-admins") };
        await Come(browser);
        Assert.True((await browser.Session()).GetProperty("user").GetProperty("is_admin").GetBoolean());
        _provider.Person = new JsonObject { ["sub"] = "5", ["preferred_username"] = "eva" };
        // as long as nobody else is, he is one: nobody could make another
        await host.Db.Transaction(s => UsersTable.SetDisabled(s, host.Admin, true));
        await Come(browser);
        Assert.True((await browser.Session()).GetProperty("user").GetProperty("is_admin").GetBoolean());
        Assert.Equal("last_admin", await host.Db.Read(s => s.First<string>("SELECT code FROM audit WHERE action = 'admin_removed' AND user_name = 'eva'")));
        await host.Db.Transaction(s => UsersTable.SetDisabled(s, host.Admin, false));
        await Come(browser);
        Assert.False((await browser.Session()).GetProperty("user").GetProperty("is_admin").GetBoolean());
    }

    [Fact]
    public async Task The_page_learns_of_the_way_and_signing_out_leads_to_the_provider()
    {
        using var browser = host.NewBrowser(_address);
        var way = (await browser.Get("/api/session/ways").Gives(HttpStatusCode.OK)).GetProperty("open_id");
        Assert.Equal("the school", way.GetProperty("label").GetString());
        var location = (await browser.Get(way.GetProperty("sign_out_url").GetString()!)).Headers.Location!;
        Assert.Equal(new Uri(_provider.Address, "/end"), new Uri(location.GetLeftPart(UriPartial.Path)));
        Assert.Equal(_address.ToString(), Parameter(location, "post_logout_redirect_uri"));

        using var without = host.NewBrowser();
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await without.Get("/api/session/ways").Gives(HttpStatusCode.OK)).GetProperty("open_id").ValueKind);
        await without.Get("/api/session/openid").Refuses(HttpStatusCode.NotFound, "no_openid");
        await without.Get("/api/session/openid/sign-out").Refuses(HttpStatusCode.NotFound, "no_openid");
    }

    [Fact]
    public async Task A_new_key_of_the_provider_counts_and_the_old_one_no_more()
    {
        var clock = new Later();
        using var provider = new OpenIdProvider(new OpenIdSettings { Authority = _authority, ClientId = TestOpenIdProvider.ClientId }, clock);
        var old = Token();
        await provider.Read(old, "n", default);
        _provider.ChangeKey();
        await Assert.ThrowsAsync<AuthenticationFailureException>(() => provider.Read(Token(), "n", default)); // nobody has it ask more than once a minute
        clock.Now += TimeSpan.FromMinutes(2);
        Assert.Equal("6", (await provider.Read(Token(), "n", default)).Subject);
        await Assert.ThrowsAsync<AuthenticationFailureException>(() => provider.Read(old, "n", default));

        string Token() => _provider.IdToken(new JsonObject { ["sub"] = "6" }, "n");
    }

    private sealed class Later : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }

    [Fact]
    public async Task Who_came_by_the_provider_a_while_ago_signs_in_again_for_a_token()
    {
        _provider.Person = new JsonObject { ["sub"] = "7", ["preferred_username"] = "gala" };
        using var browser = host.NewBrowser(_address);
        await Come(browser);
        await browser.Session();
        await browser.Post("/api/tokens", RecentProofTests.Token("at once")).Gives(HttpStatusCode.Created);
        await RecentProofTests.LetTimePass(host, await host.Db.Read(async s => (await UsersTable.Find(s, "gala"))!.Id));
        await browser.Post("/api/tokens", RecentProofTests.Token("later")).Refuses(HttpStatusCode.Forbidden, "sign_in_needed");
        await browser.Post("/api/tokens", RecentProofTests.Token("later", "any password")).Refuses(HttpStatusCode.Forbidden, "wrong_credentials");
        await Come(browser);
        await browser.Session();
        await browser.Post("/api/tokens", RecentProofTests.Token("later")).Gives(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Many_who_want_to_know_of_a_provider_that_says_nothing_wait_for_one_answer_and_not_without_end()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var provider = new OpenIdProvider(new OpenIdSettings { Authority = $"http://{silent.LocalEndpoint}", ClientId = TestOpenIdProvider.ClientId, TimeoutSeconds = 1 }, new Later());
        var all = Enumerable.Range(0, 20).Select(_ => provider.Discover(default)).ToList();
        foreach (var one in all) await Assert.ThrowsAsync<AuthenticationFailureException>(() => one.WaitAsync(TimeSpan.FromMinutes(1)));
        // nor is it asked again at once
        await Assert.ThrowsAsync<AuthenticationFailureException>(() => provider.Discover(default).WaitAsync(TimeSpan.FromMinutes(1)));
        using var asked = await silent.AcceptTcpClientAsync();
        Assert.False(silent.Pending());
    }

    [Fact]
    public async Task Strangers_do_not_have_the_provider_asked_and_are_told_to_wait_when_they_come_too_often()
    {
        await _provider.DisposeAsync();
        var (factory, address) = Start();
        await using var late = factory;
        using var stranger = host.NewBrowser(address);
        var answers = new List<HttpResponseMessage>();
        while (answers.Count < 10_000 && answers.LastOrDefault()?.StatusCode != HttpStatusCode.TooManyRequests)
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => stranger.Get(OpenIdEndpoints.CallbackPath + "?code=x&state=made-up"))));
        Assert.Equal("/?sign_in_failed=openid_failed", answers[0].Headers.Location!.ToString());
        await Task.FromResult(answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests)).Refuses(HttpStatusCode.TooManyRequests, "too_many_calls");
    }

    [Theory]
    [InlineData("access_denied;Description=no\r\n2026-11-22 admin signed in\u001b[2J", "access_denied;Description=no  2026-11-22 admin signed in [2J")]
    [InlineData("  ", "")]
    public void What_the_provider_says_went_wrong_is_one_line_in_the_log(string said, string logged) => Assert.Equal(logged, OpenIdEndpoints.Cleaned(said));

    [Fact]
    public void And_a_short_one() => Assert.Equal(301, OpenIdEndpoints.Cleaned(new string('x', 5000)).Length);

    [Fact]
    public async Task A_provider_that_does_not_answer_is_told_to_who_wants_to_sign_in_and_to_those_who_look_after_the_hosts()
    {
        using var admin = await host.SignedInByPassword("admin", _address);
        Assert.Equal("ok", await Health(admin));
        await _provider.DisposeAsync();
        var (factory, address) = Start();
        await using var late = factory;
        using var browser = host.NewBrowser(address);
        await browser.Get("/api/session/openid").Refuses(HttpStatusCode.ServiceUnavailable, "openid_unavailable");
        using var there = await host.SignedInByPassword("admin", address);
        Assert.Equal("failed", await Health(there));

        static async Task<string?> Health(Browser browser) => (await browser.Get("/api/health").Gives(HttpStatusCode.OK)).GetProperty("checks").EnumerateArray()
            .Single(c => c.GetProperty("id").GetString() == "openid").GetProperty("state").GetString();
    }

    private (WebApplicationFactory<Program> Factory, Uri Address) Start(params (string Name, object Value)[] settings)
    {
        var secret = Path.Combine(host.Folder, "openid-secret");
        File.WriteAllText(secret, TestOpenIdProvider.Secret);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return host.Start([
            ("openid.authority", _authority), ("openid.client_id", TestOpenIdProvider.ClientId), ("openid.client_secret_file", secret),
            ("openid.attributes", (string[])["realm.roles"]), ("openid.label", "the school"), .. settings]);
    }

    private static async Task<string> Come(Browser browser, string page = "/") => await Location(browser, await AnswerTo(browser, page));

    // Where the provider sends the browser back to.
    private static async Task<Uri> AnswerTo(Browser browser, string page = "/")
    {
        var there = await browser.Get("/api/session/openid?return=" + Uri.EscapeDataString(page));
        Assert.Equal(HttpStatusCode.Redirect, there.StatusCode);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var back = await http.GetAsync(there.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return back.Headers.Location!;
    }

    private static async Task<string> Location(Browser browser, Uri address)
    {
        var answer = await browser.Http.GetAsync(address);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private static string Parameter(Uri address, string name) => System.Web.HttpUtility.ParseQueryString(address.Query)[name]!;
}
