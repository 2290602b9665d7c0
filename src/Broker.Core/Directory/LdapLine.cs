using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Broker.Core.Settings;

namespace Broker.Core.Directory;

/// <summary>A connection to a server of the directory. The only file that names the driver. Its calls block, each for <see cref="LdapSettings.TimeoutSeconds"/> at most.</summary>
/// <remarks>
/// The driver calls OpenLDAP's library, and three things it can't say to it are said to that library here: that certificates are looked at whatever
/// /etc/ldap/ldap.conf says, how long to wait for a server, and, before StartTLS, where that server is (else the driver starts TLS with this machine's port 389).
/// A TLS handshake that the server never answers is the one call that the library does not end: <see cref="LdapServer"/> lives with that.
/// </remarks>
internal sealed class LdapLine : IDisposable
{
    private static readonly Lock Opening = new();

    private readonly LdapConnection _connection;
    private readonly LdapSettings _settings;

    private LdapLine(LdapConnection connection, LdapAddress address, LdapSettings settings)
    {
        _connection = connection;
        _settings = settings;
        Address = address;
    }

    /// <summary>Where it leads.</summary>
    public LdapAddress Address { get; }

    /// <summary>Opens one; encrypted, unless the settings allow it otherwise.</summary>
    /// <exception cref="DirectoryDownException">The server does not answer, or its certificate is not believed.</exception>
    public static LdapLine Open(LdapAddress address, LdapSettings settings, TrustedAuthorities authorities) => Translated(address, () =>
    {
        LdapConnection connection;
        lock (Opening)
        {
            OpenLdap.Prepare(address, settings.Timeout);
            connection = new LdapConnection(new LdapDirectoryIdentifier(address.HostInUri, address.Port, fullyQualifiedDnsHostName: true, connectionless: false));
        }

        try
        {
            connection.AuthType = AuthType.Basic;
            connection.AutoBind = false;
            connection.Timeout = settings.Timeout;
            connection.SessionOptions.ProtocolVersion = 3;
            connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            if (address.IsTls || settings.StartTls)
            {
                connection.SessionOptions.SecureSocketLayer = address.IsTls;
                connection.SessionOptions.TrustedCertificatesDirectory = authorities.Folder;
                connection.SessionOptions.StartNewTlsSessionContext();
                if (!address.IsTls) connection.SessionOptions.StartTransportLayerSecurity(null);
            }
            return new LdapLine(connection, address, settings);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    });

    /// <summary>Says who is at this end.</summary>
    /// <returns>Null when the server believes it; else what it says, for the log.</returns>
    /// <exception cref="ArgumentException">There is no password. Servers take that for a sign-in of nobody and let it succeed.</exception>
    /// <exception cref="DirectoryDownException">The server does not answer.</exception>
    public string? Bind(string name, string password)
    {
        // the library ends a text at a null character: "\0" would be no password
        if (password.Length == 0 || password.Contains('\0') || name.Length == 0 || name.Contains('\0')) throw new ArgumentException("A bind needs a name and a password.", nameof(password));
        return Translated(Address, () =>
        {
            try
            {
                _connection.Bind(new NetworkCredential(name, password));
                return null;
            }
            catch (LdapException e) when (!IsDown(e.ErrorCode))
            {
                return $"{e.Message} {e.ServerErrorMessage}".Trim();
            }
            catch (DirectoryOperationException e) when (!IsDown((int)e.Response.ResultCode))
            {
                return $"{e.Message} {e.Response.ErrorMessage}".Trim();
            }
        });
    }

    /// <summary>What is found: only what is asked for of each entry, page by page.</summary>
    /// <param name="from">Where to search.</param>
    /// <param name="isBelow">Everything below it; else only it.</param>
    /// <param name="filter">Made by <see cref="LdapFilter"/>.</param>
    /// <param name="attributes">Names of attributes.</param>
    /// <param name="limit">The most that are wanted.</param>
    /// <exception cref="DirectoryDownException">The server does not answer.</exception>
    /// <exception cref="DirectoryRefusedException">It does not want to say; or there is no such place.</exception>
    public IReadOnlyList<LdapEntry> Search(string from, bool isBelow, string filter, IReadOnlyList<string> attributes, int limit) => Translated(Address, () =>
    {
        var found = new List<LdapEntry>();
        var page = new PageResultRequestControl(Math.Min(_settings.PageSize, limit)) { IsCritical = false };
        while (found.Count < limit)
        {
            var request = new SearchRequest(from, filter, isBelow ? SearchScope.Subtree : SearchScope.Base, [.. attributes])
            {
                TimeLimit = _settings.Timeout,
                SizeLimit = isBelow ? 0 : 1,
                Aliases = DereferenceAlias.Never,
            };
            if (isBelow) request.Controls.Add(page);
            SearchResponse response;
            try
            {
                response = (SearchResponse)_connection.SendRequest(request);
            }
            catch (DirectoryOperationException e) when (e.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } some)
            {
                // the server's own limit: what it gave counts
                response = some;
            }
            catch (DirectoryOperationException e) when (e.Response is { ResultCode: ResultCode.NoSuchObject } && !isBelow)
            {
                return [];
            }

            found.AddRange(response.Entries.Cast<SearchResultEntry>().Select(Entry));
            if (response.Controls.OfType<PageResultResponseControl>().FirstOrDefault() is not { Cookie.Length: > 0 } next || response.ResultCode != ResultCode.Success) break;
            page.Cookie = next.Cookie;
        }
        return (IReadOnlyList<LdapEntry>)(found.Count > limit ? found[..limit] : found);
    });

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static LdapEntry Entry(SearchResultEntry entry) => new(entry.DistinguishedName, entry.Attributes.Values.Cast<DirectoryAttribute>().ToDictionary(
        a => a.Name, a => (IReadOnlyList<byte[]>)[.. a.GetValues(typeof(byte[])).Cast<byte[]>()], StringComparer.OrdinalIgnoreCase));

