using Broker.Core.Devices;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Adds hardware to a machine.</summary>
public sealed class AddHardwareHandler : IHandler<AddHardware>
{
    /// <inheritdoc/>
    public Task<object?> Handle(AddHardware request, Work work) => Made(request).Make(work);

    /// <inheritdoc/>
    public Task Undo(AddHardware request, Work work, string why) => Made(request).Undo(work);

    private static HardwareChange Made(AddHardware request) =>
        new(request.Domain, request.Kind, hardware => hardware.Add(request.Kind, request.Options ?? DeviceOptions.None), clone => request with { Domain = clone });
}
