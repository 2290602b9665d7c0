using System.Threading.Channels;

namespace Libvirt.Tests;

/// <summary>Waiting for what comes soon.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The next of these that is looked for; those before it are dropped.</summary>
    public static async Task<T> Next<T>(this Channel<T> events, Func<T, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var e = await events.Reader.ReadAsync(limit.Token);
            if (wanted(e))
                return e;
        }
    }

    /// <summary>Until it is so, for what no event tells.</summary>
    public static async Task Until(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!isSo())
            await timer.WaitForNextTickAsync(limit.Token);
    }
}
