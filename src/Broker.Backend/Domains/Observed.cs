using Broker.Backend.VmManagers;
using Broker.Core.Domains;

namespace Broker.Backend.Domains;

/// <summary>What the database should say of a domain after its host was asked. Pure: the one place that knows.</summary>
public static class Observed
{
    /// <summary>What is said of a domain whose saved memory did not come back.</summary>
    public const string MemoryLost = "Its saved memory could not be brought back: it was started afresh, and what had not been saved to disk in it is lost.";

    private const string MemoryGone = "Its saved memory is gone from its host.";

    /// <summary>The state to be written, or null when the row is right as it is.</summary>
    /// <param name="row">What the database says.</param>
    /// <param name="report">What the host says; null when it does not know the domain.</param>
    public static (DomainState State, string? Detail)? Next(DomainRow row, DomainReport? report)
    {
        if (row.State is DomainState.Creating or DomainState.Removing or DomainState.Broken) return null;
        var wasOn = row.State is not (DomainState.Shutdown or DomainState.Hibernated);
        var (state, detail) = (report?.Power ?? Power.Gone) switch
        {
            // it was asked to shut down and is still about it
            Power.Running when row.State == DomainState.ShuttingDown => (DomainState.ShuttingDown, row.StateDetail),
            Power.Running => (DomainState.Active, row.SavedAt is null || report!.IsRestored ? null : MemoryLost),
            Power.Paused => (DomainState.Paused, null),
            Power.Saved => (DomainState.Hibernated, null),
            Power.Off when row.State == DomainState.Hibernated => (DomainState.Shutdown, MemoryGone),
            Power.Off => (DomainState.Shutdown, wasOn ? report!.Detail : row.StateDetail),
            // a domain that is off need not be known to the host: its next start tells it
            Power.Gone when row.State == DomainState.Hibernated => (DomainState.Shutdown, MemoryGone),
            Power.Gone => wasOn ? (DomainState.Shutdown, "Its host did not know it any more.") : (row.State, row.StateDetail),
        };
        return state == row.State ? null : (state, detail);
    }
}
