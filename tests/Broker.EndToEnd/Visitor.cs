using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Broker.EndToEnd;

/// <summary>A person at a browser of his own.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = [];

    // the tests themselves read the canvas again and again, which no page does
    private readonly List<Regex> _expected = [new("willReadFrequently", RegexOptions.None, TimeSpan.FromSeconds(1))];

    private Visitor(IBrowserContext context, Uri address)
    {
        Context = context;
        Address = address;
        context.SetDefaultTimeout(Chromium.PatienceMs);
        context.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _complaints.Enqueue($"{message.Type} at {message.Page?.Url}: {message.Text} ({message.Location})");
        };
        context.WebError += (_, error) => _complaints.Enqueue($"uncaught at {error.Page?.Url}: {error.Error}");
    }

    /// <summary>What the browser keeps for him: cookies, open tabs.</summary>
    public IBrowserContext Context { get; }

    /// <summary>His first tab.</summary>
    public IPage Page { get; private set; } = null!;

    /// <summary>Where the portal is.</summary>
    public Uri Address { get; }

    /// <summary>What pages have complained about so far: errors and warnings on the console (the content policy's among them), exceptions that nobody caught.</summary>
    public IReadOnlyList<string> Complaints => [.. _complaints.Where(c => !_expected.Any(e => e.IsMatch(c)))];

    /// <summary>Opens a browser with nothing in it.</summary>
    public static async Task<Visitor> Arrive(Uri address, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await (await Chromium.Browser).NewContextAsync(new()
        {
            BaseURL = address.ToString(),
            Locale = "en-GB",
            TimezoneId = "UTC",
            ViewportSize = new() { Width = 1280, Height = 800 },
            ColorScheme = scheme,
            // nothing to wait for before a click
            ReducedMotion = ReducedMotion.Reduce,
        });
        var visitor = new Visitor(context, address);
        visitor.Page = await context.NewPageAsync();
        return visitor;
    }

    /// <summary>A complaint that the test provokes: the browser itself writes of each refused call.</summary>
    public void Expects(string pattern) => _expected.Add(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)));

    /// <summary>Opens the portal and signs in.</summary>
    public async Task SignIn(Person person)
    {
        await Page.GotoAsync("/");
        await FillIn(person);
        await Expect(Page.GetByTestId("account-menu")).ToBeVisibleAsync();
    }

    /// <summary>Fills in the form that is there and sends it.</summary>
    public async Task FillIn(Person person)
    {
        await Page.GetByTestId("sign-in-name").FillAsync(person.Name);
        await Page.GetByTestId("sign-in-password").FillAsync(person.Password);
        await Page.GetByTestId("sign-in-submit").ClickAsync();
    }

    /// <summary>The card of a base on the desktops page.</summary>
    public ILocator Card(string name) => Page.Locator(CardOf(name));

    /// <summary>Clicks the button of a card by which its desktop is opened, and waits for the guest's picture.</summary>
    /// <param name="name">The base.</param>
    /// <param name="paint">What the guest shows.</param>
    /// <returns>The milliseconds from the click until it was there.</returns>
    public async Task<double> OpenUntil(string name, Paint paint)
    {
        var button = $"{CardOf(name)} [data-testid=open-desktop]";
        await Expect(Page.Locator(button)).ToBeEnabledAsync();
        return await new GuestScreen(Page).ShowsAfterClick(button, paint);
    }

    private static string CardOf(string name) => $"[data-testid=desktop-card][data-base-name='{name}']";

    /// <summary>Opens a desktop from its card.</summary>
    /// <returns>The guest's screen.</returns>
    public async Task<GuestScreen> Open(string name)
    {
        await Card(name).GetByTestId("open-desktop").ClickAsync();
        var screen = new GuestScreen(Page);
        await screen.IsConnected();
        return screen;
    }

    /// <summary>Id of the desktop whose screen is shown.</summary>
    public Guid DesktopShown => Guid.Parse(new Uri(Page.Url).Segments[2].TrimEnd('/'));

    /// <summary>A menu entry of the account's menu.</summary>
    public async Task SignOut()
    {
        await Page.GetByTestId("account-menu").ClickAsync();
        await Page.GetByTestId("sign-out").ClickAsync();
        await Expect(Page.GetByTestId("sign-in-name")).ToBeVisibleAsync();
    }

    /// <summary>Asks the API with his cookies.</summary>
    public async Task<HttpStatusCode> Get(string path) => (HttpStatusCode)(await Context.APIRequest.GetAsync(path)).Status;

    /// <summary>Asks the API to change something, with his cookies and his session's token, as his pages do.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Json)> Post(string path, object? body = null)
    {
        var session = await (await Context.APIRequest.GetAsync("/api/session")).JsonAsync();
        var token = session!.Value.GetProperty("csrf_token").GetString()!;
        var answer = await Context.APIRequest.PostAsync(path, new() { DataObject = body, Headers = [new("X-CSRF-Token", token)] });
        return ((HttpStatusCode)answer.Status, (await answer.JsonAsync())!.Value);
    }

    /// <summary>Opens a display with his cookies and anybody's ticket.</summary>
    /// <returns>What the WebSocket's handshake was answered with.</returns>
    public async Task<HttpStatusCode> JoinDisplay(JsonElement ticket)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.AddSubProtocol("binary");
        socket.Options.AddSubProtocol("ticket." + ticket.GetProperty("ticket").GetString());
        socket.Options.SetRequestHeader("Origin", Address.GetLeftPart(UriPartial.Authority));
        socket.Options.SetRequestHeader("Cookie", string.Join("; ", (await Context.CookiesAsync()).Select(c => $"{c.Name}={c.Value}")));
        try
        {
            await socket.ConnectAsync(new UriBuilder(new Uri(Address, ticket.GetProperty("url").GetString())) { Scheme = "ws" }.Uri, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // refused: the status says how
        }

        return socket.HttpStatusCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Context.DisposeAsync();
}
