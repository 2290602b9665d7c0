using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks for a clone for each desktop that is wanted, for all of them or for none.</summary>
public sealed class CloneBaseHandler : IHandler<CloneBase>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(CloneBase request, Work work)
    {
        var origin = await work.Domain(request.Base);
        var asked = await work.Write(async db =>
        {
            // in work before, and killed after it had asked
            if (await RequestsTable.CausedBy(db, work.Row.Id) is { Total: > 0 and var before }) return before;
            RequestsTable.Progress(db, work.Row, 10, "Asking for the desktops");
            var clones = request.Users is { } users ? await ForUsers(db, origin, users) : await WithNumbers(db, origin, request.Number);
            foreach (var clone in clones)
            {
                await RequestWriter.Submit(db, work.Caller, clone with { Volatile = request.Volatile, MemoryMib = request.MemoryMib, Vcpus = request.Vcpus });
            }

            return clones.Count;
        });
        return new { desktops = asked };
    }

    private static async Task<List<Clone>> WithNumbers(DbSession db, DomainRow origin, int count) =>
        [.. (await DomainNames.Numbered(db, origin, count)).Select(name => new Clone(origin.Id, name, AddToPool: false))];

    private static async Task<List<Clone>> ForUsers(DbSession db, DomainRow origin, IReadOnlyList<string> users)
    {
        var names = users.Select(u => u.Trim()).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var found = await UsersTable.Find(db, names);
        var unknown = names.Where(n => !found.Any(u => string.Equals(u.Name, n, StringComparison.OrdinalIgnoreCase))).ToList();
        if (unknown.Count > 0)
            throw new RequestFailedException("unknown_user", $"There is nobody called {string.Join(", ", unknown.Take(10))}{(unknown.Count > 10 ? $" and {unknown.Count - 10} more" : "")}. No desktop was made.");
        var have = (await db.Query<long>("SELECT owner_id FROM domains WHERE base_id = @Id", new { origin.Id })).ToHashSet();
        return [.. found.Where(u => !have.Contains(u.Id)).Select(u => new Clone(origin.Id, Owner: u.Id, AddToPool: false))];
    }
}
