using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using static Libvirt.ConnectTransport;

namespace Libvirt;

/// <summary>
/// The address of a hypervisor in its parts: <c>driver[+transport]://[user@][host][:port]/path[?parameters]</c>. <see cref="ToString"/> writes it, after a look
/// at whether the parts go together by libvirt's rules; <see cref="Parse"/> reads one by the same rules.
/// </summary>
/// <example><code>
/// var uri = new ConnectUri { Driver = "qemu", Transport = ConnectTransport.Ssh, User = "root", Host = "node7", Path = "/system", KeyFile = "/keys/node7" };
/// using var connect = Connect.Open(uri.ToString());
///
/// // vbox:///session, vbox+unix:///session, vbox+tcp://user@example.com/session, vbox+ssh://user@example.com/session
/// var vbox = new ConnectUri { Driver = "vbox", Transport = ConnectTransport.Ssh, User = "user", Host = "example.com", Path = "/session" };
/// </code></example>
public sealed partial class ConnectUri
{
    // These speak their hypervisor's own protocol unless a transport is named, and have parameters of their own.
    private static readonly HashSet<string> s_ownProtocol = ["esx", "gsx", "vpx", "hyperv", "phyp"];

    /// <summary>Which hypervisor: <c>qemu</c>, <c>xen</c>, <c>lxc</c>, <c>vbox</c>, <c>test</c>, <c>esx</c> and so on.</summary>
    public required string Driver { get; init; }

    /// <summary>
    /// How to reach the daemon. Null: its socket on this machine, or TLS if there is a host; some drivers, such as <c>esx</c>, need no daemon.
    /// </summary>
    public ConnectTransport? Transport { get; init; }

    /// <summary>As whom.</summary>
    public string? User { get; init; }

    /// <summary>A name, an IPv4 or an IPv6 address, the latter without brackets and with its zone if it needs one: <c>fe80::1%eth0</c>. Null: this machine.</summary>
    public string? Host { get; init; }

    /// <summary>Null: the transport's own.</summary>
    public int? Port { get; init; }

    /// <summary>What the driver wants to know, such as <c>/system</c>, <c>/session</c>, or a file for <c>test</c>. It is not escaped.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The URI that the daemon opens; null: this one without host, transport and parameters. (<c>name</c>)</summary>
    public string? Name { get; init; }

    /// <summary>Which daemon. For a socket and SSH. (<c>mode</c>)</summary>
    public ConnectMode? Mode { get; init; }

    /// <summary>What runs on the other side of SSH. (<c>proxy</c>)</summary>
    public ConnectProxy? Proxy { get; init; }

    /// <summary>The daemon's socket, if it isn't where it usually is. For a socket and SSH. (<c>socket</c>)</summary>
    public string? Socket { get; init; }

    /// <summary>The program: the SSH client, or what <see cref="Ext"/> runs. (<c>command</c>)</summary>
    public string? Command { get; init; }

    /// <summary>The program <c>nc</c> on the other side of SSH. (<c>netcat</c>)</summary>
    public string? Netcat { get; init; }

    /// <summary>The private key for SSH. (<c>keyfile</c>)</summary>
    public string? KeyFile { get; init; }

    /// <summary>For libssh and libssh2: the file with the keys of hosts. (<c>known_hosts</c>)</summary>
    public string? KnownHosts { get; init; }

    /// <summary>For libssh and libssh2: what to do about a host's key. (<c>known_hosts_verify</c>)</summary>
    public ConnectKnownHostsVerify? KnownHostsVerify { get; init; }

    /// <summary>
    /// For libssh and libssh2: ways to log in, by comma: <c>agent</c>, <c>privkey</c>, <c>password</c>, <c>keyboard-interactive</c>. (<c>sshauth</c>)
    /// </summary>
    public string? SshAuth { get; init; }

    /// <summary>For ssh: take a host's key that isn't known; for TLS: don't look at the server's certificate. (<c>no_verify</c>)</summary>
    public bool NoVerify { get; init; }

    /// <summary>For ssh: never ask for a password. (<c>no_tty</c>)</summary>
    public bool NoTty { get; init; }

    /// <summary>For TLS: the folder of <c>cacert.pem</c>, <c>clientcert.pem</c> and <c>clientkey.pem</c>. (<c>pkipath</c>)</summary>
    public string? PkiPath { get; init; }

    /// <summary>For TLS: GnuTLS' priorities. (<c>tls_priority</c>)</summary>
    public string? TlsPriority { get; init; }

