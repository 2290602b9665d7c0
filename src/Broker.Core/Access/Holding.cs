using System.Collections.Frozen;

namespace Broker.Core.Access;

/// <summary>What somebody has of a grant.</summary>
/// <param name="Reach">How far it goes.</param>
/// <param name="Source">Where that comes from, for people.</param>
public sealed record Holding(Reach Reach, string Source);

/// <summary>What a group gives its members.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Grant">Of this.</param>
/// <param name="Reach">How far it goes.</param>
public sealed record GroupGrant(string Group, Grant Grant, Reach Reach);

/// <summary>What somebody has in the end: his own row counts; without one, the largest of his groups' rows; without any, what everybody has.</summary>
public static class Holdings
{
    /// <summary>What those have for whom nothing was set.</summary>
    public static IReadOnlyDictionary<Grant, Holding> Everybodys { get; } =
        Enum.GetValues<Grant>().ToFrozenDictionary(g => g, g => new Holding(Default(g), "everybody"));

    /// <summary>Is the grant about machines, or bookings, which belong to somebody? Of what is not, one has nothing or all.</summary>
    public static bool IsAboutMachines(Grant grant) => grant switch
    {
        Grant.Clone or Grant.View or Grant.Start or Grant.Shutdown or Grant.Reboot or Grant.Hibernate or Grant.Screenshot or Grant.Remove or Grant.ChangeSettings
            or Grant.ChangeHardware or Grant.Rename or Grant.ChangeOwner or Grant.Share or Grant.CreateBase or Grant.CreateMachine or Grant.CreateDisk or Grant.Book => true,
        Grant.Ping or Grant.ManageUsers or Grant.StartMany or Grant.Operate or Grant.ViewGroups or Grant.ManageGroups or Grant.Grant or Grant.ReadAudit => false,
    };

    /// <summary>What everybody has of a grant.</summary>
    public static Reach Default(Grant grant) => grant switch
    {
        Grant.Ping => Reach.All,
        Grant.Clone or Grant.View or Grant.Start or Grant.Shutdown or Grant.Reboot or Grant.Hibernate or Grant.Screenshot or Grant.Remove or Grant.ChangeSettings or Grant.Share => Reach.Own,
        Grant.ChangeHardware or Grant.Rename or Grant.ChangeOwner or Grant.CreateBase or Grant.CreateMachine or Grant.CreateDisk or Grant.ManageUsers or Grant.StartMany
            or Grant.Operate or Grant.ViewGroups or Grant.ManageGroups or Grant.Grant or Grant.Book or Grant.ReadAudit => Reach.None,
    };

    /// <summary>What somebody has of each grant, and from where.</summary>
    /// <param name="own">What was set for himself.</param>
    /// <param name="groups">What his groups give.</param>
    public static IReadOnlyDictionary<Grant, Holding> Resolve(IEnumerable<KeyValuePair<Grant, Reach>> own, IEnumerable<GroupGrant> groups)
    {
        var all = new Dictionary<Grant, Holding>(Everybodys);
        foreach (var best in groups.GroupBy(g => g.Grant).Select(Largest))
            all[best.Grant] = new Holding(best.Reach, $"group {best.Group}");
        foreach (var (grant, reach) in own) all[grant] = new Holding(reach, reach is Reach.None ? "taken from you" : "granted to you");
        return all;
    }

    /// <summary>Of what several groups give, what counts: the largest, of those that reach equally far the one whose name comes first.</summary>
    public static GroupGrant Largest(IEnumerable<GroupGrant> groups) => groups.OrderByDescending(g => g.Reach).ThenBy(g => g.Group, StringComparer.Ordinal).First();
}
