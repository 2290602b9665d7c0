using System.Diagnostics;
using System.Text;

#pragma warning disable RS0030 // the one file that may start processes

namespace Broker.Backend;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">Its standard output, its beginning at least.</param>
/// <param name="Errors">Its standard error, its beginning at least.</param>
public sealed record ChildResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last thing it complained of, on one line.</summary>
    public string Complaint => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exit code {ExitCode}";
}

/// <summary>Starts programs: with a list of arguments, no shell, none of our environment (it holds passwords), a time limit and a limit on what is kept of their output.</summary>
public static class ChildProcess
{
    private const int MostOutput = 1 << 20;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Its name, found in the system's own folders, or its path.</param>
    /// <param name="arguments">One string each.</param>
    /// <param name="limit">After this time it is killed.</param>
    /// <param name="input">What it gets on standard input; null is nothing.</param>
    /// <param name="output">Called with each piece of its standard output as it comes.</param>
    /// <param name="folder">The folder it starts in.</param>
    /// <param name="cancel">Kills it.</param>
    /// <exception cref="TimeoutException">It took longer than the limit.</exception>
    /// <exception cref="IOException">It can't be started.</exception>
    public static async Task<ChildResult> Run(string program, IEnumerable<string> arguments, TimeSpan limit, string? input = null, Action<string>? output = null,
        string folder = "/", CancellationToken cancel = default)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C";

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"{program} can't be started: {e.Message}. Is its package installed?", e);
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(limit);
        try
        {
            // Both are read at once, or a program that fills one pipe waits for ever.
            var outputs = Task.WhenAll(Collect(process.StandardOutput, output, end.Token), Collect(process.StandardError, null, end.Token));
            try
            {
                await process.StandardInput.WriteAsync((input ?? "").AsMemory(), end.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // it ended without reading all; its exit code says whether that matters
            }
            var texts = await outputs;
            await process.WaitForExitAsync(end.Token);
            return new(process.ExitCode, texts[0], texts[1]);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            throw new TimeoutException($"{program} did not end within {limit.TotalSeconds:0} s and was stopped.", e);
        }
    }

    private static async Task<string> Collect(StreamReader reader, Action<string>? seen, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        for (int count; (count = await reader.ReadAsync(buffer, cancel)) > 0;)
        {
            seen?.Invoke(new(buffer, 0, count));
            if (text.Length < MostOutput) text.Append(buffer, 0, Math.Min(count, MostOutput - text.Length));
        }
        return text.ToString();
    }
}
