using System.Collections.Concurrent;
using System.Diagnostics;

namespace Broker.Testing;

/// <summary>A program that this process starts and that the kernel kills when this process is gone, however it ends.</summary>
public sealed class BoundProcess : IDisposable
{
    private const int KeptLines = 200;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output;
    private readonly TaskCompletionSource _ended;

    private BoundProcess(Process process, ConcurrentQueue<string> output, TaskCompletionSource ended) => (_process, _output, _ended) = (process, output, ended);

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Done when it has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The last lines that it wrote.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments, each as it is.</param>
    /// <param name="environment">Variables besides ours.</param>
    public static BoundProcess Start(string program, IEnumerable<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        var info = new ProcessStartInfo("setpriv") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["--pdeathsig", "KILL", program, .. arguments]) info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) info.Environment[name] = value;
        var output = new ConcurrentQueue<string>();
        var started = new TaskCompletionSource<Process>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The parent-death signal belongs to the thread that started the process, and threads of the pool
        // come and go: so the starter is a thread that waits for as long as the program lives.
        new Thread(() =>
        {
            try
            {
                var process = new Process { StartInfo = info };
                process.OutputDataReceived += Keep;
                process.ErrorDataReceived += Keep;
                process.Start();
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                started.SetResult(process);
                process.WaitForExit();
            }
            catch (Exception e)
            {
                started.TrySetException(e);
            }
            finally
            {
                ended.SetResult();
            }
        })
        { IsBackground = true, Name = program }.Start();
        return new BoundProcess(started.Task.GetAwaiter().GetResult(), output, ended);

        void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null) return;
            output.Enqueue(line.Data);
            if (output.Count > KeptLines) output.TryDequeue(out _);
        }
    }

    /// <summary>Ends it at once, as a crash would (SIGKILL), and waits until it is gone.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await Ended;
    }

    /// <summary>Kills it when it still runs.</summary>
    public void Dispose()
    {
        if (!Ended.IsCompleted) _process.Kill();
        Ended.GetAwaiter().GetResult();
        _process.Dispose();
    }
}
