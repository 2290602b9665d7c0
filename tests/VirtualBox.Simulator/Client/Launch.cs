using System.Diagnostics;

namespace VirtualBox.Simulator.Client;

/// <summary>Starts the server, which outlives this process.</summary>
internal static class Launch
{
    public static void Server(string socket)
    {
        // Its streams are pipes that end with us, so that nobody waits for the end of ours; it leaves them at once.
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        start.ArgumentList.Add(Program.ServerMark);
        start.ArgumentList.Add(socket);
        using var server = Process.Start(start);
    }
}
