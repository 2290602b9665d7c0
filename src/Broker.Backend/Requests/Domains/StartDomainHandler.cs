using System.Text.Json.Serialization;
using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.Requests.Volumes;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Starts a desktop and says where its display is.</summary>
public sealed class StartDomainHandler : IHandler<StartDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(StartDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.IsBase) throw new RequestFailedException("is_a_base", $"{domain.Name} is a base: it can't start, its clones can.");
        if (domain.HasEnded)
            throw new RequestFailedException("has_ended", $"{domain.Name} was temporary and has ended: it is being removed. Open its base for a fresh one.");
        if (domain.State is DomainState.Creating or DomainState.Broken or DomainState.Removing)
            throw new RequestFailedException("not_startable", $"{domain.Name} can't start: {domain.StateDetail ?? "it is not whole"}.");
        var node = await work.NodeOf(domain);
        var spec = await work.Read(db => Specs.Of(db, domain, node));

        var (before, memory) = await work.On(node, Gate.Read, vm => (vm.Inventory().FirstOrDefault(r => r.Id == domain.Id), vm.As<ICanReportMemory>()?.Memory()));
        if (domain.State is DomainState.Active && before?.Power is Power.Running) return new Outcome(domain.Id);
        // The row knows it longer than the host: whoever takes this up again finds it running.
        var hadMemory = domain.SavedAt is not null || before?.Power is Power.Saved;
        if (!hadMemory && before?.Power is not (Power.Running or Power.Paused)) await FreshVolumes.Make(domain, FreshVolumes.AtStart, node, work);
        await work.Write(async db =>
        {
            if (memory is not null && before?.Power is not (Power.Running or Power.Paused)) await Room.Check(db, work.Row, domain, node.Row, memory);
            RequestsTable.Progress(db, work.Row, 10, hadMemory ? "Bringing its memory back" : "Starting");
            if (hadMemory && domain.SavedAt is null) await DomainsTable.SetState(db, domain.Id, DomainState.Hibernated);
            await DomainsTable.SetState(db, domain.Id, DomainState.Starting);
            // who asks from a browser is about to come; a schedule is not
            if (work.Caller.Address is { } address) await DomainsTable.SetConnecting(db, domain.Id, address);
            await VolumesTable.SetUsed(db, domain.Id);
        });
        if (before?.Power is not Power.Running)
        {
            await work.On(node, Gate.Start, vm =>
            {
                // the host may have forgotten it, or the machine's settings have changed since
                vm.Define(spec);
                vm.Start(domain.Id);
            });
        }

        var isLost = hadMemory && await work.Look(node, domain.Id) is not { IsRestored: true };
        work.AtEnd(async db =>
        {
            await IsUp(db, domain.Id, node, isLost ? Observed.MemoryLost : null);
            if (isLost && domain.NeedsRestart) await DomainsTable.SetUpToDate(db, domain.Id);
            if (isLost) MessagesTable.Tell(db, domain, new MemoryLost());
            await EnforceLimitsHandler.AfterStart(db, domain.OwnerId);
        });
        return new Outcome(domain.Id, hadMemory ? !isLost : null, isLost ? Observed.MemoryLost : null);
    }

    /// <inheritdoc/>
    public async Task Undo(StartDomain request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { State: DomainState.Starting } domain) return;
        var node = await work.NodeOf(domain);
        var state = await PowerOf(domain, node, work) switch
        {
            // it has come up all the same; nobody knows what would be lost with it
            Power.Running => DomainState.Active,
            Power.Saved => DomainState.Hibernated,
            Power.Paused => DomainState.Paused,
            _ => DomainState.Shutdown,
        };
        await work.Write(async db =>
        {
            if (state is not DomainState.Active) await DomainsTable.SetState(db, domain.Id, state, $"It could not be started: {why}");
            else await IsUp(db, domain.Id, node, null);
        });
    }

    private static async Task IsUp(DbSession db, Guid domain, Node node, string? detail)
    {
        await DomainsTable.SetStarted(db, domain, detail);
        await DisplaysTable.Set(db, domain, DisplayKind.Vnc, node.DisplaySocketOf(domain));
        await RequestsTable.CallOffForcedShutdown(db, domain);
    }

    // the saved memory of one that could not go on from it is still there
    private static async Task<Power> PowerOf(DomainRow domain, Node node, Work work)
    {
        try
        {
            return (await work.Look(node, domain.Id))?.Power ?? Power.Gone;
        }
        catch (VmException)
        {
            return domain.SavedAt is null ? Power.Off : Power.Saved;      // the sweep will know better
        }
    }

    private sealed record Outcome(
        Guid Domain,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? MemoryRestored = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Warning = null);
}