    /// <summary>Parameters that are the driver's, for example <c>root</c> of <c>qemu:///embed</c> or <c>auto_answer</c> of <c>esx</c>.</summary>
    public IReadOnlyDictionary<string, string> Others { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">The message names the part that is wrong, and what would be right.</exception>
    public static ConnectUri Parse(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (Whole().Match(uri) is not { Success: true } parts)
        {
            throw new FormatException($"'{uri}' isn't a connection's URI: driver[+transport]://[user@][host][:port]/path[?parameters] was expected, " +
                "such as qemu:///system.");
        }

        var driver = parts.Groups["driver"].Value;
        var transport = Optional("transport") is { } word ? Word<ConnectTransport>("transport", word) : null;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in parts.Groups["query"].Value.Split('&', ';').Where(p => p.Length > 0).Select(p => p.Split('=', 2)))
        {
            if (pair.Length != 2 || !given.TryAdd(Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair[1])))
                throw new FormatException($"The parameter '{pair[0]}' of '{uri}' has no value or stands there twice: name=value, once, was expected.");
        }
        // nothing of what such a driver is told is ours to know
        var ours = transport == null && s_ownProtocol.Contains(driver) ? [] : given;
        var result = new ConnectUri
        {
            Driver = driver,
            Transport = transport,
            User = Optional("user") is { } user ? Uri.UnescapeDataString(user) : null,
            Host = Optional("ipv6") is { } address ? Uri.UnescapeDataString(address) : Optional("host"),
            Port = Optional("port") is { } port ? int.Parse(port, CultureInfo.InvariantCulture) : null,
            Path = parts.Groups["path"].Value is { Length: > 0 } path ? Uri.UnescapeDataString(path) : "/",
            Name = Take("name"),
            Mode = Word<ConnectMode>("mode", Take("mode")),
            Proxy = Word<ConnectProxy>("proxy", Take("proxy")),
            Socket = Take("socket"),
            Command = Take("command"),
            Netcat = Take("netcat"),
            KeyFile = Take("keyfile"),
            KnownHosts = Take("known_hosts"),
            KnownHostsVerify = Word<ConnectKnownHostsVerify>("known_hosts_verify", Take("known_hosts_verify")),
            SshAuth = Take("sshauth"),
            NoVerify = Flag("no_verify"),
            NoTty = Flag("no_tty"),
            PkiPath = Take("pkipath"),
            TlsPriority = Take("tls_priority"),
            Others = given,
        };
        result.Check();
        return result;

        string? Optional(string part) => parts.Groups[part] is { Success: true, Length: > 0 } group ? group.Value : null;

        string? Take(string name) => ours.Remove(name, out var value) ? value : null;

