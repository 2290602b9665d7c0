using Broker.Backend.Displays;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Presses the power button and leaves a forced shutdown behind for the case that nothing comes of it.</summary>
public sealed class ShutdownDomainHandler : IHandler<ShutdownDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ShutdownDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (request.OnlyIfDisconnected && domain.IsAttended) return new { domain = domain.Id, skipped = "Somebody is at it." };
        var node = await work.NodeOf(domain);
        var report = await work.Look(node, domain.Id);
        if (report?.Power is Power.Saved)
        {
            work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Hibernated));
            return new { domain = domain.Id, skipped = $"It is off already, its memory is saved. To discard that, use {ForceShutdownDomain.Spec.Word}." };
        }

        if (report?.Power is not (Power.Running or Power.Paused))
        {
            work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown));
            return new { domain = domain.Id };
        }

        await Picture.Keep(domain, node, work);
        var forcedAt = await work.Write(async db =>
        {
            // the clock that decides when it is time
            var at = await db.First<DateTimeOffset>(
                "SELECT UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND",
                new { seconds = request.TimeoutSeconds ?? domain.ShutdownTimeoutSeconds ?? ShutdownDomain.DefaultTimeoutSeconds });
            // to press the button once more does not put the end off
            if (domain.State is DomainState.ShuttingDown && await RequestsTable.ForcedShutdown(db, domain.Id) is { AtTime: { } earlier } && earlier <= at)
            {
                at = earlier;
            }
            else
            {
                await RequestsTable.CallOffForcedShutdown(db, domain.Id);
                await RequestWriter.Submit(db, work.Caller, new ForceShutdownDomain(domain.Id, domain.StartedAt), at);
            }

            await DomainsTable.SetState(db, domain.Id, DomainState.ShuttingDown);
            RequestsTable.Progress(db, work.Row, 50, "Pressing the power button");
            return at;
        });
        await work.On(node, Gate.Stop, vm => PowerButton.Press(vm, report));
        return new { domain = domain.Id, forced_at = forcedAt };
    }

    /// <inheritdoc/>
    public async Task Undo(ShutdownDomain request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { State: DomainState.ShuttingDown } domain) return;
        await work.Write(async db =>
        {
            await RequestsTable.CallOffForcedShutdown(db, domain.Id);
            // the watch sees it when it goes off all the same, or stands still
            await DomainsTable.SetState(db, domain.Id, DomainState.Active, $"It goes on: {why}");
        });
    }
}
