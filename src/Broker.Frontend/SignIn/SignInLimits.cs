using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.SignIn;

/// <summary>
/// Slows guessing down: after some failures the next try of the same name from the same address is refused until a
/// while has passed, twice as long each time, and likewise, later, everything from one address. Nobody waits in here:
/// who is too early is told so at once. Kept in memory: each front end counts for itself.
/// </summary>
public sealed class SignInLimits(TimeProvider clock) : IDisposable
{
    /// <summary>Failures of one name from one address that cost nothing.</summary>
    public const int FreeForName = 5;

    /// <summary>Failures from one address, whatever the name, that cost nothing: a school may sit behind one address.</summary>
    public const int FreeForAddress = 100;

    private const int MostKept = 50_000;
    private static readonly TimeSpan LongestForName = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestForAddress = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestInLine = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Failures> _failures = new();
    private readonly SemaphoreSlim _hashing = new(Math.Max(1, Environment.ProcessorCount));

    /// <summary>Counts a try as failed before it is looked at, so that many at once count as many.</summary>
    /// <exception cref="RefusedException"><c>too_many_attempts</c>, with the time to wait.</exception>
    public Attempt Begin(string name, IPAddress? address)
    {
        var network = Network(address);
        var forName = _failures.GetOrAdd($"{network} {name.ToUpperInvariant()}", _ => new Failures());
        var forAddress = _failures.GetOrAdd(network, _ => new Failures());
        var now = clock.GetUtcNow();
        if (_failures.Count > MostKept) Clean(now);

        Action undoForName = () => { };
        var wait = forAddress.Count(now, FreeForAddress, LongestForAddress, out var undo);
        if (wait <= TimeSpan.Zero)
        {
            wait = forName.Count(now, FreeForName, LongestForName, out undoForName);
            if (wait > TimeSpan.Zero) undo();
        }

        if (wait > TimeSpan.Zero)
            throw new RefusedException(StatusCodes.Status429TooManyRequests, "too_many_attempts", $"Too many sign-ins failed. Try again in {Math.Ceiling(wait.TotalSeconds)} s.") { RetryAfter = wait };
        return new Attempt(forName, undoForName, undo);
    }

    /// <summary>Runs what hashes a password: as many at once as there are processors, so that sign-ins can't starve everything else.</summary>
    public async Task<T> Hash<T>(Func<T> hash, CancellationToken cancel)
    {
        if (!await _hashing.WaitAsync(LongestInLine, cancel))
            throw new RefusedException(StatusCodes.Status429TooManyRequests, "too_many_attempts", "Too many people sign in at once. Try again in a moment.") { RetryAfter = TimeSpan.FromSeconds(5) };
        try
        {
            return hash();
        }
        finally
        {
            _hashing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hashing.Dispose();

    private void Clean(DateTimeOffset now)
    {
        foreach (var (key, failures) in _failures)
            if (failures.IsForgotten(now))
                _failures.TryRemove(key, out _);
        // all of them fresh: somebody tries many names; what guards the addresses goes last
        if (_failures.Count > MostKept)
            foreach (var key in _failures.Keys.Where(k => k.Contains(' ')))
                _failures.TryRemove(key, out _);
    }

    // Whoever has one IPv6 address usually has the whole /64.
    private static string Network(IPAddress? address)
    {
        if (address is null) return "-";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    /// <summary>A try that was counted as failed until it turns out well.</summary>
    public sealed class Attempt
    {
        private readonly Failures _forName;
        private readonly Action _undoForName;
        private readonly Action _undoForAddress;

        internal Attempt(Failures forName, Action undoForName, Action undoForAddress)
        {
            _forName = forName;
            _undoForName = undoForName;
            _undoForAddress = undoForAddress;
        }

        /// <summary>It was him: his failures are forgotten, and this try does not count against the address.</summary>
        public void Succeeded()
        {
            _forName.Clear();
            _undoForAddress();
        }

        /// <summary>It was not looked at, through no fault of his: it does not count.</summary>
        public void Withdraw()
        {
            _undoForName();
            _undoForAddress();
        }
    }

    internal sealed class Failures
    {
        private readonly Lock _lock = new();
        private int _count;
        private DateTimeOffset _lastAt;
        private DateTimeOffset _notBefore;

        // Either it is too early, then nothing is counted; or it is one more, until somebody undoes it.
        public TimeSpan Count(DateTimeOffset now, int free, TimeSpan longest, out Action undo)
        {
            lock (_lock)
            {
                undo = () => { };
                if (now - _lastAt > Forgotten) _count = 0;
                if (_notBefore > now) return _notBefore - now;
                _count++;
                _lastAt = now;
                if (_count > free)
                {
                    var wait = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(_count - free - 1, 20)));
                    _notBefore = now + (wait < longest ? wait : longest);
                }

                var set = _notBefore;
                undo = () => TakeBack(set);
                return TimeSpan.Zero;
            }
        }

        private void TakeBack(DateTimeOffset set)
        {
            lock (_lock)
            {
                if (_count > 0) _count--;
                // a later failure has set another time: that one stands
                if (_notBefore == set) _notBefore = default;
            }
        }

        public void Clear()
        {
            lock (_lock)
            {
                _count = 0;
                _notBefore = default;
            }
        }

        public bool IsForgotten(DateTimeOffset now)
        {
            lock (_lock) return now - _lastAt > Forgotten;
        }
    }
}
