using System.Diagnostics;

namespace VirtualBox.Tests;

/// <summary>A pipe with a name: whoever opens it for reading waits for somebody who writes.</summary>
internal static class Fifo
{
    public static async Task Make(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
