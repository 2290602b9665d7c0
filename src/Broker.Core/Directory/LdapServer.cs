using System.Collections.Concurrent;
using Broker.Core.Settings;

namespace Broker.Core.Directory;

/// <summary>How a server does.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Trouble">What is wrong with it; null while it answers.</param>
/// <param name="Since">Since when that is so; null before it was asked.</param>
public sealed record ServerStatus(string Address, string? Trouble, DateTimeOffset? Since);

/// <summary>
/// One server with threads of its own, since the library blocks: as many as <see cref="LdapSettings.Connections"/> at most, each with a connection for searches
/// and one on which passwords are tried, so that nothing is ever read as somebody whose password was just tried. A call that does not end keeps its thread;
/// who asked is told after the time limit, and the server is passed over for a while.
/// </summary>
internal sealed class LdapServer : IDisposable
{
    // A sign-in is a few calls, each within the time limit; together they get three.
    private const int CallsInOne = 3;
    private static readonly TimeSpan IdleThread = TimeSpan.FromSeconds(30);

    private readonly LdapSettings _settings;
    private readonly TrustedAuthorities _authorities;
    private readonly TimeProvider _clock;
    private readonly Func<string> _password;
    private readonly BlockingCollection<Job> _queue = [];
    private readonly Lock _lock = new();
    private int _threads;
    private int _idle;
    private ServerStatus _status;
    private bool _isDown;
    private long _askAgain;
    private bool? _isActiveDirectory;

    public LdapServer(LdapAddress address, LdapSettings settings, TrustedAuthorities authorities, Func<string> password, TimeProvider clock)
    {
        (Address, _settings, _authorities, _password, _clock) = (address, settings, authorities, password, clock);
        _status = new ServerStatus(address.ToString(), null, null);
    }

    /// <summary>Where it is.</summary>
    public LdapAddress Address { get; }

    /// <summary>How it does.</summary>
    public ServerStatus Status
    {
        get
        {
            lock (_lock) return _status;
        }
    }

    /// <summary>Is it passed over now? Whoever is told that it is not, asks it: others pass it over until he knows more.</summary>
    public bool IsPassedOver()
    {
        lock (_lock)
        {
            if (!_isDown) return false;
            var now = _clock.GetTimestamp();
            if (now < _askAgain) return true;
            _askAgain = now + Ticks(_settings.RetrySeconds);
            return false;
        }
    }

