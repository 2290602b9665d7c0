using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using System.Text.RegularExpressions;
using Broker.Core.Events;
using Dapper;
using MySql.Data.MySqlClient;

namespace Broker.Core.Database;

/// <summary>The database. The only file that names the driver.</summary>
/// <remarks>
/// Every piece of work handed to it may run more than once: it touches nothing but the database. Connections are kept open
/// here: the driver's own pool spends a round trip on each use, and is not safe to clear while others open connections.
/// </remarks>
public sealed class Db : IDisposable
{
    private const int MostConnections = 100;

    // Deadlock, lock wait timeout, and a failed Galera certification (reported as a deadlock too).
    private static readonly int[] Conflicts = [1213, 1205];

    // A connection that was used a moment ago is still there; what has lain longer is asked first.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    // How long a transaction may stand still before the server rolls it back: its work is all here, so it never has to.
    private const int LongestPauseSeconds = 10;

    private readonly string _connectionString;
    private readonly TimeProvider _clock;
    private readonly Action<Side>? _ring;
    private readonly ConcurrentStack<(MySqlConnection Connection, long LastUsed)> _idle = new();
    private readonly SemaphoreSlim _free = new(MostConnections);

    static Db() => TypeHandlers.Register();

    /// <param name="connectionString">As the driver writes it: <c>Server=…;Port=…;Database=…;User ID=…;Password=…</c>.</param>
    /// <param name="clock">Only used to wait between two tries.</param>
    /// <param name="ring">Called after a commit for each side that <see cref="DbSession.Ring"/> named.</param>
    /// <param name="patience">How long work is tried again while the database can't be reached or transactions collide; default 5 s.</param>
    public Db(string connectionString, TimeProvider? clock = null, Action<Side>? ring = null, TimeSpan? patience = null)
    {
        var builder = new MySqlConnectionStringBuilder(connectionString)
        {
            // found rows, not changed rows: an UPDATE that changes nothing still says that its row was there
            UseAffectedRows = false,
            AllowUserVariables = false,
            Pooling = false,
        };
        _connectionString = builder.ConnectionString;
        _clock = clock ?? TimeProvider.System;
        _ring = ring;
        Patience = patience ?? TimeSpan.FromSeconds(5);
    }

    /// <summary>The driver, for a library that opens connections by itself.</summary>
    public static DbProviderFactory Provider => MySqlClientFactory.Instance;

    /// <summary>How such a library gets to the database.</summary>
    public string ConnectionString => _connectionString;

    /// <summary>How long work is tried again.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Runs reads, each in its own implicit transaction.</summary>
    public Task<T> Read<T>(Func<DbSession, Task<T>> work, CancellationToken cancel = default) =>
        Patiently(() => Connected(connection => work(new DbSession(connection, isTransaction: false)), cancel), cancel);

    /// <summary>Runs work in one transaction (READ COMMITTED), again when it collided with another or the server went away before the commit.</summary>
    /// <exception cref="DatabaseUnavailableException">The database did not answer within <see cref="Patience"/>.</exception>
    public async Task<T> Transaction<T>(Func<DbSession, Task<T>> work, CancellationToken cancel = default)
    {
        var committing = false;
        var rung = Enumerable.Empty<Side>();
        var done = await Patiently(() => Connected(async connection =>
        {
            committing = false;
            var session = new DbSession(connection, isTransaction: true);
            var result = await work(session);
            committing = true;
            await session.Commit();
            committing = false;
            rung = session.Rung;
            return result;
        }, cancel), cancel, () => !committing);
        // Not among what is tried again: whatever the bell does, the work is done.
        foreach (var side in rung) _ring?.Invoke(side);
        return done;
    }

    /// <inheritdoc cref="Transaction{T}"/>
    public Task Transaction(Func<DbSession, Task> work, CancellationToken cancel = default) =>
        Transaction(async session =>
        {
            await work(session);
            return true;
        }, cancel);

    /// <summary>Closes the connections that nobody uses.</summary>
    public void Dispose()
    {
        while (_idle.TryPop(out var idle)) idle.Connection.Dispose();
    }

