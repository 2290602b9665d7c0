using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Access;
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
        var (volumes, spec) = await work.Read(async db => (await VolumesTable.Of(db, domain.Id), await Specs.Of(db, domain, node)));
        var changes = report is null || !domain.IsWhole || await work.On(node, Gate.Read, vm => vm.Describe(domain.Id)) is not { } found ? null : HostChanges.Of(domain, spec, found);
        var sizes = await work.On(node, Gate.Read, vm => volumes.Select(v => (v.Id, Bytes: vm.Disks.SizeOf(v.Path))).ToList());
        work.AtEnd(async db =>
        {
            foreach (var (id, bytes) in sizes) await VolumesTable.SetUsedBytes(db, id, bytes);
            if (domain.IsWhole && domain.IsKnown != report is not null) await DomainsTable.SetKnown(db, domain.Id, report is not null);
            if (domain.HostChanges != changes) await DomainsTable.SetHostChanges(db, domain.Id, changes);
            if (Observed.Next(domain, report) is { } next) await DomainsTable.SetState(db, domain.Id, next.State, next.Detail);
            if (report?.Power is Power.Running && address != domain.Address) await DomainsTable.SetAddress(db, domain.Id, address);
        });
        return new { domain = domain.Id, power = report?.Power ?? Power.Gone, address, host_changes = May.Do(work.Caller, Grant.Operate, null).IsAllowed ? changes : null };
    }
}
