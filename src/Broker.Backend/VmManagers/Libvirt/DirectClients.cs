using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// Who is connected to domains otherwise than by their display sockets: to a display that listens on TCP, or to a port of the guest. Of displays libvirt's events
/// tell; of those who were there before them, the sockets of the host. Of guests, the connections that the host tracks.
/// </summary>
/// <param name="network">The folder in which the kernel shows the network of libvirt and its guests.</param>
/// <param name="clock">Says when to look again.</param>
/// <param name="program">Lists the connections that the host tracks where the kernel's file can't be read.</param>
internal sealed class DirectClients(string network, TimeProvider clock, string program = "conntrack")
{
    private const string Longest = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established";
    private static readonly TimeSpan UsualLongest = TimeSpan.FromDays(5);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestList = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, HashSet<(string Address, string Port)>> _viewers = [];
    private readonly Dictionary<int, Guid> _displays = [];
    private HashSet<Connection> _before = [];
    private HashSet<Connection> _lasting = [];
    private long? _readAt;

    /// <summary>Why the connections that the host tracks can't be read; null when they can.</summary>
    public string? Untracked { get; private set; }

    /// <summary>The folder for a daemon: it may have a network of its own. Where that can't be told, it is the one of this program.</summary>
    public static string NetworkOf(string socket)
    {
        const int socketLevel = 1, peerCredentials = 17;
        try
        {
            using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            daemon.Connect(new UnixDomainSocketEndPoint(socket));
            var peer = new byte[3 * sizeof(int)];       // its process, user and group
            daemon.GetRawSocketOption(socketLevel, peerCredentials, peer);
            var folder = $"/proc/{BitConverter.ToInt32(peer).ToString(CultureInfo.InvariantCulture)}/net";
            if (File.Exists(Path.Combine(folder, "tcp"))) return folder;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            // whoever connects to it as a client will say why
        }

        return "/proc/self/net";
    }

    /// <summary>libvirt's event: somebody comes to a display or leaves it.</summary>
    public void See(DomainEventGraphics news)
    {
        if (news.Remote.Family is not (DomainEventGraphicsAddressType.Ipv4 or DomainEventGraphicsAddressType.Ipv6)) return;
        lock (_lock)
        {
            var viewer = (news.Remote.Node, news.Remote.Service);
            if (news.Phase is DomainEventGraphicsPhase.Disconnect)
            {
                if (_viewers.TryGetValue(news.UUID, out var left)) left.Remove(viewer);
            }
            else if (!_viewers.TryAdd(news.UUID, [viewer]))
            {
                _viewers[news.UUID].Add(viewer);
            }
        }
    }

    /// <summary>A domain ran, with a display on this port, before its events were listened to.</summary>
    public void Found(Guid domain, int port)
    {
        lock (_lock) _displays[port] = domain;
    }

    /// <summary>A domain went off, and everybody with it.</summary>
    public void Ended(Guid domain)
    {
        lock (_lock)
        {
            _viewers.Remove(domain);
            foreach (var port in _displays.Where(d => d.Value == domain).Select(d => d.Key).ToList()) _displays.Remove(port);
        }
    }

    /// <summary>By domain the address of somebody who is connected to it.</summary>
    public IReadOnlyDictionary<Guid, IPAddress> Look(IReadOnlyDictionary<IPAddress, Guid> guests)
    {
        lock (_lock)
        {
            var clients = new Dictionary<Guid, IPAddress>();
            foreach (var (domain, viewers) in _viewers)
                if (viewers.Select(v => IPAddress.TryParse(v.Address, out var address) ? address : null).FirstOrDefault(a => a is not null) is { } viewer) clients[domain] = viewer;
            if (_displays.Count > 0)
            {
                foreach (var connection in Connection.Sockets(Lines("tcp").Concat(Lines("tcp6"))))
                    if (_displays.TryGetValue(connection.To.Port, out var domain)) clients.TryAdd(domain, connection.From.Address);
            }

            if (guests.Count > 0) ReadTracked();
            foreach (var connection in _lasting)
                // one guest that talks to another is nobody
                if (guests.TryGetValue(connection.To.Address, out var domain) && !guests.ContainsKey(connection.From.Address)) clients.TryAdd(domain, connection.From.Address);
            return clients;
        }
    }

    // What is there at two looks lasts: whoever only asks a guest how it is has gone by then.
    private void ReadTracked()
    {
        if (_readAt is { } at && clock.GetElapsedTime(at) < (Untracked is null ? Every : AfterFailure)) return;
        _readAt = clock.GetTimestamp();
        try
        {
            var now = Connection.Tracked(Tracked(), LongestQuiet()).ToHashSet();
            (_lasting, _before, Untracked) = ([.. now.Intersect(_before)], now, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            (_lasting, _before, Untracked) = ([], [], e.Message);
        }
    }

    /// <exception cref="IOException">Neither the kernel's file nor the program can be read.</exception>
    private string[] Tracked()
    {
        try
        {
            return File.ReadAllLines(Path.Combine(network, "nf_conntrack"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the file is root's, and some kernels have none; the program wants CAP_NET_ADMIN, which this one has
            var output = new StringBuilder();
            var result = ChildProcess.Run(program, ["-L", "-p", "tcp", "--state", "ESTABLISHED"], LongestList, output: piece => output.Append(piece)).GetAwaiter().GetResult();
            return result.ExitCode == 0 ? output.ToString().Split('\n') : throw new IOException($"conntrack: {result.Complaint}", e);
        }
    }

    private static TimeSpan LongestQuiet() =>
        File.Exists(Longest) && int.TryParse(File.ReadAllText(Longest), CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : UsualLongest;

    private string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(network, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
