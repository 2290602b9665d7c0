using System.Text.Json;

namespace Broker.Core.Requests;

/// <summary>What <see cref="RequestsTable.Insert"/> needs to know.</summary>
internal sealed record NewRequest(Command Command, JsonElement Args, long UserId, string UserName, string? Address, Guid? DomainId, string? DomainName, LockSet Locks)
{
    public JsonElement? Client { get; init; }

    public int Priority { get; init; } = Command.Priority;

    public string? TraceParent { get; init; }

    public DateTimeOffset? AtTime { get; init; }

    public long? AfterId { get; init; }

    public bool AfterOk { get; init; } = true;
}