    private static T Translated<T>(LdapAddress address, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (LdapException e) when (IsDown(e.ErrorCode))
        {
            throw new DirectoryDownException($"{address} does not answer: {e.Message.TrimEnd('.', ' ')}.", e);
        }
        catch (DirectoryOperationException e) when (e.Response is { } response)
        {
            if (IsDown((int)response.ResultCode)) throw new DirectoryDownException($"{address} is not ready: {response.ResultCode}.", e);
            throw new DirectoryRefusedException($"{address} refuses: {response.ResultCode}. {response.ErrorMessage}".TrimEnd(), e);
        }
        catch (DirectoryException e)
        {
            throw new DirectoryRefusedException($"{address} refuses: {e.Message}", e);
        }
        catch (DllNotFoundException e)
        {
            throw new DirectoryDownException("OpenLDAP's library is missing on this machine. Install it: apt-get install libldap-2.5-0.", e);
        }
    }

    // busy, unavailable, local: server down, timeout, connect error; start-up of TLS that failed
    private static bool IsDown(int code) => code is 51 or 52 or 81 or 85 or 91 or -1 or -5 or -11;

    // Options that count for connections opened afterwards. The numbers are of ldap.h.
    private static class OpenLdap
    {
        private const int Timeout = 0x5002, NetworkTimeout = 0x5005, Uri = 0x5006, RequireCertificate = 0x6006, LowestProtocol = 0x6007;
        private const int Hard = 1, Tls12 = 0x0303;

        // as the driver looks for it
        private static readonly string[] Names = ["libldap.so.2", "libldap-2.6.so.0", "libldap-2.5.so.0", "libldap-2.4.so.2"];
        private static readonly Lazy<SetOption> Set = new(() =>
        {
            foreach (var name in Names)
                if (NativeLibrary.TryLoad(name, out var library)) return Marshal.GetDelegateForFunctionPointer<SetOption>(NativeLibrary.GetExport(library, "ldap_set_option"));
            throw new DllNotFoundException(Names[0]);
        });

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int SetOption(nint connection, int option, nint value);

        public static void Prepare(LdapAddress server, TimeSpan timeout)
        {
            SetText(Uri, server.ToString());
            SetSpan(Timeout, timeout);
            SetSpan(NetworkTimeout, timeout);
            SetNumber(RequireCertificate, Hard);
            SetNumber(LowestProtocol, Tls12);
        }

        private static void SetText(int option, string value)
        {
            var text = Marshal.StringToCoTaskMemUTF8(value);
            try
            {
                Check(option, Set.Value(0, option, text));
            }
            finally
            {
                Marshal.FreeCoTaskMem(text);
            }
        }

        private static void SetNumber(int option, int value) => SetLongs(option, value);

        private static void SetSpan(int option, TimeSpan value) => SetLongs(option, (long)value.TotalSeconds, value.Milliseconds * 1000);

        // a timeval is two of them; an int is read from the first
        private static void SetLongs(int option, params ReadOnlySpan<long> values)
        {
            var memory = Marshal.AllocHGlobal(values.Length * sizeof(long));
            try
            {
                for (var i = 0; i < values.Length; i++) Marshal.WriteInt64(memory, i * sizeof(long), values[i]);
                Check(option, Set.Value(0, option, memory));
            }
            finally
            {
                Marshal.FreeHGlobal(memory);
            }
        }

        private static void Check(int option, int error)
        {
            if (error != 0) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"OpenLDAP's library does not know option 0x{option:x}."));
        }
    }
}

/// <summary>An entry of the directory: what was asked for of it.</summary>
/// <param name="Dn">Its name.</param>
/// <param name="Attributes">Values by the attribute's name, without regard to case.</param>
internal sealed record LdapEntry(string Dn, IReadOnlyDictionary<string, IReadOnlyList<byte[]>> Attributes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>An attribute's values that are texts.</summary>
    public IEnumerable<string> Values(string attribute)
    {
        foreach (var value in Attributes.GetValueOrDefault(attribute) ?? [])
        {
            string text;
            try
            {
                text = Strict.GetString(value);
            }
            catch (DecoderFallbackException)
            {
                continue;
            }
            yield return text;
        }
    }

    /// <summary>The first of them.</summary>
    public string? Value(string attribute) => Values(attribute).FirstOrDefault();
}

/// <summary>The certificates that are believed, in a folder of their own, as the driver wants them.</summary>
internal sealed class TrustedAuthorities : IDisposable
{
    private const string OfTheSystem = "/etc/ssl/certs/ca-certificates.crt";

    /// <param name="file">PEM; empty for those of the system.</param>
    /// <exception cref="SettingsException">It can't be read.</exception>
    public TrustedAuthorities(string file)
    {
        Folder = System.IO.Directory.CreateTempSubdirectory("broker-ldap-").FullName;
        File = file.Length > 0 ? file : OfTheSystem;
        try
        {
            System.IO.File.Copy(File, Path.Combine(Folder, "authorities.pem"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new SettingsException($"{File} (ldap.ca_file) can't be read: {e.Message}");
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Where they come from.</summary>
    public string File { get; }

    /// <inheritdoc/>
    public void Dispose() => System.IO.Directory.Delete(Folder, recursive: true);
}
