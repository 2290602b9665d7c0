using Broker.Core.Devices;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Changes hardware of a machine.</summary>
public sealed class ChangeHardwareHandler : IHandler<ChangeHardware>
{
    /// <inheritdoc/>
    public Task<object?> Handle(ChangeHardware request, Work work) => Made(request).Make(work);

    /// <inheritdoc/>
    public Task Undo(ChangeHardware request, Work work, string why) => Made(request).Undo(work);

    private static HardwareChange Made(ChangeHardware request) =>
        new(request.Domain, request.Kind, hardware => hardware.Change(request.Kind, request.Number, request.Options ?? DeviceOptions.None), clone => request with { Domain = clone });
}
