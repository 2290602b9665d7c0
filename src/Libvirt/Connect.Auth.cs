using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using Libvirt.Generated;
using static Libvirt.Generated.Native;

namespace Libvirt;

/// <summary>Connections to what wants to know who comes: a daemon with SASL, an ESX server.</summary>
public sealed unsafe partial class Connect
{
    /// <summary>What is answered unless the caller says otherwise: all that a user can be asked for.</summary>
    private static readonly ConnectCredentialType[] s_credentials =
    [
        ConnectCredentialType.Username, ConnectCredentialType.Authname, ConnectCredentialType.Passphrase, ConnectCredentialType.Echoprompt,
        ConnectCredentialType.Noechoprompt, ConnectCredentialType.Realm,
    ];

    /// <summary>Opens a connection, asking for what the other side wants to know. (virConnectOpenAuth)</summary>
    /// <param name="uri">Where to; null lets libvirt choose.</param>
    /// <param name="credentials">
    /// Sets the <see cref="ConnectCredential.Result"/> of each credential it gets; false, or no answer at all, gives up. It runs on the calling thread, once or
    /// more, and not at all where nothing is wanted. What it throws, this method throws.
    /// </param>
    /// <param name="flags">For example for reading only.</param>
    /// <param name="types">What it can answer; null is everything that a user can be asked for: names, passwords, prompts and the realm.</param>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.AuthFailed"/>: the answers were wrong, none was given, or what is wanted isn't among the types; and those of
    /// <see cref="Open(string)"/>.
    /// </exception>
    public static Connect OpenAuth(string? uri, Func<IReadOnlyList<ConnectCredential>, bool> credentials, ConnectFlags flags = default,
        IReadOnlyList<ConnectCredentialType>? types = null)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return Open(uri, credentials, flags, types ?? s_credentials, new());
    }

    /// <summary>The same with a name and a password. (virConnectOpenAuth)</summary>
    /// <param name="uri">Where to.</param>
    /// <param name="user">The name, however the other side asks for it.</param>
    /// <param name="password">The password.</param>
    /// <param name="flags">For example for reading only.</param>
    public static Connect OpenAuth(string? uri, string user, string password, ConnectFlags flags = default) => OpenAuth(uri, credentials =>
    {
        foreach (var credential in credentials)
        {
            credential.Result = credential.Type switch
            {
                ConnectCredentialType.Username or ConnectCredentialType.Authname or ConnectCredentialType.Echoprompt => user,
                ConnectCredentialType.Passphrase or ConnectCredentialType.Noechoprompt => password,
                _ => null,
            };
        }
        return true;
    }, flags);

    /// <summary>
    /// Opens a connection on one of the threads that become its <see cref="Calls"/>, so that nobody waits for a host that doesn't answer. (virConnectOpenAuth)
    /// </summary>
    /// <param name="uri">Where to; null lets libvirt choose.</param>
    /// <param name="flags">For example for reading only.</param>
    /// <param name="credentials">What to answer if the other side wants to know something, as for the <c>OpenAuth</c> that takes it; it runs on that thread.</param>
    /// <param name="timeLimit">The <see cref="CallScheduler.TimeLimit"/> of the connection, of opening it too; null: none.</param>
    /// <param name="cancellationToken">Ends the wait; a connection that opens afterwards is closed.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationTimeout"/>: it took longer; and those of <see cref="Open(string)"/>.</exception>
    public static Task<Connect> OpenAsync(string? uri, ConnectFlags flags = default, Func<IReadOnlyList<ConnectCredential>, bool>? credentials = null,
        TimeSpan? timeLimit = null, CancellationToken cancellationToken = default)
    {
        var calls = new CallScheduler { TimeLimit = timeLimit };
        return calls.Run(() => Open(uri, credentials, flags, s_credentials, calls), cancellationToken);
    }

    private static Connect Open(string? uri, Func<IReadOnlyList<ConnectCredential>, bool>? credentials, ConnectFlags flags,
        IReadOnlyList<ConnectCredentialType> types, CallScheduler calls)
    {
        EventLoop.Start();
        using var text = new Text(uri);
        if (credentials == null)
            return new(virConnectOpenAuth(text.Pointer, null, flags), calls);
        var asked = new Asked(credentials);
        var kept = GCHandle.Alloc(asked);
        try
        {
            fixed (ConnectCredentialType* wanted = types.ToArray())
            {
                var auth = new virConnectAuth
                {
                    credtype = (int*)wanted,
                    ncredtype = (uint)types.Count,
                    cb = &OnCredentials,
                    cbdata = (void*)GCHandle.ToIntPtr(kept),
                };
                var connect = virConnectOpenAuth(text.Pointer, &auth, flags);
                if (connect == null)
                    asked.Failure?.Throw();
                return new(connect, calls);
            }
        }
        finally
        {
            kept.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCredentials(virConnectCredential* credentials, uint count, void* opaque)
    {
        var asked = (Asked)GCHandle.FromIntPtr((nint)opaque).Target!;
        try
        {
            var wanted = new ConnectCredential[count];
            for (var i = 0; i < wanted.Length; i++)
            {
                var c = credentials[i];
                wanted[i] = new((ConnectCredentialType)c.type, Text.Copy(c.prompt) ?? "", Text.Copy(c.challenge), Text.Copy(c.defresult));
            }
            if (!asked.Credentials(wanted) || Array.TrueForAll(wanted, c => c.Answer == null))
                return -1;
            for (var i = 0; i < wanted.Length; i++)
            {
                if (wanted[i].Answer is { } answer)
                    credentials[i].result = Copy(answer, out credentials[i].resultlen);
            }
            return 0;
        }
        catch (Exception e)
        {
            asked.Failure = ExceptionDispatchInfo.Capture(e);
            return -1;
        }
    }

    /// <summary>The text in memory of C's malloc: libvirt frees it.</summary>
    private static byte* Copy(string text, out uint length)
    {
        length = (uint)Encoding.UTF8.GetByteCount(text);
        var bytes = (byte*)NativeMemory.AllocZeroed(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(bytes, (int)length));
        return bytes;
    }

    private sealed class Asked(Func<IReadOnlyList<ConnectCredential>, bool> credentials)
    {
        public Func<IReadOnlyList<ConnectCredential>, bool> Credentials { get; } = credentials;

        public ExceptionDispatchInfo? Failure { get; set; }
    }
}

/// <summary>One thing that the other side wants to know.</summary>
public sealed class ConnectCredential
{
    internal ConnectCredential(ConnectCredentialType type, string prompt, string? challenge, string? defaultResult)
    {
        Type = type;
        Prompt = prompt;
        Challenge = challenge;
        DefaultResult = defaultResult;
    }

    /// <summary>What it is.</summary>
    public ConnectCredentialType Type { get; }

    /// <summary>What to ask a user.</summary>
    public string Prompt { get; }

    /// <summary>What to show besides, for example a key to sign.</summary>
    public string? Challenge { get; }

    /// <summary>What to take if nothing is answered.</summary>
    public string? DefaultResult { get; }

    /// <summary>The answer. Null: the default, if there is one.</summary>
    public string? Result { get; set; }

    internal string? Answer => Result ?? DefaultResult;
}
