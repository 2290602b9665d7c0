using System.Text;
using VirtualBox.Simulator.Client;

namespace VirtualBox.Simulator;

/// <summary>What client and server say to each other: a byte for the kind, four for the length, the data.</summary>
internal static class Wire
{
    /// <summary>To the server: home, working directory, <c>utf8</c> or <c>c</c>, and the arguments, with NULs between.</summary>
    public const byte Request = 10;

    /// <summary>To the server: of standard input; empty at its end.</summary>
    public const byte Input = 11;

    /// <summary>To the server: SIGTERM or SIGINT came.</summary>
    public const byte Cancel = 12;

    /// <summary>To the client: text for standard output; 2 is standard error.</summary>
    public const byte Output = 1;

    /// <summary>To the client: text for standard error.</summary>
    public const byte Error = 2;

    /// <summary>To the client: the end; the exit code instead of the length.</summary>
    public const byte Exit = 20;

    /// <summary>To the client: asks for standard input.</summary>
    public const byte WantInput = 21;

    /// <summary>To the client: from here on a signal is passed on.</summary>
    public const byte Cancelable = 22;

    /// <summary>
    /// A server is told by its name, whatever the home of who asks, as VirtualBox's; without a name by the home. (VirtualBox has then one for each user,
    /// which tests must never meet.)
    /// </summary>
    public static string SocketPath(string home, string? name)
    {
        if (!string.IsNullOrEmpty(name)) return $"/tmp/.vbox-simulated-{Environment.UserName}-{name}";
        var hash = 14695981039346656037UL;
        foreach (var octet in Encoding.UTF8.GetBytes(home)) hash = (hash ^ octet) * 1099511628211UL;
        return $"/tmp/.vbox-simulated-{Environment.UserName}-{hash:x16}";
    }

    /// <summary>Whether a server lives or starts.</summary>
    public static bool IsLocked(string socket) => !Native.Lock(LockOf(socket), isTest: true);

    /// <summary>The file that a server keeps locked.</summary>
    public static string LockOf(string socket) => $"{socket}.lock";
}
