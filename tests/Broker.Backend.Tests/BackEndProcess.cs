using System.Collections.Concurrent;
using System.Diagnostics;
using Broker.Core.Settings;

namespace Broker.Backend.Tests;

/// <summary>A back end in a process of its own, which can be stopped, woken and killed.</summary>
internal sealed class BackEndProcess : IAsyncDisposable
{
    private readonly Process _process;

    private BackEndProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Output.Enqueue(e.Data ?? "");
        _process.BeginOutputReadLine();
    }

    public int Id => _process.Id;

    /// <summary>What it wrote to its log.</summary>
    public ConcurrentQueue<string> Output { get; } = new();

    /// <summary>Starts one with the folders and the database of these settings, and with more of its own.</summary>
    public static BackEndProcess Start(BackEndSettings settings, params IReadOnlyList<(string Variable, string Value)> more)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(typeof(Broker.Backend.Requests.HandlerList).Assembly.Location);
        start.Environment["BROKER_DATABASE"] = settings.Database;
        start.Environment["BROKER_RUN"] = settings.Run;
        start.Environment["BROKER_POOL"] = settings.Pool;
        start.Environment["BROKER_BACKUPS"] = settings.Backups;
        start.Environment["BROKER_LIBRARY"] = settings.Library;
        foreach (var (variable, value) in more) start.Environment[variable] = value;
        return new BackEndProcess(start);
    }

    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>STOP, CONT, TERM.</summary>
    public async Task Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString(null as IFormatProvider)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has gone by itself.</summary>
    public async Task Gone() => await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
    }
}
