using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Core.Domains;

/// <summary>What people call a snapshot. Its host knows it by its id, so that this changes rows alone.</summary>
public static class SnapshotNaming
{
    /// <summary>Gives a snapshot another name and another description.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who does.</param>
    /// <param name="domain">The machine, locked.</param>
    /// <param name="id">The snapshot.</param>
    /// <param name="name">Its name, in any script.</param>
    /// <param name="description">What it is for; null for nothing.</param>
    /// <exception cref="RequestRefusedException"><c>not_allowed</c>, <c>unknown_snapshot</c>, <c>bad_arguments</c>, <c>name_taken</c>.</exception>
    public static async Task Rename(DbSession db, Caller caller, DomainRow domain, Guid id, string name, string? description)
    {
        if (May.Do(caller, Grant.ChangeSettings, domain) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        var problems = SnapshotRow.Problems(name, description).ToList();
        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        var snapshot = await SnapshotsTable.Get(db, domain, id);
        await SnapshotsTable.Rename(db, domain, id, name.Trim(), string.IsNullOrWhiteSpace(description) ? null : description.Trim());
        await AuditTable.Insert(db, caller.UserId, caller.Address, "rename_snapshot", domain.Name, new { domain = domain.Id, snapshot = id, before = snapshot.Name, name });
    }
}
