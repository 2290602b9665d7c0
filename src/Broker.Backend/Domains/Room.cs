using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Settings;

namespace Broker.Backend.Domains;

/// <summary>Whether a host has memory left for one more machine. A start is never refused for want of it: it waits, in the order of asking.</summary>
internal static class Room
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);

    /// <summary>Lets the start go on if there is room for it, in the transaction that says that it does.</summary>
    /// <param name="db">That transaction.</param>
    /// <param name="row">The request to start it.</param>
    /// <param name="domain">What is to be started.</param>
    /// <param name="node">Its host, for its name.</param>
    /// <param name="memory">What the host has, read a moment ago.</param>
    /// <exception cref="NotYetException">There is no room now.</exception>
    /// <exception cref="RequestFailedException">There never will be.</exception>
    public static async Task Check(DbSession db, RequestRow row, DomainRow domain, NodeRow node, HostMemory memory)
    {
        var reserve = (await SiteSettingsTable.Read(db)).MemoryReserveMib * 1024L;
        if (domain.MemoryKib + reserve > memory.TotalKib)
        {
            throw new RequestFailedException("too_big_for_host",
                $"{domain.Name} has {Mib(domain.MemoryKib)} MiB of memory; {node.Name} has {Mib(memory.TotalKib)} MiB in all, of which {Mib(reserve)} are kept free. Give it less.");
        }

        // one after the other: two that start at the same moment must not both take the last of it
        await NodesTable.Lock(db, node.Id);
        // also those who are looking at the same moment: whoever asked later must not be quicker
        var ahead = await db.First<(long Count, decimal Kib)>(
            """
            SELECT COUNT(*), COALESCE(SUM(d.memory_kib), 0) FROM requests r JOIN domains d ON d.id = r.domain_id
            WHERE r.state IN ('requested', 'waiting', 'working') AND r.attempts > 0 AND r.command = @Word AND JSON_LENGTH(r.attempt_errors) = 0 AND r.id < @id
              AND d.node_id = @node AND d.state NOT IN ('starting', 'active', 'paused', 'shutting_down')
            """, new { StartDomain.Spec.Word, node = node.Id, id = row.Id });
        // what is being started has taken little of its memory yet
        var starting = await db.First<decimal>(
            "SELECT COALESCE(SUM(memory_kib), 0) FROM domains WHERE node_id = @node AND state = 'starting' AND id <> @id", new { node = node.Id, id = domain.Id });
        var free = memory.FreeKib - reserve - (long)starting;
        if (free - (long)ahead.Kib >= domain.MemoryKib) return;
        throw new NotYetException(
            $"{node.Name} has no memory left for it now: it needs {Mib(domain.MemoryKib)} MiB, and {Mib(Math.Max(0, free))} MiB are free. " +
            ahead.Count switch
            {
                0 => "It is the next to start when another machine has ended.",
                1 => "One comes before it; it starts when enough others have ended.",
                var many => $"{many} come before it; it starts when enough others have ended.",
            }, LookEvery);
    }

    private static long Mib(long kib) => kib / 1024;
}
