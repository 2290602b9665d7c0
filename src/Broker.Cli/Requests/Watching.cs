using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;

namespace Broker.Cli;

/// <summary>Waits until requests have ended and says on standard error how far they are.</summary>
/// <param name="Db">Where they are.</param>
/// <param name="DoorbellFolder">Where a door is opened, so that a change is seen at once.</param>
/// <param name="Terminal">Where to say it.</param>
/// <param name="IsQuiet">Say nothing.</param>
internal sealed record Watching(Db Db, string DoorbellFolder, Terminal Terminal, bool IsQuiet)
{
    // With a door of our own this is only the safety net; without one it is how soon a change is seen.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookWithoutDoor = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<long, string> _said = [];

    /// <summary>The requests when all of them have ended, or when the time is up.</summary>
    /// <param name="rows">The requests.</param>
    /// <param name="timeoutSeconds">At most so long; null for no limit.</param>
    /// <param name="cancel">The watch ends; the requests go on.</param>
    public async Task<List<RequestRow>> UntilEnded(IReadOnlyList<RequestRow> rows, double? timeoutSeconds, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        TimeSpan? limit = timeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        // before the first look: what changes after it rings
        using var door = OpenDoor();
        while (true)
        {
            (rows, var waits) = await Db.Read(async s =>
            {
                var now = new List<RequestRow>();
                foreach (var row in rows) now.Add(row.HasEnded ? row : await Requests.Get(s, row.Id));
                return (now, await Waiting.Of(s, now));
            }, cancel);
            var waited = Stopwatch.GetElapsedTime(started);
            foreach (var row in rows) await Say(row, waits.GetValueOrDefault(row.Id), waited, isOne: rows.Count == 1);
            if (rows.All(r => r.HasEnded)) return [.. rows];
            if (waited > limit)
            {
                if (Terminal.IsErrorScreen && rows.Count == 1 && !IsQuiet) await Terminal.Error.WriteLineAsync();
                return [.. rows];
            }

            var next = limit - waited is { } left && left < Look ? left : Look;
            if (door is not null) await door.Rung(next, cancel);
            else await Task.Delay(next < LookWithoutDoor ? next : LookWithoutDoor, cancel);
        }
    }

    /// <summary>The exit code for how requests ended, the worst of them.</summary>
    /// <exception cref="CommandFailedException">One did not end well, or has not ended.</exception>
    public static int Outcome(IReadOnlyCollection<RequestRow> rows)
    {
        var bad = rows.OrderBy(r => r.Id).FirstOrDefault(r => r.State is RequestState.Failed)
            ?? rows.FirstOrDefault(r => r.State is RequestState.Cancelled)
            ?? rows.FirstOrDefault(r => !r.HasEnded);
        var others = rows.Count(r => r.State is not RequestState.Done) - 1;
        var more = others > 0 ? $" {others} more did not end well either." : "";
        return bad?.State switch
        {
            null => ExitCode.Done,
            RequestState.Failed => throw new CommandFailedException($"Request {bad.Id} ({RequestText.Title(bad)}) failed: {bad.ErrorText} ({bad.ErrorCode}){more}", word: bad.ErrorCode),
            RequestState.Cancelled => throw new CommandFailedException($"Request {bad.Id} ({RequestText.Title(bad)}) was cancelled.{more}", ExitCode.Cancelled),
            _ => throw new CommandFailedException($"Request {bad.Id} ({RequestText.Title(bad)}) has not ended in time; it goes on: broker requests watch {bad.Id}.", ExitCode.TimedOut),
        };
    }

    private async Task Say(RequestRow row, Wait? wait, TimeSpan waited, bool isOne)
    {
        if (IsQuiet) return;
        var name = isOne ? "" : $"{row.Id} {RequestText.Title(row)}: ";
        var after = row.HasEnded ? $" after {waited.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s" : "";
        var rest = row.HasEnded ? "" : " " + RequestText.Progress(row, wait);
        var news = $"{row.State}{rest}";
        if (_said.GetValueOrDefault(row.Id) == news) return;
        _said[row.Id] = news;
        var line = $"  {Terminal.Plain(name)}{Terminal.Coloured(RequestText.State(row), Terminal.IsErrorScreen)}{Terminal.Plain(rest + after).TrimEnd()}";
        // One request has one line on a screen, which is written over until it has ended.
        if (Terminal.IsErrorScreen && isOne) await Terminal.Error.WriteAsync($"\r\u001b[K{line}{(row.HasEnded ? Environment.NewLine : "")}");
        else await Terminal.Error.WriteLineAsync(line);
    }

    private Door? OpenDoor()
    {
        // The folder is the back ends' to make: one made here would have the wrong owner.
        if (!Directory.Exists(DoorbellFolder)) return null;
        try
        {
            return new Doorbell(DoorbellFolder).Open(Side.FrontEnd);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
        {
            // not for us: looking again and again does as well
            return null;
        }
    }
}
