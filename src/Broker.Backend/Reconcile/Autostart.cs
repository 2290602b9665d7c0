using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Reconcile;

/// <summary>
/// Machines that start with their host. Broker does it, once for each start of the host: a hypervisor would start them before their disks are there, and what
/// is known on two hosts twice. A host that was only away for a while did not start, so what somebody shut down meanwhile stays off.
/// </summary>
internal static class Autostart
{
    private const string Boot = "boot_id";

    /// <summary>A host has answered that did not before: asks for the start of its machines if it has started since.</summary>
    /// <param name="db">The transaction that is going to write down what it says.</param>
    /// <param name="nodeId">The host.</param>
    /// <param name="facts">What it says of itself.</param>
    public static async Task Ask(DbSession db, long nodeId, IReadOnlyDictionary<string, string> facts)
    {
        if (await NodesTable.Get(db, nodeId) is not { } known || !HasStarted(known, facts)) return;
        var broker = await UsersTable.System(db);
        foreach (var domain in await DomainsTable.OnNode(db, nodeId))
            if (domain is { Autostart: true, IsBase: false, IsVolatile: false, IsWhole: true }) await RequestWriter.Submit(db, broker, new StartDomain(domain.Id));
    }

    // a host that does not tell has started if it was found silent
    private static bool HasStarted(NodeRow known, IReadOnlyDictionary<string, string> facts) =>
        facts.TryGetValue(Boot, out var now) && now.Length > 0
            ? !(known.Facts.ValueKind is JsonValueKind.Object && known.Facts.TryGetProperty(Boot, out var before) && before.GetString() == now)
            : known.State is NodeState.Down;
}
