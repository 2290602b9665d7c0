using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Broker.Testing;

namespace Broker.Benchmarks;

/// <summary>
/// 200 people of a directory with 5,000 (a real slapd, {SSHA}, LDAPS) sign in at once through a whole front end; against 200 bare binds at once to the same slapd:
/// a connection, its handshake, one bind. Rounds of both take turns, each with other people; all have an account by then.
/// </summary>
internal static class SignInBench
{
    private const int AtOnce = 200;
    private const int Rounds = 4;
    private const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    public static async Task Run()
    {
        await using var slapd = await PrivateSlapd.Start();
        var folder = Repository.NewFolder("signin");
        var database = await PrivateMariaDb.NewFrontEndAccount(await (await PrivateMariaDb.Shared).NewDatabase());
        var port = FreePort();
        var file = Path.Combine(folder, "broker.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            frontend = new { database, run = folder, urls = new[] { $"http://127.0.0.1:{port}" }, log_level = "error" },
            ldap = new
            {
                servers = new[] { $"ldaps://127.0.0.1:{slapd.TlsPort}" },
                ca_file = slapd.CaFile,
                bind_dn = PrivateSlapd.Reader,
                bind_password_file = slapd.ReaderPasswordFile,
                @base = PrivateSlapd.People,
                group_base = PrivateSlapd.Groups,
                attributes = new[] { "departmentNumber", "employeeType" },
            },
        }));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var frontEnd = BoundProcess.Start("dotnet", [Repository.PathOf($"src/Broker.Frontend/bin/{Configuration}/net10.0/Broker.Frontend.dll"), "--config", file]);
        try
        {
            var address = new Uri($"http://127.0.0.1:{port}");
            await Ready(address, frontEnd);
            // what runs for the first time does not count, nor does making accounts
            List<double> first = [], again = [], bind = [], heart = [];
            for (var round = 0; round < Rounds; round++) first.AddRange(await SignIns(address, round, heart: null));
            _ = await Binds(slapd, Rounds);
            for (var round = 0; round < Rounds; round++)
            {
                bind.AddRange(await Binds(slapd, round));
                again.AddRange(await SignIns(address, round, heart));
            }

            Figures.Print("access.signin_p99_ms", Figures.Percentile(again, 0.99));
            Figures.Print("access.bind_p99_ms", Figures.Percentile(bind, 0.99));
            Figures.Print("access.signin_ratio", Figures.Percentile(again, 0.99) / Figures.Percentile(bind, 0.99));
            Figures.Print("access.first_signin_p99_ms", Figures.Percentile(first.Skip(AtOnce), 0.99));
            Figures.Print("access.heartbeat_max_ms", heart.Max());
        }
        finally
        {
            frontEnd.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    // While they sign in, something that wants neither directory nor database is asked for all the time: a front end whose threads wait answers late.
    private static async Task<IReadOnlyList<double>> SignIns(Uri address, int round, List<double>? heart)
    {
        var browsers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => Visitor.Arrive(address, i)));
        using var end = new CancellationTokenSource();
        var beating = Beat(address, heart, end.Token);
        var times = await Task.WhenAll(browsers.Select((b, i) => b.SignIn(PrivateSlapd.Person((round * AtOnce) + i))));
        await end.CancelAsync();
        await beating;
        foreach (var browser in browsers) browser.Dispose();
        return times;
    }

    private static async Task Beat(Uri address, List<double>? heart, CancellationToken end)
    {
        using var http = new HttpClient { BaseAddress = address };
        while (!end.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync("/healthz", CancellationToken.None);
            heart?.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            await Task.Delay(5, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<IReadOnlyList<double>> Binds(PrivateSlapd slapd, int round)
    {
        var authority = X509CertificateLoader.LoadCertificateFromFile(slapd.CaFile);
        return await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => Task.Run(() => Bind(slapd, authority, PrivateSlapd.Person((round * AtOnce) + i)))));
    }

    private static async Task<double> Bind(PrivateSlapd slapd, X509Certificate2 authority, (string Name, string Password) person)
    {
        byte[] dn = Encoding.UTF8.GetBytes($"uid={person.Name},{PrivateSlapd.People}"), password = Encoding.UTF8.GetBytes(person.Password);
        // message 1, a simple bind of version 3 (RFC 4511, 4.2): everything is shorter than 128 bytes
        byte[] bind = [0x02, 0x01, 0x03, 0x04, (byte)dn.Length, .. dn, 0x80, (byte)password.Length, .. password];
        byte[] message = [0x30, (byte)(bind.Length + 5), 0x02, 0x01, 0x01, 0x60, (byte)bind.Length, .. bind];
        var began = Stopwatch.GetTimestamp();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, slapd.TlsPort);
        await using var tls = new SslStream(client.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = policy });
        await tls.WriteAsync(message);
        var answer = new byte[64];
        var length = await tls.ReadAsync(answer);
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return answer.AsSpan(0, length).IndexOf((byte[])[0x0a, 0x01, 0x00]) > 0 ? took : throw new InvalidOperationException($"slapd does not take {person.Name}: {Convert.ToHexString(answer.AsSpan(0, length))}");
    }

    private static async Task Ready(Uri address, BoundProcess frontEnd)
    {
        using var http = new HttpClient { BaseAddress = address };
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (frontEnd.Ended.IsCompleted) throw new InvalidOperationException($"The front end ended.\n{frontEnd.Output}");
            try
            {
                using var answer = await http.GetAsync("/readyz");
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Each from an address of his own: many failures of one address are slowed down, and a try counts as one until it turns out well.
    private sealed class Visitor(HttpClient http, string token) : IDisposable
    {
        public static async Task<Visitor> Arrive(Uri address, int number)
        {
            var http = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (context, cancel) =>
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                    socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(number + 1)]), 0));
                    await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            })
            { BaseAddress = address };
            var session = await http.GetFromJsonAsync<JsonElement>("/api/session");
            return new Visitor(http, session.GetProperty("csrf_token").GetString()!);
        }

        public async Task<double> SignIn((string Name, string Password) person)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = JsonContent.Create(new { name = person.Name, password = person.Password }) };
            request.Headers.Add("X-CSRF-Token", token);
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.SendAsync(request);
            var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            return answer.IsSuccessStatusCode ? took : throw new InvalidOperationException($"{person.Name}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        public void Dispose() => http.Dispose();
    }
}
