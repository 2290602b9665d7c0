using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Library;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Broker.Testing;
using IRequest = Broker.Core.Requests.IRequest;

namespace Broker.EndToEnd;

/// <summary>
/// The whole product as it runs for people: MariaDB, back end and front end, each a process of its own, one host, an administrator. All processes end
/// with this one.
/// </summary>
public sealed class Stage : IAsyncDisposable
{
    private const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _connection;
    private readonly string _run;
    private readonly string _pool;
    private readonly string? _vboxmanage;
    private readonly Doorbell _doorbell;
    private BoundProcess? _backEnd;
    private BoundProcess? _frontEnd;
    private int _people;

    private Stage(string connection, string run, string disks, string? vboxmanage)
    {
        _vboxmanage = vboxmanage;
        _connection = connection;
        _run = run;
        _pool = Path.Combine(disks, "pool");
        Library = Path.Combine(disks, "library");
        _doorbell = new Doorbell(Path.Combine(run, "doorbell"));
        Db = new Db(connection, ring: _doorbell.Ring);
        foreach (var folder in (string[])[_pool, Library, Uploads, NodeFolder, Path.Combine(run, "displays")]) Directory.CreateDirectory(folder);
    }

    /// <summary>Where the portal is.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The same database.</summary>
    public Db Db { get; }

    /// <summary>May do everything.</summary>
    public Person Admin { get; private set; } = null!;

    /// <summary>Folder of images that can be imported.</summary>
    public string Library { get; }

    /// <summary>Where people can sign in besides; null when they can't.</summary>
    public TestOpenIdProvider? OpenId { get; private set; }

    private string Uploads => Path.Combine(Library, ImageNames.Uploads);

    private string NodeFolder => Path.Combine(_run, "node");

    /// <summary>Starts all of it on a simulated host.</summary>
    public static async Task<Stage> Simulated()
    {
        var run = NewRunFolder();
        return await Start(run, run, VmManagerKind.Simulated, Path.Combine(run, "node"), openId: await TestOpenIdProvider.Start("localhost"));
    }

    /// <summary>A folder for all of a stage, removed with it or, if it was left, when the next one is made.</summary>
    public static string NewRunFolder()
    {
        RemoveLeftovers();
        // sockets lie in it, and the path of one has room for 107 bytes
        return Directory.CreateTempSubdirectory($"bk-{Environment.ProcessId}-").FullName;
    }

