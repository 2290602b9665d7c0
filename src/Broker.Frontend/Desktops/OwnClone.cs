using Broker.Core.Domains;

namespace Broker.Frontend.Desktops;

/// <summary>Which of somebody's clones of a base is his desktop.</summary>
public static class OwnClone
{
    /// <summary>One that was begun can be used, also while it is being made; one that is broken, on its way out, or was to last only until its end can't.</summary>
    public static bool IsUsable(DomainRow clone) => !clone.HasEnded && clone.State is not (DomainState.Broken or DomainState.Removing);

    /// <summary>The oldest one that can be used, so that it stays the same when there are several; null when there is none.</summary>
    public static DomainRow? Choose(IEnumerable<DomainRow> clones) =>
        clones.Where(IsUsable).OrderBy(c => c.CreatedAt).ThenBy(c => c.Id).FirstOrDefault();
}
