using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Broker.Backend.VmManagers;

/// <summary>An established TCP connection, as the kernel lists it.</summary>
/// <param name="From">Who has connected.</param>
/// <param name="To">To what; what it really reaches where addresses are translated on the way.</param>
internal sealed record Connection(IPEndPoint From, IPEndPoint To)
{
    private const string Established = "01";
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    /// <summary>Those that sockets of the host have, from the lines of <c>/proc/net/tcp</c> or <c>tcp6</c>: number, its own end, the other end, state… Ends are in hexadecimal.</summary>
    public static IEnumerable<Connection> Sockets(IEnumerable<string> lines) =>
        from line in lines
        let column = line.Split(' ', 5, StringSplitOptions.RemoveEmptyEntries)
        where column is [_, _, _, Established, _]
        select new Connection(End(column[2]), End(column[1]));

    /// <summary>
    /// Those that the host tracks, from the lines of <c>/proc/net/nf_conntrack</c> or of <c>conntrack -L</c>. A client that has vanished stays in there for days:
    /// those in which nothing was sent for ten minutes are left out.
    /// </summary>
    /// <param name="lines">In each the seconds left, the state, the two ends as they were asked for, and as whoever answers has them.</param>
    /// <param name="longest">So long the host keeps one in which nothing is sent.</param>
    public static IEnumerable<Connection> Tracked(IEnumerable<string> lines, TimeSpan longest)
    {
        foreach (var line in lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var tcp = Array.IndexOf(words, "tcp");
            if (tcp < 0 || tcp + 3 >= words.Length || words[tcp + 3] != "ESTABLISHED" || !int.TryParse(words[tcp + 2], CultureInfo.InvariantCulture, out var left)) continue;
            if (longest - TimeSpan.FromSeconds(left) > Quiet) continue;
            if (All("src=") is [var client, var guest] && All("sport=") is [var from, var to]
                && IPEndPoint.TryParse($"{Address(client)}:{from}", out var asked) && IPEndPoint.TryParse($"{Address(guest)}:{to}", out var answers))
                yield return new Connection(asked, answers);

            string[] All(string key) => [.. words.Where(w => w.StartsWith(key, StringComparison.Ordinal)).Select(w => w[key.Length..])];
        }
    }

    private static string Address(string address) => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;

    // the address is in words of four bytes, each in the order of this machine
    private static IPEndPoint End(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var bytes = Convert.FromHexString(text.AsSpan(0, colon));
        for (var i = 0; i < bytes.Length; i += 4)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i), BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i)) : BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i)));
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, int.Parse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
