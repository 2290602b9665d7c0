using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>A machine as it was seen last.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name; what people call one whose settings VirtualBox can't read.</param>
/// <param name="State">What it does; null where VirtualBox can't read its settings.</param>
/// <param name="Detail">Why, in Broker's words.</param>
/// <param name="SettingsFile">Its settings file.</param>
/// <param name="WrittenAt">How old that was.</param>
/// <param name="IsOurs">It was defined here.</param>
/// <param name="ReadAt">When it was asked for, by the clock of <see cref="Stopwatch"/>.</param>
internal sealed record Seen(Guid Id, string Name, MachineState? State, string? Detail, string SettingsFile, DateTime WrittenAt, bool IsOurs, long ReadAt);

/// <summary>
/// Knows what all machines do. VirtualBox tells that of one machine at a time, which is slow, so only those are asked for that may have changed: a
/// machine that is off does not without its settings file being written; one that runs may be paused by others, and is looked at again after a while.
/// </summary>
/// <param name="vbox">VirtualBox.</param>
/// <param name="folders">The folders of machines.</param>
/// <param name="hidden">A machine that is nobody's business.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asked for holds nothing to give back.")]
internal sealed class MachineWatch(VBoxManage vbox, MachineFolders folders, Guid hidden)
{
    private static readonly TimeSpan RunningIsFresh = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, Seen> _seen = [];
    private readonly ConcurrentDictionary<Guid, string> _reasons = [];
    private readonly SemaphoreSlim _looking = new(1);
    private readonly Lock _applying = new();
    private long _asked;
    private long _served;

    /// <summary>Called with each change. The first is what it was before; null for one that is new.</summary>
    public event Action<Seen?, Seen?>? Changed;

    /// <summary>Looks at all. Whoever asks while others look gets what is seen after he asked.</summary>
    public async Task<IReadOnlyCollection<Seen>> Look()
    {
        var mine = Interlocked.Increment(ref _asked);
        await _looking.WaitAsync();
        try
        {
            if (_served < mine)
            {
                var upTo = Volatile.Read(ref _asked);
                await LookNow();
                _served = upTo;
            }
            return [.. _seen.Values];
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>One that was seen before; null when it was not.</summary>
    public Seen? this[Guid id] => _seen.GetValueOrDefault(id);

    /// <summary>What changes at this machine from now on has this reason, until it is told the next.</summary>
    /// <returns>To be disposed when no more changes are to have it.</returns>
    public IDisposable Because(Guid id, string reason)
    {
        _reasons[id] = reason;
        return new End(() => _reasons.TryRemove(new(id, reason)));
    }

    /// <summary>Takes in what a machine does now, as a verb left it.</summary>
    public void Note(Guid id, MachineState state)
    {
        if (_seen.TryGetValue(id, out var seen))
            Apply(seen with { State = state, ReadAt = Stopwatch.GetTimestamp(), WrittenAt = WrittenAt(seen.SettingsFile) });
    }

    /// <summary>Takes in what VirtualBox said of a machine.</summary>
    /// <param name="report">What it said.</param>
    /// <param name="askedAt">When it was asked, by the clock of <see cref="Stopwatch"/>.</param>
    public void Note(MachineReport report, long askedAt) =>
        Apply(new(report.Uuid, report.Name, report.State, null, report.SettingsFile, WrittenAt(report.SettingsFile), folders.IsOurs(report.Uuid), askedAt));

    /// <summary>It is gone.</summary>
    public void NoteGone(Guid id)
    {
        lock (_applying)
        {
            if (_seen.TryRemove(id, out var seen)) Changed?.Invoke(seen, null);
        }
    }

    private async Task LookNow()
    {
        var askedAt = Stopwatch.GetTimestamp();
        var listing = VirtualBoxCalls.Hurry(cancel => Machine.List(vbox, cancel));
        var running = (await VirtualBoxCalls.Hurry(cancel => Machine.ListRunning(vbox, cancel))).Select(m => m.Uuid).ToHashSet();
        var listed = (await listing).Where(m => m.Uuid != hidden).ToList();
        await Task.WhenAll(listed.Select(m => LookAt(m, running.Contains(m.Uuid), askedAt)));

        var there = listed.Select(m => m.Uuid).ToHashSet();
        foreach (var seen in _seen.Values.Where(s => !there.Contains(s.Id) && s.ReadAt < askedAt)) NoteGone(seen.Id);
    }

    private async Task LookAt(MachineEntry entry, bool runs, long askedAt)
    {
        if (entry.Name is null)
        {
            Apply(new(entry.Uuid, _seen.GetValueOrDefault(entry.Uuid)?.Name ?? $"{entry.Uuid}", null, null, "", default, folders.IsOurs(entry.Uuid), askedAt));
            return;
        }
        if (_seen.TryGetValue(entry.Uuid, out var seen) && seen.State is { } state && entry.Name == seen.Name && IsFresh(seen, state, runs)) return;
        try
        {
            var readAt = Stopwatch.GetTimestamp();
            // read after its time was taken, so that what is written meanwhile makes it old
            var writtenAt = seen is null ? default : WrittenAt(seen.SettingsFile);
            var report = await VirtualBoxCalls.Hurry(cancel => new Machine(vbox, entry.Uuid).Read(cancel));
            Apply(new(entry.Uuid, report.Name, report.State, null, report.SettingsFile, seen?.SettingsFile == report.SettingsFile ? writtenAt : default,
                folders.IsOurs(entry.Uuid), readAt));
        }
        catch (MachineNotFoundException)
        {
            // it went while we looked: the next look misses it
        }
        catch (Exception e) when (!folders.IsOurs(entry.Uuid) && (e is FormatException || (e is VBoxManageException failed && !VirtualBoxCalls.IsLost(failed))))
        {
            // what others made and can't be read keeps nobody from his own
            Apply(new(entry.Uuid, entry.Name, null, null, "", default, IsOurs: false, askedAt));
        }
    }

    private static bool IsFresh(Seen seen, MachineState state, bool runs) => Lifecycle.MayBeOn(state)
        ? runs && Lifecycle.Read(state).Power is Power.Running or Power.Paused && Stopwatch.GetElapsedTime(seen.ReadAt) < RunningIsFresh
        : !runs && seen.WrittenAt != default && seen.WrittenAt == WrittenAt(seen.SettingsFile);

    private static DateTime WrittenAt(string file) => File.Exists(file) ? File.GetLastWriteTimeUtc(file) : default;

    private void Apply(Seen now)
    {
        lock (_applying)
        {
            var before = _seen.GetValueOrDefault(now.Id);
            // what was asked for before something was done is no news any more
            if (before is not null && before.ReadAt > now.ReadAt) return;
            var isSame = before is not null && before.State == now.State && before.Name == now.Name;
            now = now with { Detail = isSame ? before!.Detail : _reasons.GetValueOrDefault(now.Id) ?? Lifecycle.ReasonOf(before?.State, now.State) };
            _seen[now.Id] = now;
            if (!isSame) Changed?.Invoke(before, now);
        }
    }

    private sealed class End(Action act) : IDisposable
    {
        public void Dispose() => act();
    }
}