    private async Task<T> Connected<T>(Func<MySqlConnection, Task<T>> work, CancellationToken cancel)
    {
        await _free.WaitAsync(cancel);
        try
        {
            var connection = await Open(cancel);
            try
            {
                var result = await work(connection);
                _idle.Push((connection, _clock.GetTimestamp()));
                return result;
            }
            catch (Exception e)
            {
                // One that can't be rolled back must not be used again with half a transaction in it.
                if (!IsUnreachable(e) && await IsRolledBack(connection)) _idle.Push((connection, _clock.GetTimestamp()));
                else await connection.DisposeAsync();
                throw;
            }
        }
        catch (Exception e) when (IsUnreachable(e))
        {
            // The others are as dead as this one.
            Dispose();
            throw;
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<MySqlConnection> Open(CancellationToken cancel)
    {
        if (_idle.TryPop(out var idle))
        {
            if (_clock.GetElapsedTime(idle.LastUsed) < Fresh || await IsAlive(idle.Connection)) return idle.Connection;
            await idle.Connection.DisposeAsync();
            Dispose();
        }

        var connection = new MySqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancel);
            // A process that is stopped in the middle of a transaction must not hold up the others until it is woken.
            await connection.ExecuteAsync($"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION idle_transaction_timeout = {LongestPauseSeconds}");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static Task<bool> IsAlive(MySqlConnection connection) => Runs(connection, "DO 1");

    private static Task<bool> IsRolledBack(MySqlConnection connection) => Runs(connection, "ROLLBACK");

    private static async Task<bool> Runs(MySqlConnection connection, string sql)
    {
        try
        {
            await connection.ExecuteAsync(sql);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    private async Task<T> Patiently<T>(Func<Task<T>> work, CancellationToken cancel, Func<bool>? mayRepeat = null)
    {
        var started = _clock.GetTimestamp();
        for (var wait = TimeSpan.FromMilliseconds(5); ; wait *= 2)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (IsConflict(e) || IsUnreachable(e))
            {
                // A commit whose answer got lost may have happened: only a conflict says for sure that it did not.
                if (!IsConflict(e) && mayRepeat?.Invoke() == false)
                    throw new DatabaseUnavailableException("The database went away while it was committing.", e);
                if (_clock.GetElapsedTime(started) > Patience)
                    throw IsUnreachable(e) ? new DatabaseUnavailableException($"The database can't be reached: {e.Message}", e) : e;
                await Task.Delay(wait + TimeSpan.FromMilliseconds(Random.Shared.Next(5)), _clock, cancel);
                if (wait > TimeSpan.FromMilliseconds(500)) wait = TimeSpan.FromMilliseconds(500);
            }
        }
    }

    private static bool IsConflict(Exception e) => e is MySqlException m && Conflicts.Contains(m.Number);

    private static bool IsUnreachable(Exception e) =>
        e is System.Net.Sockets.SocketException or IOException or TimeoutException
        || (e is MySqlException m && (m.Number is 0 or 1042 or 1053 or 1077 or 1079 or 1158 or 1159 or 1160 or 1161 or 1184 or 1927 or 2002 or 2003 or 2006 or 2013 || m.InnerException is { } inner && IsUnreachable(inner)))
        || (e is InvalidOperationException && e.Message.Contains("onnection", StringComparison.Ordinal));

    /// <summary>True when an error says that a row with this unique key is already there.</summary>
    public static bool IsDuplicateKey(Exception e) => e is MySqlException { Number: 1062 };

    /// <summary>What a person can do about an error of the database, in a sentence; null when there is nothing in particular.</summary>
    public static string? Remedy(Exception e) => e switch
    {
        MySqlException { Number: 1146 or 1054 } => "Bring the tables up to date: broker db migrate.",
        MySqlException { Number: 1049 } => "Create that database, or name the right one in the setting database.",
        MySqlException { Number: 1044 or 1045 or 1142 } => "Give the program an account that may do this (settings database_user and database_password_file).",
        { InnerException: { } inner } => Remedy(inner),
        _ => null,
    };
}

/// <summary>The database can't be reached, or went away at the one moment where nobody can say whether the work was done.</summary>
public sealed class DatabaseUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>One connection, with or without a transaction, on which a table's methods run their SQL.</summary>
/// <remarks>Round trips are what short work costs: the transaction begins with its first statement's, and <see cref="Last"/> goes with the commit's.</remarks>
public sealed partial class DbSession
{
    private readonly MySqlConnection _connection;
    private readonly HashSet<Side> _rung = [];
    private readonly StringBuilder _last = new();
    private readonly DynamicParameters _lastArgs = new();
    private int _lastCount;
    private bool _mustBegin;

    internal DbSession(MySqlConnection connection, bool isTransaction)
    {
        _connection = connection;
        _mustBegin = isTransaction;
    }

    /// <summary>The request on whose behalf this transaction writes; null when it writes what was seen on a host or done by hand. It is told with what changes.</summary>
    public long? Request { get; set; }

    /// <summary>All rows.</summary>
    public async Task<IReadOnlyList<T>> Query<T>(string sql, object? args = null) =>
        (await _connection.QueryAsync<T>(Begun(sql), args)).AsList();

    /// <summary>The first row, or the type's default when there is none.</summary>
    public Task<T?> First<T>(string sql, object? args = null) =>
        _connection.QueryFirstOrDefaultAsync<T?>(Begun(sql), args);

    /// <summary>Runs a statement; returns the number of rows it found.</summary>
    public Task<int> Execute(string sql, object? args = null) => _connection.ExecuteAsync(Begun(sql), args);

    /// <summary>Runs an INSERT; returns the AUTO_INCREMENT id it got.</summary>
    public Task<long> Insert(string sql, object? args = null) =>
        _connection.QuerySingleAsync<long>(Begun(sql + " RETURNING id"), args);

    /// <summary>Runs a statement together with the commit, in one round trip. Nothing in this transaction sees what it does.</summary>
    /// <param name="sql">With parameters <c>@name</c>.</param>
    /// <param name="args">Their values, as the driver knows them: text, numbers, null.</param>
    public void Last(string sql, IReadOnlyDictionary<string, object?> args)
    {
        _lastCount++;
        // each statement's parameters get names of their own
        _last.Append(Parameter().Replace(sql, name => $"{name.Value}_{_lastCount}")).Append(";\n");
        foreach (var (name, value) in args) _lastArgs.Add($"{name}_{_lastCount}", value);
    }

    /// <summary>Asks for a ring at the other side's door once this transaction has been committed.</summary>
    public void Ring(Side side) => _rung.Add(side);

    // The back end first: it has work to do.
    internal IEnumerable<Side> Rung => _rung.Order();

    internal Task Commit()
    {
        if (_mustBegin && _lastCount == 0) return Task.CompletedTask;
        return _connection.ExecuteAsync(Begun(_last.Append("COMMIT").ToString()), _lastArgs);
    }

    private string Begun(string sql)
    {
        if (!_mustBegin) return sql;
        _mustBegin = false;
        return $"START TRANSACTION; {sql}";
    }

    [GeneratedRegex("@[A-Za-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
