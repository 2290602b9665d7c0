using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Users;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Users;

/// <summary>Takes back what somebody asked for, gives his machines away, and forgets him.</summary>
public sealed class RemoveUserHandler : IHandler<RemoveUser>
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<object?> Handle(RemoveUser request, Work work)
    {
        var (user, busy) = await work.Write(async db =>
        {
            // one after the other: two administrators who remove each other must not both go
            await UsersTable.LockAdministrators(db);
            var found = await UserAdministration.CheckRemoval(db, request.User, request.Heir);
            await UserAdministration.CheckRemovalBy(db, work.Caller, found.Id, request.Heir);
            // he asks for nothing more
            if (!found.IsDisabled) await UsersTable.SetDisabled(db, found.Id, true);
            var open = await db.Query<long>("SELECT id FROM requests WHERE user_id = @Id AND ended_at IS NULL", new { found.Id });
            foreach (var row in open) await RequestsTable.Cancel(db, row, work.Caller.UserId);
            return (found, open.Count + await db.First<int>(
                """
                SELECT COUNT(*) FROM domains d JOIN request_locks l ON l.resource = CONCAT('domain:', d.id) AND l.is_exclusive JOIN requests r ON r.id = l.request_id AND r.state = 'working'
                WHERE d.owner_id = @Id
                """, new { found.Id }));
        });
        if (busy > 0) throw new NotYetException($"It waits until nothing is done for {user.Name} or on his machines any more.", LookEvery);

        work.AtEnd(async db =>
        {
            await UsersTable.LockAdministrators(db);
            await UsersTable.Lock(db, user.Id);
            await UserAdministration.CheckRemoval(db, user.Id, request.Heir);
            await UserAdministration.CheckRemovalBy(db, work.Caller, user.Id, request.Heir);
            var machines = await UsersTable.MachinesOf(db, user.Id);
            foreach (var machine in await DomainsTable.Get(db, [.. machines.Select(m => m.Id)])) await DomainsTable.SetOwner(db, machine, request.Heir!.Value);
            var bases = await BaseRules.Forget(db, user.Id);
            await UsersTable.Delete(db, user.Id);
            await AuditTable.Insert(db, work.Caller.UserId, work.Caller.Address, "user_removed", user.Name,
                new { user = user.Id, heir = request.Heir, machines = machines.Select(m => m.Name), named_by_rules_of = bases });
        });
        return new { user = user.Name };
    }
}
