using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

#pragma warning disable RS0030 // the one file that may start processes

namespace VirtualBox;

/// <summary>Runs a command line once: arguments as a list, UTF-8, on standard input what it is given, and an end that VirtualBox can bear.</summary>
internal static partial class ProcessRunner
{
    private const int Terminate = 15;

    // The server that a first call starts lives on with this environment, as do its machines: no passwords of ours in it.
    private static readonly HashSet<string> passedOn = new(StringComparer.Ordinal)
    {
        "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY",
    };

    /// <summary>Runs it to its end.</summary>
    /// <param name="command">What to run; its time limit is the caller's business.</param>
    /// <param name="environment">Set besides what is passed on of our own.</param>
    /// <param name="input">For its standard input; null for nothing. If this fails, it is ended early.</param>
    /// <param name="progress">Gets the percentages, on the thread that reads them.</param>
    /// <param name="grace">From SIGTERM to SIGKILL.</param>
    /// <param name="leftover">How long to wait, once it has ended, for the end of an output that a child of it may hold open.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended early; it no longer runs.</exception>
    /// <exception cref="VBoxManageNotFoundException">It can't be started.</exception>
    public static async Task<VBoxManageResult> Run(
        CommandLine command, IReadOnlyDictionary<string, string> environment, IAsyncEnumerable<ReadOnlyMemory<byte>>? input, IProgress<int>? progress,
        TimeSpan grace, TimeSpan leftover, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        using var process = Start(command, environment);
        using var output = process.StandardOutput;
        using var errors = process.StandardError;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var feeding = Feed(process.StandardInput.BaseStream, input, end);

        // Both are read at once, or a program that fills one pipe waits for ever.
        using var reading = new CancellationTokenSource();
        var progressText = progress is null ? null : new ProgressText(progress);
        var texts = Task.WhenAll(Collect(output, null, reading.Token), Collect(errors, progressText, reading.Token));
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            await End(process, grace);
            await reading.CancelAsync();
            await ((Task)texts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await feeding; // its fault is what ended it, if it has one
            throw;
        }
        if (process.ExitCode == 0)
        {
            await feeding;
        }
        else
        {
            await end.CancelAsync();
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        reading.CancelAfter(leftover);
        var read = await texts;
        return new(command, process.ExitCode, VBoxManageResult.WithoutWarnings(read[0]), read[1]);
    }

    private static Process Start(CommandLine command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var name in start.Environment.Keys.Where(n => !passedOn.Contains(n) && !n.StartsWith("VBOX_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        // In any other locale than a UTF-8 one that exists, lists end at the first name with an accent, with exit code 0.
        start.Environment["LC_ALL"] = "C.UTF-8";

        var process = new Process { StartInfo = start };
        try
        {
            process.Start();
            return process;
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw new VBoxManageNotFoundException($"{command.Program} can't be started: {e.Message}. Is VirtualBox installed?", e);
        }
    }

    private static async Task Feed(Stream pipe, IAsyncEnumerable<ReadOnlyMemory<byte>>? input, CancellationTokenSource end)
    {
        await using var closing = pipe;
        if (input is null) return;
        try
        {
            await foreach (var piece in input.WithCancellation(end.Token))
            {
                try
                {
                    await pipe.WriteAsync(piece, end.Token);
                }
                catch (IOException)
                {
                    return; // it has ended, and says itself why
                }
            }
        }
        catch
        {
            await end.CancelAsync();
            throw;
        }
    }

    /// <summary>
    /// Asks it to end, and makes it after a while. At SIGTERM it undoes its work; at SIGKILL machines stay locked or half made. Its children are
    /// left alone: one of them is the server that all others use.
    /// </summary>
    private static async Task End(Process process, TimeSpan grace)
    {
        if (!process.HasExited) _ = kill(process.Id, Terminate);
        using var patience = new CancellationTokenSource(grace);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<string> Collect(StreamReader reader, ProgressText? progress, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            for (int count; (count = await reader.ReadAsync(buffer, cancel)) > 0;)
            {
                text.Append(buffer, 0, count);
                try
                {
                    progress?.Read(buffer.AsSpan(0, count));
                }
                catch
                {
                    // the listener's fault is told once the command has ended, which it can't while nobody reads
                    await reader.BaseStream.CopyToAsync(Stream.Null, cancel);
                    throw;
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // the program has ended and all of its own is read; a child that got its output writes nothing of interest
        }
        return text.ToString();
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
