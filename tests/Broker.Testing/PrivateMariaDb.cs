using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Broker.Core.Database;

namespace Broker.Testing;

/// <summary>A MariaDB server of our own: on loopback, its files below <c>var/tests/</c>, gone when this process is gone, however it ends.</summary>
public sealed class PrivateMariaDb : IAsyncDisposable
{
    private static readonly Lazy<Task<PrivateMariaDb>> TheShared = new(() => Start(), LazyThreadSafetyMode.ExecutionAndPublication);
    private static int _databases;

    private readonly string _folder;
    private readonly string _password;
    private readonly string[] _options;
    private BoundProcess? _process;

    private PrivateMariaDb(string folder, string password, string[] options)
    {
        _folder = folder;
        _password = password;
        _options = options;
    }

    /// <summary>One server for all tests of this process; started at first use, ended with the process.</summary>
    public static Task<PrivateMariaDb> Shared => TheShared.Value;

    /// <summary>The loopback port it listens on. Stays the same over <see cref="Kill"/> and <see cref="StartAgain"/>.</summary>
    public int Port { get; private set; }

    /// <summary>Makes a new server and starts it. Use <see cref="Shared"/> unless the test stops the server or wants it set up differently.</summary>
    /// <param name="options">More options for mariadbd; they come after ours and win.</param>
    public static async Task<PrivateMariaDb> Start(params string[] options)
    {
        RemoveLeftovers();
        var server = new PrivateMariaDb(Repository.NewFolder("mariadb"), Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), options);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.End();
        await server.Install();
        for (var tries = 1; ; tries++)
        {
            server.Port = FreePort();
            try
            {
                await server.StartAgain();
                return server;
            }
            catch (InvalidOperationException) when (tries < 3)
            {
                // somebody else took the port between our look and the server's bind
            }
        }
    }

    /// <summary>A connection string of a new database that nobody else uses.</summary>
    /// <param name="migrated">With Broker's tables in it.</param>
    public async Task<string> NewDatabase(bool migrated = true)
    {
        var name = $"broker_{Interlocked.Increment(ref _databases)}";
        await new Db(ConnectionString("")).Read(db => db.Execute($"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"));
        var connectionString = ConnectionString(name);
        if (migrated) await Migrations.Apply(new Db(connectionString));
        return connectionString;
    }

    /// <summary>A connection string of the same database with an account that may do there what the front end may (<c>sql/frontend-rights.sql</c>).</summary>
    /// <param name="connectionString">A migrated database.</param>
    public static async Task<string> NewFrontEndAccount(string connectionString)
    {
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var db = new Db(connectionString);
        var account = await db.Read(async s =>
        {
            var name = $"fe_{await s.First<string>("SELECT DATABASE()")}";
            await s.Execute($"CREATE OR REPLACE USER {name}@'127.0.0.1' IDENTIFIED BY '{password}'");
            return name;
        });
        await GiveFrontEndRights(db, $"{account}@'127.0.0.1'");
        return new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString, ["User ID"] = account, ["Password"] = password }.ConnectionString;
    }

    /// <summary>Gives an account what <c>sql/frontend-rights.sql</c> lists, and nothing else.</summary>
    public static Task GiveFrontEndRights(Db db, string account) => db.Read(async s =>
    {
        var rights = await File.ReadAllTextAsync(Repository.PathOf("sql/frontend-rights.sql"));
        await s.Execute($"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}");
        foreach (var statement in new Migration(0, "", rights).Statements) await s.Execute(statement.Replace(" TO account", $" TO {account}", StringComparison.Ordinal));
        return true;
    });

    /// <summary>Ends the server at once, as a crash would (SIGKILL).</summary>
    public async Task Kill()
    {
        if (_process is not { } process) return;
        await process.Kill();
        process.Dispose();
        _process = null;
    }

    /// <summary>Starts the server on its old files and port and waits until it answers.</summary>
    public async Task StartAgain()
    {
        var process = _process = BoundProcess.Start("mariadbd", Options());
        var started = Stopwatch.GetTimestamp();
        var db = new Db(ConnectionString(""), patience: TimeSpan.Zero);
        while (true)
        {
            if (process.Ended.IsCompleted) throw new InvalidOperationException($"mariadbd ended at once.\n{LogTail()}");
            try
            {
                await db.Read(session => session.First<int>("SELECT 1"));
                return;
            }
            catch (Exception e) when (e is not InvalidOperationException && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(20);
            }
            catch (Exception e)
            {
                throw new TimeoutException($"mariadbd did not answer on port {Port}.\n{LogTail()}", e);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Kill();
        End();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // What an earlier run left behind when it was killed: its folder's name holds a process that is no more.
    private static void RemoveLeftovers()
    {
        var all = Repository.PathOf("var/tests");
        if (!Directory.Exists(all)) return;
        foreach (var folder in Directory.GetDirectories(all, "mariadb-*"))
        {
            if (int.TryParse(Path.GetFileName(folder).Split('-')[1], out var id) && !Directory.Exists($"/proc/{id}"))
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
            // another test process is just removing it
        }
    }

    private async Task Install()
    {
        var info = new ProcessStartInfo("mariadb-install-db") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--no-defaults", $"--datadir={_folder}/data", $"--tmpdir={TemporaryFolder()}", "--auth-root-authentication-method=normal", "--skip-test-db", .. AsRoot()])
            info.ArgumentList.Add(argument);
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"mariadb-install-db failed (package mariadb-server-core): {await output}{await errors}");

        // one account with a password nobody else knows; read by the server at each start, so it must be repeatable
        await File.WriteAllTextAsync(Path.Combine(_folder, "accounts.sql"),
            $"CREATE OR REPLACE USER broker@'127.0.0.1' IDENTIFIED BY '{_password}';\n"
            + "GRANT ALL ON *.* TO broker@'127.0.0.1' WITH GRANT OPTION;\n"
            + "DELETE FROM mysql.global_priv WHERE User IN ('root', '');\n"
            + "FLUSH PRIVILEGES;\n");
    }

    private string[] Options() =>
    [
        "--no-defaults",
        $"--datadir={_folder}/data", $"--tmpdir={TemporaryFolder()}", "--socket=private.sock", $"--pid-file={_folder}/pid", $"--log-error={_folder}/log",
        "--bind-address=127.0.0.1", $"--port={Port}", "--skip-name-resolve", $"--init-file={_folder}/accounts.sql",
        "--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=128M", "--innodb-log-file-size=64M", "--innodb-doublewrite=0",
        "--skip-log-bin", "--max-connections=500", "--performance-schema=OFF", "--character-set-server=utf8mb4",
        .. AsRoot(), .. _options,
    ];

    // A server removes what looks like a temporary table of an earlier one; in /tmp that would be another server's.
    private string TemporaryFolder() => Directory.CreateDirectory($"{_folder}/tmp").FullName;

    private static string[] AsRoot() => Environment.IsPrivilegedProcess ? ["--user=root"] : [];

    private string ConnectionString(string database) =>
        $"Server=127.0.0.1;Port={Port};User ID=broker;Password={_password};Database={database};SslMode=Disabled;AllowPublicKeyRetrieval=true;Maximum Pool Size=200";

    private string LogTail() => File.Exists($"{_folder}/log") ? string.Join('\n', File.ReadLines($"{_folder}/log").TakeLast(20)) : "(no log)";

    private void End()
    {
        _process?.Dispose();
        _process = null;
        TryDelete(_folder);
    }
}
