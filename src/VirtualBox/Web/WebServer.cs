using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Xml;

namespace VirtualBox;

/// <summary>
/// VirtualBox's web server (<c>vboxwebsrv</c>), for what the command line is slow at: the states of all machines of a user in milliseconds. It only
/// reads. Nothing is asked before the first call; sessions are begun when one is needed, also when the server forgot the last one or was started anew,
/// and ended by <see cref="DisposeAsync"/>. May be used by many threads at once, which are served one after the other.
/// All calls throw <see cref="WebLogonException"/> when the server doesn't let this user in, <see cref="WebServerException"/> when nobody answers or
/// VirtualBox refuses, <see cref="TimeoutException"/> when an answer takes longer than <see cref="TimeLimit"/>. None of them needs a new object.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asked for holds nothing to give back.")]
public sealed class WebServer : IAsyncDisposable
{
    private readonly Uri address;
    private readonly string user;
    private readonly string password;
    private readonly WebCalls calls;
    private readonly SemaphoreSlim turn = new(1);
    private Session? session;
    private bool isDisposed;

    /// <summary>A server, which is not asked yet.</summary>
    /// <param name="address">Where it listens, <see cref="Local"/> for one. Without TLS this has to be on this computer: the password is sent as it is.</param>
    /// <param name="user">Who may log on: a user of the server's library for passwords, not always one of the system.</param>
    /// <param name="password">The user's.</param>
    /// <exception cref="ArgumentException">The address is none of HTTP, or another computer's without TLS; or XML can't carry user or password.</exception>
    public WebServer(Uri address, string user, string password)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && IsHere(address)))
        {
            throw new ArgumentException(
                $"{address.Scheme}://{address.Authority} is not for passwords: outside of this computer they need https (vboxwebsrv --ssl --keyfile ...).",
                nameof(address));
        }
        if (address.UserInfo.Length > 0) throw new ArgumentException("The address holds a user, who has a place of his own.", nameof(address));
        (this.address, this.user, this.password) = (address, Checked(user, nameof(user)), Checked(password, nameof(password)));
        calls = new(address);
    }

    /// <summary>Where vboxwebsrv listens if it isn't told otherwise: <c>http://127.0.0.1:18083/</c>.</summary>
    public static Uri Local { get; } = new("http://127.0.0.1:18083/");

    /// <summary>How long an answer may take, with the wait for those that were asked before: 30 s.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The version of VirtualBox, as <c>VBoxManage --version</c> has it.</summary>
    /// <exception cref="FormatException">It says something else.</exception>
    public Task<Version> GetVersion(CancellationToken cancel = default) => Ask(async (session, end) =>
    {
        var version = await One("IVirtualBox_getVersion", session.VirtualBox, end);
        return Version.Parse($"{version}r{await One("IVirtualBox_getRevision", session.VirtualBox, end)}");
    }, cancel);

    /// <summary>
    /// The states of all registered machines: two calls, and one more for each machine that is new. A machine whose file VirtualBox can't read is
    /// <see cref="MachineState.Unknown"/>.
    /// </summary>
    public Task<IReadOnlyDictionary<Guid, MachineState>> GetStates(CancellationToken cancel = default) => Ask(async (session, end) =>
    {
        var states = new Dictionary<Guid, MachineState>();
        foreach (var machine in await Look(session, end)) states[machine.Uuid] = StateOf(machine.State);
        return (IReadOnlyDictionary<Guid, MachineState>)states;
    }, cancel);

    /// <summary>All registered machines as <see cref="Machine.List"/> has them: one call for each, since a name may have changed.</summary>
    public Task<IReadOnlyList<MachineEntry>> ListMachines(CancellationToken cancel = default) => Ask(async (session, end) =>
    {
        var entries = new List<MachineEntry>();
        foreach (var machine in await Look(session, end))
            entries.Add(new(machine.Uuid, machine.State == Inaccessible ? null : await One("IMachine_getName", machine.Reference, end)));
        return (IReadOnlyList<MachineEntry>)entries;
    }, cancel);

    /// <summary>Logs off, once what was asked before has its answer.</summary>
    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (isDisposed) return;
            isDisposed = true;
            await LogOff();
            calls.Dispose();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>VirtualBox's API has other words than its command line.</summary>
    internal static MachineState StateOf(string word) => word switch
    {
        Inaccessible => MachineState.Unknown,
        "PoweredOff" => MachineState.PowerOff,
        "Stuck" => MachineState.GuruMeditation,
        "DeletingSnapshotOnline" => MachineState.DeletingSnapshotLive,
        "DeletingSnapshotPaused" => MachineState.DeletingSnapshotLivePaused,
        _ => MachineReport.StateOf(word),
    };

    private const string Inaccessible = "Null";

    private async Task<T> Ask<T>(Func<Session, CancellationToken, Task<T>> question, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(TimeLimit);
        try
        {
            await turn.WaitAsync(end.Token);
            try
            {
                ObjectDisposedException.ThrowIf(isDisposed, this);
                return await AskInTurn(question, end.Token);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException e)
        {
            cancel.ThrowIfCancellationRequested();
            throw new TimeoutException($"vboxwebsrv at {address} did not answer within {TimeLimit.TotalSeconds:0.#} s.", e);
        }
    }

    private async Task<T> AskInTurn<T>(Func<Session, CancellationToken, Task<T>> question, CancellationToken end)
    {
        try
        {
            if (session is not null)
            {
                try
                {
                    return await question(session, end);
                }
                catch (WebServerException e) when (e.IsForgotten)
                {
                    await LogOff(); // if it was the connection only, the session is still there
                }
            }
            session = new(await LogOn(end));
            return await question(session, end);
        }
        catch (WebServerException)
        {
            // VirtualBox keeps the description of what went wrong until the session ends.
            await LogOff();
            throw;
        }
    }

    private async Task<string> LogOn(CancellationToken end)
    {
        try
        {
            return Single(await calls.Call("IWebsessionManager_logon", [("username", user), ("password", password)], end), "logon");
        }
        catch (WebServerException e) when (e.IsMute)
        {
            throw new WebLogonException(
                $"vboxwebsrv at {address} doesn't let '{user}' in. If its log says \"Access for user '{user}' denied\", user or password are wrong; " +
                "if not, it can't load its library for passwords (VBoxManage setproperty websrvauthlibrary, then start it anew), or its VBoxSVC has ended.", e);
        }
    }

    /// <summary>Ends the session, with all that the server keeps for it; one that does not answer ends it by itself after a while.</summary>
    private async Task LogOff()
    {
        if (session is not { } last) return;
        session = null;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await calls.Call("IWebsessionManager_logoff", [("refIVirtualBox", last.VirtualBox)], patience.Token);
        }
        catch (Exception e) when (e is WebServerException or OperationCanceledException)
        {
            // What was to be told is told already, or nobody waits for it.
        }
    }

    /// <summary>All machines with their states as the server writes them.</summary>
    private async Task<IReadOnlyList<(string Reference, Guid Uuid, string State)>> Look(Session session, CancellationToken end)
    {
        var references = await calls.Call("IVirtualBox_getMachines", [("_this", session.VirtualBox)], end);
        foreach (var gone in session.Machines.Keys.Except(references).ToArray())
        {
            await calls.Call("IManagedObjectRef_release", [("_this", gone)], end);
            session.Machines.Remove(gone);
        }
        foreach (var reference in references.Where(r => !session.Machines.ContainsKey(r)))
        {
            var uuid = await One("IMachine_getId", reference, end);
            session.Machines.Add(reference, Guid.TryParse(uuid, out var id) ? id : throw Odd($"calls a machine '{uuid}'"));
        }
        if (references.Count == 0) return [];
        var states = await calls.Call("IVirtualBox_getMachineStates",
            references.Select(r => ("machines", r)).Prepend(("_this", session.VirtualBox)), end);
        if (states.Count != references.Count) throw Odd($"has {states.Count} states for {references.Count} machines");
        return [.. references.Select((r, i) => (r, session.Machines[r], states[i]))];
    }

    private async Task<string> One(string method, string @this, CancellationToken end) => Single(await calls.Call(method, [("_this", @this)], end), method);

    private string Single(IReadOnlyList<string> values, string method) =>
        values is [var only] ? only : throw Odd($"answers {method} with {values.Count} values");

    private WebServerException Odd(string what) => new($"vboxwebsrv at {address} {what}. Is it one of VirtualBox 6.1 to 7.2?");

    private static bool IsHere(Uri address) =>
        address.DnsSafeHost is "localhost" || IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip);

    private static string Checked(string text, string name)
    {
        try
        {
            return XmlConvert.VerifyXmlChars(text);
        }
        catch (XmlException e)
        {
            throw new ArgumentException($"The {name} holds a character that XML can't carry.", name, e);
        }
    }

    /// <summary>What the server knows us by, and what it keeps for us.</summary>
    /// <param name="VirtualBox">The reference of its <c>IVirtualBox</c>, by which it knows the session.</param>
    private sealed record Session(string VirtualBox)
    {
        /// <summary>UUIDs by reference. The server gives a machine the same reference again until it is released.</summary>
        public Dictionary<string, Guid> Machines { get; } = [];
    }
}