    /// <summary>Starts all of it on a host.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="disks">Where library and pool go.</param>
    /// <param name="manager">What drives the host.</param>
    /// <param name="uri">Where the host is.</param>
    /// <param name="vboxmanage">The program for a host with VirtualBox.</param>
    /// <param name="openId">Where people can sign in besides.</param>
    public static async Task<Stage> Start(string run, string disks, VmManagerKind manager, string uri, string? vboxmanage = null, TestOpenIdProvider? openId = null)
    {
        var portal = PortalFiles.Build();
        var stage = new Stage(await (await PrivateMariaDb.Shared).NewDatabase(), run, disks, vboxmanage) { OpenId = openId };
        try
        {
            stage.Admin = await stage.NewPerson("admin", isAdmin: true);
            await stage.Db.Transaction(s => NodesTable.Put(s, "here", manager, uri));
            await portal;
            stage.StartBackEnd();
            await stage.StartFrontEnd();
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>A student with a name that nobody else has.</summary>
    /// <param name="firstPassword">He has to choose another password at his first sign-in.</param>
    public Task<Person> NewStudent(bool firstPassword = false) => NewPerson($"student-{Interlocked.Increment(ref _people)}", firstPassword: firstPassword);

    /// <summary>An image in the library becomes a published base.</summary>
    /// <param name="name">The base's name.</param>
    /// <param name="alias">How people write it.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="image">Name of the image within the library; a small one is made when there is none.</param>
    /// <param name="memoryMib">Memory in MiB.</param>
    public async Task<DomainRow> NewBase(string name, string? alias = null, string? description = null, string image = "tiny.img", int memoryMib = 128)
    {
        await AddImage(image);
        var machine = await Do(new ImportDomain(image, name, alias, description, MemoryMib: memoryMib));
        return await Do(new PrepareBase(machine.Id, Publish: true));
    }

    /// <summary>Puts a small raw disk with a boot sector into the library, unless there is a file of this name.</summary>
    public async Task AddImage(string name)
    {
        var path = Path.Combine(Library, name);
        if (File.Exists(path)) return;
        var disk = new byte[1 << 20];
        (disk[510], disk[511]) = (0x55, 0xAA);
        await File.WriteAllBytesAsync(path, disk);
    }

    /// <summary>The simulated host goes wrong in these ways, and in no others, until this is disposed of.</summary>
    public IDisposable Trouble(params IReadOnlyList<Fault> faults)
    {
        Faults.Set(NodeFolder, faults);
        return new Cleared(NodeFolder);
    }

    /// <summary>Asks the back end for something as the administrator and waits until it is done.</summary>
    /// <returns>The machine it is about, as it is now.</returns>
    public async Task<DomainRow> Do(IRequest request)
    {
        var row = await Submit(request);
        var ended = await Until(s => RequestsTable.Get(s, row.Id), r => r!.HasEnded);
        Assert.True(ended!.State == RequestState.Done, $"{ended.Command} is {ended.State}: {ended.ErrorText}\n{_backEnd?.Output}");
        return (await Db.Read(s => DomainsTable.Get(s, ended.DomainId!.Value)))!;
    }

    /// <summary>Asks the back end for something as the administrator.</summary>
    /// <param name="request">What for.</param>
    /// <param name="at">Not before this time.</param>
    public async Task<RequestRow> Submit(IRequest request, DateTimeOffset? at = null)
    {
        var admin = (await Db.Read(s => UsersTable.Caller(s, Admin.Id, "192.0.2.7")))!;
        return (await Db.Transaction(s => RequestWriter.Submit(s, admin, request, at))).Row;
    }

    /// <summary>Waits until something in the database is as it should be.</summary>
    public async Task<T> Until<T>(Func<DbSession, Task<T>> read, Func<T, bool> fits)
    {
        using var door = _doorbell.Open(Side.FrontEnd);
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var value = await Db.Read(read);
            if (fits(value)) return value;
            await door.Rung(TimeSpan.FromSeconds(0.2), limit.Token);
        }
    }

    /// <summary>Starts the back end, again after <see cref="KillBackEnd"/>.</summary>
    public void StartBackEnd() => _backEnd ??= StartProgram("Broker.Backend",
        ("BROKER_POOL", _pool), ("BROKER_LIBRARY", Library), ("BROKER_LEASE_SECONDS", "3"), ("BROKER_VBOXMANAGE", _vboxmanage ?? ""));

    /// <summary>Ends the back end as a crash would.</summary>
    public async Task KillBackEnd()
    {
        await _backEnd!.Kill();
        _backEnd.Dispose();
        _backEnd = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _frontEnd?.Dispose();
        _backEnd?.Dispose();
        if (OpenId is not null) await OpenId.DisposeAsync();
        TryDelete(_run);
    }

    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.GetDirectories(Path.GetTempPath(), "bk-*-*"))
        {
            if (int.TryParse(Path.GetFileName(folder).Split('-')[1], CultureInfo.InvariantCulture, out var id) && !Directory.Exists($"/proc/{id}"))
                TryDelete(folder);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a process that was just killed still had something in hand; the next run tries again
        }
    }

    private async Task<Person> NewPerson(string name, bool isAdmin = false, bool firstPassword = false)
    {
        var password = "Zz9-" + Convert.ToHexString(RandomNumberGenerator.GetBytes(10));
        var hash = Passwords.Hash(password);
        var id = await Db.Transaction(s => UsersTable.Insert(s, name, isAdmin ? "Administrator" : "", hash, isAdmin, mustChangePassword: firstPassword));
        return new Person(id, name, password);
    }

    private async Task StartFrontEnd()
    {
        using var http = new HttpClient();
        for (var tries = 1; ; tries++)
        {
            Address = new Uri($"http://127.0.0.1:{FreePort()}/");
            _frontEnd = StartProgram("Broker.Frontend",
                [("BROKER_URLS", Address.GetLeftPart(UriPartial.Authority)), ("BROKER_PORTAL", PortalFiles.Folder), ("BROKER_UPLOADS", Uploads), .. OpenIdSettings()]);
            if (await IsReady(http)) return;
            // somebody else may have taken the port between our look and the server's bind
            if (tries == 3) throw new InvalidOperationException($"The front end ended at once.\n{_frontEnd.Output}");
            _frontEnd.Dispose();
        }
    }

    private IEnumerable<(string, string)> OpenIdSettings()
    {
        if (OpenId is null) return [];
        var secret = Path.Combine(_run, "openid-secret");
        File.WriteAllText(secret, TestOpenIdProvider.Secret);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return [("BROKER_OPENID_AUTHORITY", OpenId.Address.GetLeftPart(UriPartial.Authority)), ("BROKER_OPENID_CLIENT_ID", TestOpenIdProvider.ClientId), ("BROKER_OPENID_CLIENT_SECRET_FILE", secret)];
    }

    // False when the front end has ended.
    private async Task<bool> IsReady(HttpClient http)
    {
        var started = Stopwatch.GetTimestamp();
        while (!_frontEnd!.Ended.IsCompleted)
        {
            if (_backEnd!.Ended.IsCompleted) throw new InvalidOperationException($"The back end ended at once.\n{_backEnd.Output}");
            if (Stopwatch.GetElapsedTime(started) > Patience) throw new TimeoutException($"Not ready.\n{_backEnd.Output}\n{_frontEnd.Output}");
            try
            {
                using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri(Address, "readyz")));
                if (answer.RootElement.GetProperty("back_ends").GetInt32() > 0) return true;
            }
            catch (HttpRequestException)
            {
                // does not listen yet
            }

            await Task.WhenAny(_frontEnd.Ended, Task.Delay(50));
        }

        return false;
    }

    private BoundProcess StartProgram(string project, params IEnumerable<(string, string)> environment) => BoundProcess.Start(
        "dotnet", [Repository.PathOf($"src/{project}/bin/{Configuration}/net10.0/{project}.dll")],
        [("BROKER_DATABASE", _connection), ("BROKER_RUN", _run), ("BROKER_LOG_LEVEL", "Warning"), ("DOTNET_TieredPGO", "0"), .. environment]);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Cleared(string folder) : IDisposable
    {
        public void Dispose() => Faults.Set(folder, []);
    }
}
