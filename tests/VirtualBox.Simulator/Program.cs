using VirtualBox.Simulator.Client;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator;

/// <summary>VBoxManage as a client, or, told so by the client, the server that it starts: VBoxSVC and all running machines in one process.</summary>
internal static class Program
{
    /// <summary>The first argument of the server; the second is the socket's path.</summary>
    public const string ServerMark = "--vboxsvc";

    public static int Main(string[] args) => args is [ServerMark, var socket] ? Listener.Run(socket) : Frontend.Run(args);
}
