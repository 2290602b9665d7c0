using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;

namespace VirtualBox.Tests.Web;

/// <summary>
/// A vboxwebsrv of a few calls on a port of its own: sessions, references, and its answers as 7.2.22 wrote them. <see cref="Instead"/> takes what a test
/// wants answered otherwise.
/// </summary>
internal sealed class FakeWebServer : IAsyncDisposable
{
    private const string Closing = "Connection: close\r\n";

    private readonly ConcurrentBag<Task> connections = [];
    private readonly Dictionary<string, Dictionary<string, FakeMachine>> sessions = [];
    private readonly Lock gate = new();
    private readonly IPEndPoint place;
    private TcpListener listener = null!;
    private CancellationTokenSource life = null!;
    private Task accepting = null!;
    private int last;

    public FakeWebServer()
    {
        place = new(IPAddress.Loopback, 0);
        Start();
        place = (IPEndPoint)listener.LocalEndpoint;
    }

    public Uri Address => new($"http://{place}/");

    public string User => "broker";

    public string Password => "a <&> \"b\" ]]> \r\n é";

    /// <summary>What is registered, in its order.</summary>
    public List<FakeMachine> Machines { get; } = [];

    /// <summary>What was called.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>What the next requests get, one each, as it goes over the wire. The connection is closed behind it.</summary>
    public ConcurrentQueue<string> Instead { get; } = [];

    /// <summary>What a method answers whatever was asked, as it stands in the body.</summary>
    public Dictionary<string, string> InsteadOf { get; } = [];

    /// <summary>While set, requests are read and not answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>How many requests a connection takes.</summary>
    public int KeepAlive { get; init; } = 100;

    /// <summary>How many connections there were.</summary>
    public int Connections => connections.Count;

    /// <summary>What is kept for sessions, each counted as one and its references to machines.</summary>
    public int Kept
    {
        get
        {
            lock (gate) return sessions.Values.Sum(s => s.Count + 1);
        }
    }

    /// <summary>A client with the right password.</summary>
    public WebServer Client(TimeSpan? limit = null) => new(Address, User, Password) { TimeLimit = limit ?? TimeSpan.FromSeconds(30) };

    public static string Http(string status, string body, string type = "text/xml; charset=utf-8", string more = Closing) =>
        $"HTTP/1.1 {status}\r\nServer: gSOAP/2.8\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{more}\r\n{body}";

    public static string Soap(string body) => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
        "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:SOAP-ENC=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" " +
        "xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:vbox=\"http://www.virtualbox.org/\">" +
        $"<SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>\r\n";

    public static string Fault(string text) => Http("500 Internal Server Error",
        Soap($"<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode>{text}</SOAP-ENV:Fault>"));

    /// <summary>What <c>--timeout</c> does to idle sessions.</summary>
    public void ForgetSessions()
    {
        lock (gate) sessions.Clear();
    }

    /// <summary>Ends it, with all connections and sessions.</summary>
    public async Task Kill()
    {
        await life.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
        life.Dispose();
        ForgetSessions();
    }

    /// <summary>Starts it, again at the same port.</summary>
    public void Start()
    {
        listener = new(place);
        listener.Start();
        life = new();
        accepting = Accept(life.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!accepting.IsCompleted) await Kill();
    }

    private async Task Accept(CancellationToken end)
    {
        try
        {
            while (true) connections.Add(Serve(await listener.AcceptTcpClientAsync(end), end));
        }
        catch (OperationCanceledException)
        {
            // it was ended
        }
    }

