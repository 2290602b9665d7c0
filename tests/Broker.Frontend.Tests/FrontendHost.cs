using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Nodes;
using Broker.Core.Users;
using Broker.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Broker.Frontend.Tests;

/// <summary>A front end on a real port with a database of its own, with an administrator and two students.</summary>
public sealed class FrontendHost : IAsyncLifetime
{
    public const string Password = "correct horse 42";

    private WebApplicationFactory<Program> _factory = null!;

    public Db Db { get; private set; } = null!;

    /// <summary>With every right.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>What front ends of tests use: the account with the rights of an installation's.</summary>
    public string FrontEndConnectionString { get; private set; } = "";

    public Uri Address { get; private set; } = null!;

    public IServiceProvider Services => _factory.Services;

    public string Folder { get; } = Repository.NewFolder("front");

    public string Uploads => Path.Combine(Folder, "uploads");

    public long Admin { get; private set; }

    public long Student { get; private set; }

    public long Other { get; private set; }

    public long Node { get; private set; }

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Uploads);
        ConnectionString = await (await PrivateMariaDb.Shared).NewDatabase();
        FrontEndConnectionString = await PrivateMariaDb.NewFrontEndAccount(ConnectionString);
        Db = new Db(ConnectionString, ring: new Doorbell(Path.Combine(Folder, "doorbell")).Ring);
        Admin = await NewUser("admin", isAdmin: true);
        Student = await NewUser("student");
        Other = await NewUser("other");
        await Db.Transaction(s => NodesTable.Put(s, "here", VmManagerKind.Simulated, "/nowhere"));
        Node = (await Db.Read(NodesTable.All))[0].Id;
        (_factory, Address) = Start();
    }

    /// <summary>One more front end on the same database.</summary>
    public (WebApplicationFactory<Program> Factory, Uri Address) Start(params (string Name, object Value)[] settings)
    {
        var portal = Path.Combine(Folder, "portal");
        Directory.CreateDirectory(Path.Combine(portal, "assets"));
        File.WriteAllText(Path.Combine(portal, "index.html"), "<!doctype html><title>Broker</title>");
        File.WriteAllText(Path.Combine(Folder, "beside.txt"), "not to be served");
        File.WriteAllText(Path.Combine(portal, "assets", "app-abc123.js"), "export {};");
        var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(web =>
        {
            web.UseEnvironment("Production");
            web.UseSetting("config", SettingsFile(portal, settings));
        });
        factory.UseKestrel();
        factory.StartServer();
        return (factory, new Uri(factory.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()));
    }

    private string SettingsFile(string portal, (string Name, object Value)[] settings)
    {
        var all = new Dictionary<string, object>
        {
            ["database"] = FrontEndConnectionString,
            ["run"] = Folder,
            ["portal"] = portal,
            ["uploads"] = Uploads,
            ["urls"] = (string[])["http://127.0.0.1:0"],
            ["log_level"] = "warning",
        };
        // "ldap.servers": of another section
        var sections = new Dictionary<string, Dictionary<string, object>> { ["frontend"] = all };
        foreach (var (name, value) in settings)
        {
            var section = name.Contains('.') ? name.Split('.')[0] : "frontend";
            if (!sections.TryGetValue(section, out var those)) sections[section] = those = [];
            those[name.Split('.')[^1]] = value;
        }
        var file = Path.Combine(Folder, $"{Guid.NewGuid():n}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(sections));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    public async Task DisposeAsync()
    {
        await _factory.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public async Task<long> NewUser(string name, bool isAdmin = false, bool mustChangePassword = false) =>
        await Db.Transaction(s => UsersTable.Insert(s, name, name, Hash.Value, isAdmin, mustChangePassword));

    public async Task<DomainRow> NewDomain(string name, long owner, DomainState state = DomainState.Shutdown, Guid? baseId = null, bool isBase = false, bool isPublic = false)
    {
        var row = DomainsTable.New(name, owner, Node, 1024 * 1024, 1) with { BaseId = baseId, IsBase = isBase, IsPublic = isPublic, State = state };
        await Db.Transaction(s => DomainsTable.Insert(s, row));
        return row;
    }

    public Browser NewBrowser(Uri? address = null) => new(address ?? Address);

    /// <summary>A browser in which somebody has signed in, without the while that it takes to check a password.</summary>
    public async Task<Browser> SignedIn(string name, Uri? address = null)
    {
        var browser = NewBrowser(address);
        var (user, session) = await Db.Transaction(async s =>
        {
            var id = (await UsersTable.Find(s, name))!.Id;
            return (id, await SessionsTable.Insert(s, id, Proof.Password, "127.0.0.1", null));
        });
        var ticket = new AuthenticationTicket(Frontend.SignIn.SignedIn.Principal(user, session), Frontend.SignIn.Cookies.Scheme);
        var format = Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(Frontend.SignIn.Cookies.Scheme).TicketDataFormat;
        browser.Cookies.Add(browser.Address, new Cookie(Frontend.SignIn.Cookies.Scheme, format.Protect(ticket)));
        await browser.Session();
        return browser;
    }

    /// <summary>A browser in which somebody has signed in as people do.</summary>
    public async Task<Browser> SignedInByPassword(string name, Uri? address = null)
    {
        var browser = NewBrowser(address);
        await browser.SignIn(name, Password);
        return browser;
    }

    private static readonly Lazy<string> Hash = new(() => Passwords.Hash(Password));
}

/// <summary>What a browser keeps: cookies, and the token that the page holds.</summary>
public sealed class Browser : IDisposable
{
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false };

    public Browser(Uri address)
    {
        Address = address;
        Http = new HttpClient(_handler) { BaseAddress = address };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public CookieContainer Cookies => _handler.CookieContainer;

    public string Csrf { get; set; } = "";

    public async Task<JsonElement> SignIn(string name, string password)
    {
        await Session();
        var response = await Send(HttpMethod.Post, "/api/session", new { name, password });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var session = await response.Json();
        Csrf = session.GetProperty("csrf_token").GetString()!;
        return session;
    }

    public async Task<JsonElement> Session()
    {
        var session = await (await Http.GetAsync("/api/session")).Json();
        Csrf = session.GetProperty("csrf_token").GetString()!;
        return session;
    }

    public Task<HttpResponseMessage> Get(string path) => Http.GetAsync(path);

    public Task<HttpResponseMessage> Post(string path, object? body = null) => Send(HttpMethod.Post, path, body);

    public Task<HttpResponseMessage> Put(string path, object body) => Send(HttpMethod.Put, path, body);

    public Task<HttpResponseMessage> Patch(string path, object body) => Send(HttpMethod.Patch, path, body);

    public Task<HttpResponseMessage> Delete(string path) => Send(HttpMethod.Delete, path, null);

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body, options: Core.Json.Options);
        if (Csrf.Length > 0) request.Headers.Add("X-CSRF-Token", Csrf);
        return await Http.SendAsync(request);
    }

    /// <summary>Opens a display; a refusal is thrown as the client's exception, its status is in <paramref name="socket"/>.</summary>
    public async Task<ClientWebSocket> OpenDisplay(string ticket, ClientWebSocket? socket = null, string? origin = null)
    {
        socket ??= new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.Cookies = Cookies;
        socket.Options.AddSubProtocol("binary");
        socket.Options.AddSubProtocol("ticket." + ticket);
        if (origin != "") socket.Options.SetRequestHeader("Origin", origin ?? Address.GetLeftPart(UriPartial.Authority));
        await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = "/api/display" }.Uri, default);
        return socket;
    }

    public void Dispose()
    {
        Http.Dispose();
        _handler.Dispose();
    }
}

public static class Answers
{
    public static async Task<JsonElement> Json(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The answer is this refusal.</summary>
    public static async Task Refuses(this Task<HttpResponseMessage> call, HttpStatusCode status, string code)
    {
        var response = await call;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.RootElement.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("trace_id").GetString()));
    }

    public static async Task<JsonElement> Gives(this Task<HttpResponseMessage> call, HttpStatusCode status)
    {
        var response = await call;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        if (text.Length == 0) return default;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    public static async Task<JsonElement> Gives(this Task<HttpResponseMessage> call, int status) => await call.Gives((HttpStatusCode)status);
}
