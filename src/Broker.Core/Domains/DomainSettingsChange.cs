namespace Broker.Core.Domains;

/// <summary>What is to change of how long a machine runs, how it ends and how much of it may be kept. Null leaves something as it is, 0 seconds is what is usual.</summary>
/// <remarks>
/// For those who look after the hosts: an owner who could change one of these would have his desktop run for ever.
/// </remarks>
/// <param name="Autostart">Broker starts it when its host has started. Not inherited by clones.</param>
/// <param name="RunTimeoutSeconds">How long it may run, from its start; 0 for as long as it likes.</param>
/// <param name="ShutdownTimeoutSeconds">How long it gets to shut down before its plug is pulled; 0 for the usual two minutes.</param>
/// <param name="ShutdownDisconnected">It is shut down when nobody has been connected to it for a while.</param>
/// <param name="DisconnectGraceSeconds">How long nobody has to be connected before that; 0 for the usual ten minutes.</param>
/// <param name="SnapshotLimit">How many snapshots it may have; 0 for none, -1 for as many as is usual.</param>
public sealed record DomainSettingsChange(
    bool? Autostart = null, int? RunTimeoutSeconds = null, int? ShutdownTimeoutSeconds = null, bool? ShutdownDisconnected = null, int? DisconnectGraceSeconds = null,
    int? SnapshotLimit = null)
{
    /// <summary>The limit of snapshots that stands for what is usual: none is a limit, too.</summary>
    public const int UsualSnapshots = -1;

    /// <summary>More snapshots than this make a disk slow.</summary>
    public const int MostSnapshots = 100;

    private const int Minute = 60;
    private const int Hour = 60 * Minute;
    private const int LongestRunDays = 366;

    /// <summary>What is wrong with it, for this machine, in sentences for people; empty when nothing is.</summary>
    public IEnumerable<string> Problems(DomainRow domain)
    {
        if (this == new DomainSettingsChange()) yield return "Nothing is to be changed: name at least one setting.";
        if (Autostart is true && domain.IsBase) yield return $"{domain.Name} is a base: it can't start, with its host or otherwise.";
        if (Autostart is true && domain.IsVolatile) yield return $"{domain.Name} is temporary: it is removed when it ends, so it can't start again with its host.";
        if (RunTimeoutSeconds is not (null or 0 or >= Minute and <= LongestRunDays * 24 * Hour))
            yield return $"run_timeout_seconds is 0 for none, or between a minute (60) and {LongestRunDays} days.";
        if (ShutdownTimeoutSeconds is not (null or >= 0 and <= Hour)) yield return "shutdown_timeout_seconds is 0 for the usual time, or between 1 and 3600.";
        if (DisconnectGraceSeconds is not (null or 0 or >= Minute and <= 24 * Hour)) yield return "disconnect_grace_seconds is 0 for the usual time, or between a minute (60) and a day.";
        if (SnapshotLimit is not (null or >= UsualSnapshots and <= MostSnapshots)) yield return $"snapshot_limit is between 0 and {MostSnapshots}, or {UsualSnapshots} for the usual number.";
    }
}