    /// <summary>Runs work on a thread of this server's.</summary>
    /// <exception cref="DirectoryDownException">It does not answer in time.</exception>
    public async Task<T> Ask<T>(Func<LdapLines, T> work, CancellationToken cancel)
    {
        var job = new Job(lines => work(lines)!);
        lock (_lock)
        {
            _queue.Add(job, CancellationToken.None);
            if (_idle < _queue.Count && _threads < _settings.Connections)
            {
                _threads++;
                new Thread(Work) { IsBackground = true, Name = $"ldap {Address.Host}" }.Start();
            }
        }

        // no more than so many wait here: those who don't get their turn in time hear that too
        var limit = _settings.Timeout * CallsInOne;
        try
        {
            return (T)await job.Done.Task.WaitAsync(limit, _clock, cancel);
        }
        catch (TimeoutException e)
        {
            job.IsGivenUp = true;
            var down = new DirectoryDownException($"{Address} has not answered for {limit.TotalSeconds:0} s.", e);
            // it may only have had too much to do
            if (job.IsTaken) MarkDown(down);
            throw down;
        }
        catch (OperationCanceledException)
        {
            job.IsGivenUp = true;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _queue.CompleteAdding();

    // The thread's own loop: nothing else ever touches its connections.
    private void Work()
    {
        using var lines = new LdapLines(this);
        while (true)
        {
            lock (_lock) _idle++;
            var isThere = _queue.TryTake(out var job, IdleThread);
            lock (_lock)
            {
                _idle--;
                if (!isThere && _queue.Count == 0)
                {
                    _threads--;
                    return;
                }
            }
            if (!isThere || job!.IsGivenUp) continue;
            job.IsTaken = true;
            Do(job, lines);
        }
    }

    private void Do(Job job, LdapLines lines)
    {
        try
        {
            object result;
            try
            {
                result = job.Work(lines);
            }
            catch (DirectoryDownException) when (lines.WereOpen)
            {
                // a connection that has lain may be gone without its server being down
                lines.Close();
                result = job.Work(lines);
            }
            MarkUp();
            job.Done.TrySetResult(result);
        }
        catch (DirectoryDownException e)
        {
            lines.Close();
            MarkDown(e);
            job.Done.TrySetException(e);
        }
        catch (DirectoryRefusedException e)
        {
            // it answers, only not this: nobody else has to do without it
            lines.Close();
            MarkRefused(e);
            job.Done.TrySetException(e);
        }
        catch (Exception e)
        {
            job.Done.TrySetException(e);
        }
        finally
        {
            lines.WereOpen = lines.AreOpen;
        }
    }

    private void MarkRefused(DirectoryRefusedException why)
    {
        lock (_lock)
        {
            _isDown = false;
            _status = new ServerStatus(Address.ToString(), why.Message, _status.Trouble is null ? _clock.GetUtcNow() : _status.Since);
        }
    }

    private void MarkUp()
    {
        lock (_lock)
        {
            _isDown = false;
            if (_status.Trouble is not null || _status.Since is null) _status = new ServerStatus(Address.ToString(), null, _clock.GetUtcNow());
        }
    }

    // Those who still wait in line need not find out one by one.
    private void MarkDown(DirectoryDownException why)
    {
        lock (_lock)
        {
            _status = new ServerStatus(Address.ToString(), why.Message, _status.Trouble is null ? _clock.GetUtcNow() : _status.Since);
            _isDown = true;
            _askAgain = _clock.GetTimestamp() + Ticks(_settings.RetrySeconds);
            while (_queue.TryTake(out var waiting)) waiting.Done.TrySetException(why);
        }
    }

    private long Ticks(double seconds) => (long)(seconds * _clock.TimestampFrequency);

    private sealed class Job(Func<LdapLines, object> work)
    {
        public Func<LdapLines, object> Work { get; } = work;

        // continuations run elsewhere: this thread is for the library
        public TaskCompletionSource<object> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public volatile bool IsTaken;

        public volatile bool IsGivenUp;
    }

    /// <summary>The connections of a thread, opened when they are needed.</summary>
    internal sealed class LdapLines(LdapServer server) : IDisposable
    {
        private LdapLine? _searching;
        private LdapLine? _trying;

        /// <summary>Were there connections before this work began?</summary>
        public bool WereOpen { get; set; }

        /// <summary>Are there any?</summary>
        public bool AreOpen => _searching is not null || _trying is not null;

        /// <summary>For searches, as the account that is for it, or as nobody.</summary>
        /// <exception cref="DirectoryRefusedException">The server does not take that account.</exception>
        public LdapLine Searching
        {
            get
            {
                if (_searching is not null) return _searching;
                var line = LdapLine.Open(server.Address, server._settings, server._authorities);
                try
                {
                    if (server._settings.BindDn.Length > 0 && line.Bind(server._settings.BindDn, server._password()) is { } refusal)
                        throw new DirectoryRefusedException($"{server.Address} does not take {server._settings.BindDn} (ldap.bind_dn) with the password in {server._settings.BindPasswordFile}: {refusal}");
                }
                catch
                {
                    line.Dispose();
                    throw;
                }
                return _searching = line;
            }
        }

        /// <summary>For passwords: whoever bound last is somebody else by the next bind, and nobody when that fails.</summary>
        public LdapLine Trying => _trying ??= LdapLine.Open(server.Address, server._settings, server._authorities);

        /// <summary>Does it answer?</summary>
        public bool IsThere => Searching.Search("", false, "(objectClass=*)", ["supportedLDAPVersion"], 1) is not null;

        /// <summary>Is the server one of Active Directory's, which follows groups within groups by itself?</summary>
        public bool IsActiveDirectory => server._isActiveDirectory ??=
            Searching.Search("", false, "(objectClass=*)", ["supportedCapabilities"], 1).Any(e => e.Values("supportedCapabilities").Contains("1.2.840.113556.1.4.800"));

        /// <summary>Closes what is open.</summary>
        public void Close()
        {
            _searching?.Dispose();
            _trying?.Dispose();
            (_searching, _trying) = (null, null);
        }

        /// <inheritdoc/>
        public void Dispose() => Close();
    }
}