        bool Flag(string name) => Take(name) switch
        {
            null or "0" => false,
            var value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? true
                : throw new FormatException($"The parameter {name} is '{value}': 1 or 0 was expected."),
        };
    }

    /// <summary>The URI.</summary>
    /// <exception cref="FormatException">The parts don't go together. The message names the one that is wrong, and what would be right.</exception>
    public override string ToString()
    {
        Check();
        var b = new StringBuilder(Driver);
        if (Transport is { } transport)
            b.Append('+').Append(Word(transport));
        b.Append("://");
        if (User != null)
            b.Append(Uri.EscapeDataString(User)).Append('@');
        if (Host != null)
            b.Append(IsIPv6(Host) ? $"[{Host.Replace("%", "%25", StringComparison.Ordinal)}]" : Host);     // % begins a zone
        if (Port is { } port)
            b.Append(CultureInfo.InvariantCulture, $":{port}");
        b.AppendJoin('/', Path.Split('/').Select(Uri.EscapeDataString));
        var separator = '?';
        foreach (var (name, value) in Parameters().Where(p => p.Value != null).Select(p => (p.Name, p.Value!)).Concat(Others.Select(o => (o.Key, o.Value))))
        {
            b.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return b.ToString();
    }

    /// <summary>What libvirt itself reads, and which transports it does so for.</summary>
    private IEnumerable<(string Name, string? Value, ConnectTransport[] For)> Parameters()
    {
        ConnectTransport[] anySsh = [Ssh, Libssh, Libssh2], libssh = [Libssh, Libssh2];
        yield return ("name", Name, Enum.GetValues<ConnectTransport>());
        yield return ("mode", Mode is { } mode ? Word(mode) : null, [Unix, .. anySsh]);
        yield return ("proxy", Proxy is { } proxy ? Word(proxy) : null, anySsh);
        yield return ("socket", Socket, [Unix, .. anySsh]);
        yield return ("command", Command, [Ssh, Ext]);
        yield return ("netcat", Netcat, anySsh);
        yield return ("keyfile", KeyFile, anySsh);
        yield return ("known_hosts", KnownHosts, libssh);
        yield return ("known_hosts_verify", KnownHostsVerify is { } verify ? Word(verify) : null, libssh);
        yield return ("sshauth", SshAuth, libssh);
        yield return ("no_verify", NoVerify ? "1" : null, [Ssh, Tls]);
        yield return ("no_tty", NoTty ? "1" : null, [Ssh]);
        yield return ("pkipath", PkiPath, [Tls]);
        yield return ("tls_priority", TlsPriority, [Tls]);
    }

    private void Check()
    {
        Expect(DriverName().IsMatch(Driver), $"The driver '{Driver}' isn't a name: small letters and digits were expected, such as qemu.");
        Expect(Host == null || HostName().IsMatch(Host) || IsIPv6(Host),
            $"The host '{Host}' isn't one: a name, an IPv4 or an IPv6 address was expected, and the port on its own.");
        Expect(Port is null or (> 0 and <= ushort.MaxValue), $"The port {Port} isn't one: 1 to 65535 was expected.");
        Expect(Path.StartsWith('/'), $"The path '{Path}' doesn't begin with a slash, such as /system does.");
        Expect(Driver != "vbox" || Path is "/session" or "/system",
            $"The path of vbox is '{Path}': /session was expected, or /system of a daemon that root runs.");
        Expect(User is null or { Length: > 0 }, "The user has no name: leave it out, or name one.");
        var ownProtocol = Transport == null && s_ownProtocol.Contains(Driver);
        Expect(Host != null || !ownProtocol, $"{Driver} is reached over the network: name its host.");
        var transport = Transport ?? (Host == null ? Unix : Tls);
        if (transport is Unix or Ext)
        {
            var rule = transport == Unix
                ? "the transport unix stays on this machine: leave it out, or choose another transport such as ssh."
                : "the transport ext leaves that to its command: leave it out.";
            Expect(Host == null, $"There is a host, '{Host}', but {rule}");
            Expect(Port == null, $"There is a port, {Port}, but {rule}");
            Expect(User == null, $"There is a user, '{User}', but {rule}");
        }
        Expect(transport != Ext || Command != null, "The transport ext needs a command, the program that connects.");
        Expect(Netcat == null || Proxy != ConnectProxy.Native,
            "The parameter netcat goes with the proxy auto or netcat, not with native: leave one of them out.");
        foreach (var (name, value, transports) in Parameters().Where(p => p.Value != null))
        {
            Expect(!ownProtocol, $"{Driver} has parameters of its own: put {name} among the others.");
            Expect(value!.Length > 0, $"The parameter {name} is empty: leave it out, or give its value.");
            Expect(transports.Contains(transport),
                $"The parameter {name} belongs to {string.Join(", ", transports.Select(t => Word(t)))}, not to {Word(transport)}: leave it out, or change the transport.");
            Expect(name is not ("socket" or "known_hosts" or "pkipath") || value.StartsWith('/'),
                $"The parameter {name} is '{value}': a path that begins with a slash was expected.");
        }
        Expect(ownProtocol || !Parameters().Any(p => Others.ContainsKey(p.Name)), "A parameter among the others has a property of its own: set that.");

        static void Expect(bool isSo, string otherwise)
        {
            if (!isSo)
                throw new FormatException(otherwise);
        }
    }

    private static bool IsIPv6(string host) =>
        AddressAndZone().IsMatch(host) && IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>A name of ours as libvirt writes it.</summary>
    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static T? Word<T>(string what, string? word) where T : struct, Enum => word == null ? null
        : Enum.GetValues<T>().Where(v => Word(v) == word).Select(v => (T?)v).FirstOrDefault()
        ?? throw new FormatException($"The {what} '{word}' isn't known: {string.Join(", ", Enum.GetValues<T>().Select(v => Word(v)))} are.");

    [GeneratedRegex(@"^[a-z][a-z0-9-]*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DriverName();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AddressAndZone();

    [GeneratedRegex(@"^(?<driver>[^:/?#+]+)(\+(?<transport>[^:/?#]+))?:" +
        @"(//((?<user>[^@/?#]*)@)?(\[(?<ipv6>[^\]/?#]*)\]|(?<host>[^:\[\]/?#]*))(:(?<port>[0-9]{1,9}))?)?(?<path>/[^?#]*)?(\?(?<query>[^#]*))?\z",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();
}

/// <summary>How a daemon is reached.</summary>
public enum ConnectTransport
{
    /// <summary>Its socket on this machine.</summary>
    Unix,

    /// <summary>The program <c>ssh</c>.</summary>
    Ssh,

    /// <summary>SSH by the library libssh.</summary>
    Libssh,

    /// <summary>SSH by the library libssh2.</summary>
    Libssh2,

    /// <summary>TLS with certificates on both sides.</summary>
    Tls,

    /// <summary>Bare TCP: everybody can read along unless SASL encrypts.</summary>
    Tcp,

    /// <summary>A program of one's own, whose standard input and output are the connection.</summary>
    Ext,
}

/// <summary>Which daemon is asked.</summary>
public enum ConnectMode
{
    /// <summary>What is there.</summary>
    Auto,

    /// <summary>The driver's own, such as virtqemud.</summary>
    Direct,

    /// <summary>libvirtd, which has all drivers.</summary>
    Legacy,
}

/// <summary>What connects to the daemon on the other side of SSH.</summary>
public enum ConnectProxy
{
    /// <summary>libvirt's program, else netcat.</summary>
    Auto,

    /// <summary>The program <c>nc</c>.</summary>
    Netcat,

    /// <summary>The program <c>virt-ssh-helper</c>.</summary>
    Native,
}

/// <summary>What to do about the key of an SSH server.</summary>
public enum ConnectKnownHostsVerify
{
    /// <summary>Ask about one that isn't known.</summary>
    Normal,

    /// <summary>Take one that isn't known.</summary>
    Auto,

    /// <summary>Take any.</summary>
    Ignore,
}
