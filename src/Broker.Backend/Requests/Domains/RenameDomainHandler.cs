using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Gives a machine another name, in its row and on its host. Files are named by ids, so nothing else changes.</summary>
public sealed class RenameDomainHandler : IHandler<RenameDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RenameDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (!domain.IsWhole) throw new RequestFailedException("not_whole", $"{domain.Name} can't be renamed: {domain.StateDetail ?? "it is not whole"}.");
        var node = await work.NodeOf(domain);
        if (await work.Look(node, domain.Id) is { Power: Power.Running or Power.Paused or Power.Saved } report)
        {
            throw new RequestFailedException("not_off", report.Power is Power.Saved
                ? $"{domain.Name} is hibernated, and its memory knows the old name. Start it and shut it down first."
                : $"{domain.Name} is running. Shut it down first.");
        }

        var (name, alias) = DomainNames.Written(request.Name);
        var spec = await work.Write(async db =>
        {
            RequestsTable.Progress(db, work.Row, 20, "Renaming");
            await DomainsTable.Rename(db, domain.Id, name, alias ?? domain.Alias);
            return await Specs.Of(db, domain with { Name = name }, node);
        });
        await work.On(node, Gate.Disk, vm => vm.Define(spec));
        return new { domain = domain.Id, name, alias = alias ?? domain.Alias };
    }

    /// <inheritdoc/>
    public async Task Undo(RenameDomain request, Work work, string why)
    {
        // what it was called when this was asked; somebody may have taken that name since, then it keeps the new one
        if (work.Row.DomainName is not { } before || await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { } domain || domain.Name == before) return;
        try
        {
            await work.Write(db => DomainsTable.Rename(db, domain.Id, before, domain.Alias));
        }
        catch (RequestRefusedException)
        {
            return;
        }

        var node = await work.NodeOf(domain);
        var spec = await work.Read(db => Specs.Of(db, domain with { Name = before }, node));
        await work.On(node, Gate.Disk, vm => vm.Define(spec));
    }
}
