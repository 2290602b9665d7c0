using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Takes hardware away from a machine.</summary>
public sealed class RemoveHardwareHandler : IHandler<RemoveHardware>
{
    /// <inheritdoc/>
    public Task<object?> Handle(RemoveHardware request, Work work) => Made(request).Make(work);

    /// <inheritdoc/>
    public Task Undo(RemoveHardware request, Work work, string why) => Made(request).Undo(work);

    private static HardwareChange Made(RemoveHardware request) =>
        new(request.Domain, request.Kind, hardware => hardware.Remove(request.Kind, request.Number), clone => request with { Domain = clone });
}
