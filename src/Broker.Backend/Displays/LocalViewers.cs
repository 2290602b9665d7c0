namespace Broker.Backend.Displays;

/// <summary>Which display sockets of this host somebody is connected to, whoever he is: what <c>ss</c> would show.</summary>
internal static class LocalViewers
{
    private const string Sockets = "/proc/net/unix";
    private const string Connected = "03";

    /// <summary>The paths, in one look for all desktops.</summary>
    /// <remarks>Sees what connects from the network namespace it runs in: the front end's gateway of this host, and programs of its users.</remarks>
    public static async Task<IReadOnlySet<string>> Look(CancellationToken cancel) =>
        File.Exists(Sockets) ? Read(await File.ReadAllLinesAsync(Sockets, cancel)) : new HashSet<string>();

    /// <summary>The paths in the kernel's list: address, references, protocol, flags, type, state, inode, path. The end that listened has its path once for each who is connected.</summary>
    public static HashSet<string> Read(IEnumerable<string> lines) =>
        [.. lines.Select(line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries)).Where(column => column is [_, _, _, _, _, Connected, _, ['/', ..]]).Select(column => column[7])];
}