    private async Task Serve(TcpClient client, CancellationToken end)
    {
        using var closing = client;
        var stream = client.GetStream();
        try
        {
            for (var left = KeepAlive - 1; left >= 0; left--)
            {
                if (await ReadRequest(stream, end) is not { } request) return;
                if (IsSilent) await Task.Delay(Timeout.Infinite, end);
                if (Instead.TryDequeue(out var instead))
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(instead), end);
                    return;
                }
                var answer = Answer(XDocument.Parse(request, LoadOptions.PreserveWhitespace));
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer is null
                    ? Fault("")
                    : answer.StartsWith('<')
                        ? Http("200 OK", Soap(answer), more: left == 0 ? Closing : $"Keep-Alive: timeout=60, max={left}\r\nConnection: keep-alive\r\n")
                        : Fault($"<faultstring>VirtualBox error: Invalid managed object reference \"{answer}\"</faultstring><detail><vbox:InvalidObjectFault>" +
                            $"<badObjectID>{answer}</badObjectID></vbox:InvalidObjectFault></detail>")), end);
                if (answer?.StartsWith('<') != true) return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // the client went, or this was ended
        }
    }

    /// <summary>What it answers: an element, a reference that is none, or null for a refusal.</summary>
    private string? Answer(XDocument request)
    {
        var call = request.Root!.Elements().Single().Elements().Single();
        var method = call.Name.LocalName;
        Assert.Equal("http://www.virtualbox.org/", call.Name.NamespaceName);
        Calls.Enqueue(method);
        string Argument(string name) => call.Elements(name).Single().Value;
        lock (gate)
        {
            if (method == "IWebsessionManager_logon")
            {
                if (Argument("username") != User || Argument("password") != Password) return null;
                var session = NewId();
                sessions.Add(session, []);
                return Returns($"{session}-0000000000000001");
            }
            if (InsteadOf.TryGetValue(method, out var instead)) return instead;
            var @this = Argument(method == "IWebsessionManager_logoff" ? "refIVirtualBox" : "_this");
            if (method == "IWebsessionManager_logoff")
            {
                sessions.Remove(@this[..16]);
                return Returns();
            }
            if (!sessions.TryGetValue(@this[..16], out var references)) return @this;
            if (method.StartsWith("IVirtualBox", StringComparison.Ordinal) != @this.EndsWith("-0000000000000001", StringComparison.Ordinal)) return @this;
            if (!method.StartsWith("IVirtualBox", StringComparison.Ordinal) && !references.ContainsKey(@this)) return @this;
            switch (method)
            {
                case "IVirtualBox_getVersion": return Returns("7.2.22_Debian");
                case "IVirtualBox_getRevision": return Returns("175245");
                case "IMachine_getId": return Returns($"{references[@this].Uuid}");
                case "IMachine_getName": return Returns(Current(references[@this]).Name);
                case "IVirtualBox_getMachineStates": return Returns([.. call.Elements("machines").Select(r => Current(references[r.Value]).State)]);
                case "IManagedObjectRef_release":
                    references.Remove(@this);
                    return Returns();
                case "IVirtualBox_getMachines":
                    return Returns([.. Machines.Select(m =>
                    {
                        if (references.FirstOrDefault(r => r.Value.Uuid == m.Uuid).Key is { } known) return known;
                        var fresh = $"{@this[..16]}-{NewId()}";
                        references.Add(fresh, m);
                        return fresh;
                    })]);
                default: throw new InvalidOperationException($"No test needs {method}.");
            }
        }

        string Returns(params string[] values) =>
            $"<vbox:{method}Response>{string.Concat(values.Select(v => $"<returnval>{v}</returnval>"))}</vbox:{method}Response>";
    }

    private FakeMachine Current(FakeMachine seen) => Machines.Find(m => m.Uuid == seen.Uuid) ?? seen;

    private string NewId() => (++last + 1).ToString("x16", CultureInfo.InvariantCulture);

    private static async Task<string?> ReadRequest(NetworkStream stream, CancellationToken end)
    {
        var bytes = new List<byte>();
        var buffer = new byte[65536];
        var (head, length) = (0, int.MaxValue);
        while (head == 0 || bytes.Count < head + length)
        {
            var count = await stream.ReadAsync(buffer, end);
            if (count == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, count));
            if (head > 0) continue;
            var text = Encoding.Latin1.GetString([.. bytes]);
            var at = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (at < 0) continue;
            head = at + 4;
            Assert.Contains("Content-Type: text/xml; charset=utf-8\r\n", text, StringComparison.Ordinal);
            length = int.Parse(text.Split("Content-Length: ")[1].Split('\r')[0], CultureInfo.InvariantCulture);
        }
        return Encoding.UTF8.GetString([.. bytes.Skip(head).Take(length)]);
    }
}

/// <summary>A machine as the server tells of it: its name as it stands in XML.</summary>
internal sealed record FakeMachine(Guid Uuid, string Name, string State = "PoweredOff");
