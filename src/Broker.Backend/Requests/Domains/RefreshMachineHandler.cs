using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks the host how a machine is, now, and writes it down.</summary>
public sealed class RefreshMachineHandler : IHandler<RefreshMachine>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RefreshMachine request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var (report, address) = await work.On(node, Gate.Read, vm => (
            vm.Inventory().FirstOrDefault(r => r.Id == domain.Id),
            vm.As<ICanReportAddresses>()?.Addresses().GetValueOrDefault(domain.Mac)));
        var volumes = await work.Read(db => VolumesTable.Of(db, domain.Id));
        var sizes = await work.On(node, Gate.Read, vm => volumes.Select(v => (v.Id, Bytes: vm.Disks.SizeOf(v.Path))).ToList());
        work.AtEnd(async db =>
        {
            foreach (var (id, bytes) in sizes) await VolumesTable.SetUsedBytes(db, id, bytes);
            if (Observed.Next(domain, report) is { } next) await DomainsTable.SetState(db, domain.Id, next.State, next.Detail);
            if (report?.Power is Power.Running && address != domain.Address) await DomainsTable.SetAddress(db, domain.Id, address);
        });
        return new { domain = domain.Id, power = report?.Power ?? Power.Gone, address };
    }
}
