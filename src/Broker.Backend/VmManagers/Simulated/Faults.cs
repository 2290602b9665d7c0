using System.Diagnostics;
using System.Text.Json;
using Broker.Core;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>What should go wrong with a call.</summary>
/// <param name="Call">The call's name in lower case: <c>start</c>, <c>define</c>, <c>clone</c>, <c>shutdown</c>…</param>
/// <param name="Fail">It fails with this sentence.</param>
/// <param name="IsConnectionLost">It fails as a lost connection does.</param>
/// <param name="HangSeconds">It takes that much longer, or until the fault is taken back.</param>
/// <param name="IsIgnored">The guest pays no attention; only for <c>shutdown</c> and <c>reboot</c>.</param>
/// <param name="Times">For so many calls; null for all.</param>
public sealed record Fault(string Call, string? Fail = null, bool IsConnectionLost = false, double HangSeconds = 0, bool IsIgnored = false, int? Times = null);

/// <summary>
/// Faults of a simulated node, for tests: the file <c>faults.json</c> in its folder, looked at with each call, so that a test can also
/// reach a back end in another process.
/// </summary>
public sealed class Faults : IDisposable
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly string _file;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _end = new();
    private DateTime _readAt;
    private List<Fault> _faults = [];
    private bool _isLost;

    internal Faults(string folder) => _file = FileOf(folder);

    /// <summary>False once a fault was a lost connection: it never heals.</summary>
    public bool IsAlive => !Volatile.Read(ref _isLost);

    /// <summary>Asks the node in this folder to fail so from now on; no faults ask it to work again.</summary>
    public static void Set(string folder, params IReadOnlyList<Fault> faults)
    {
        var file = FileOf(folder);
        File.WriteAllText(file + ".part", JsonSerializer.Serialize(faults, Json.Options));
        File.Move(file + ".part", file, overwrite: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _end.Set();

    /// <summary>Called at the start of each call: goes wrong as asked.</summary>
    /// <returns>True when the guest should pay no attention.</returns>
    internal bool Meet(string call)
    {
        Fault? fault;
        lock (_lock)
        {
            if (_isLost) throw Lost(null);
            Load();
            var at = _faults.FindIndex(fault => fault.Call == call && fault.Times is null or > 0);
            if (at < 0) return false;
            fault = _faults[at];
            if (fault.Times is { } times)
            {
                _faults[at] = fault with { Times = times - 1 };
                Set(Path.GetDirectoryName(_file)!, _faults);     // it counts for the next connection too
            }
        }
        if (fault.HangSeconds > 0) Hang(fault);
        if (fault.IsConnectionLost)
        {
            Volatile.Write(ref _isLost, true);
            throw Lost(fault.Fail);
        }
        return fault.Fail == null ? fault.IsIgnored : throw new VmException(fault.Fail);
    }

    private static VmException Lost(string? message) => new(message ?? "The connection to the simulated host is lost.") { IsConnectionLost = true };

    private void Hang(Fault fault)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) is var hung && hung.TotalSeconds < fault.HangSeconds && IsWanted(fault))
        {
            var rest = TimeSpan.FromSeconds(fault.HangSeconds) - hung;
            if (_end.Wait(rest < LookAgain ? rest : LookAgain)) return;
        }
    }

    private bool IsWanted(Fault fault)
    {
        lock (_lock)
        {
            Load();
            return _faults.Exists(f => f.Call == fault.Call && f.HangSeconds > 0);
        }
    }

    private static string FileOf(string folder) => Path.Combine(folder, "faults.json");

    private void Load()
    {
        var writtenAt = File.GetLastWriteTimeUtc(_file);     // 1601 when there is none
        if (writtenAt == _readAt) return;
        _readAt = writtenAt;
        _faults = File.Exists(_file) ? JsonSerializer.Deserialize<List<Fault>>(File.ReadAllBytes(_file), Json.Options)! : [];
    }
}
