using System.Globalization;

namespace VirtualBox;

/// <summary>Delays as VirtualBox writes them: whole seconds.</summary>
internal static class AutostartDelay
{
    public static string Seconds(TimeSpan delay, uint longest, string parameter)
    {
        if (delay < TimeSpan.Zero || delay.TotalSeconds > longest || delay.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentOutOfRangeException(parameter, delay,
                string.Create(CultureInfo.InvariantCulture, $"A delay is a whole number of seconds from 0 to {longest}."));
        return ((long)delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }
}
