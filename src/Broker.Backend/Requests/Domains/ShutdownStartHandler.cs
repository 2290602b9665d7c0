using System.Globalization;
using Broker.Backend.Displays;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Presses the power button, waits until the guest has gone off or its time is over, and asks for a start. No lane is held meanwhile.</summary>
public sealed class ShutdownStartHandler : IHandler<ShutdownStart>
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<object?> Handle(ShutdownStart request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.IsVolatile) throw new RequestFailedException("is_volatile", $"{domain.Name} is temporary: it can't be shut down and started, for it is removed when it goes off.");
        if (May.Do(work.Caller, StartDomain.Spec.Grant, domain) is { IsAllowed: false } no) throw new RequestFailedException("not_allowed", no.Reason);
        var node = await work.NodeOf(domain);
        var report = await work.Look(node, domain.Id);
        if (report?.Power is Power.Saved)
            throw new RequestFailedException("is_hibernated", $"{domain.Name} is hibernated. To go on where it was, start it; to start it afresh, force it off first.");
        if (report?.Power is Power.Running or Power.Paused) await TurnOff(request, domain, node, report, work);

        work.AtEnd(async db =>
        {
            await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown);
            await RequestsTable.CallOffForcedShutdown(db, domain.Id);
            await RequestWriter.Submit(db, work.Caller, new StartDomain(domain.Id));
        });
        return new { domain = domain.Id };
    }

    /// <inheritdoc/>
    public async Task Undo(ShutdownStart request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { State: DomainState.ShuttingDown } domain) return;
        // the watch sees it when it goes off all the same, or stands still
        await work.Write(db => DomainsTable.SetState(db, domain.Id, DomainState.Active, $"It goes on: {why}"));
    }

    private static async Task TurnOff(ShutdownStart request, DomainRow domain, Node node, DomainReport report, Work work)
    {
        // by the clock of the database, from when it was first taken up
        var timeout = request.TimeoutSeconds ?? domain.ShutdownTimeoutSeconds ?? ShutdownDomain.DefaultTimeoutSeconds;
        var (now, forcedAt) = await work.Read(db => db.First<(DateTimeOffset, DateTimeOffset)>(
            "SELECT UTC_TIMESTAMP(6), started_at + INTERVAL @timeout SECOND FROM requests WHERE id = @Id", new { work.Row.Id, timeout }));
        if (now >= forcedAt)
        {
            await work.Step(60, "Switching off by force");
            await work.On(node, Gate.Stop, vm => vm.Destroy(domain.Id));
            return;
        }

        if (domain.State is not DomainState.ShuttingDown)
        {
            await Picture.Keep(domain, node, work);
            await work.Step(20, "Pressing the power button");
            await work.On(node, Gate.Stop, vm => PowerButton.Press(vm, report));
            await work.Write(db => DomainsTable.SetState(db, domain.Id, DomainState.ShuttingDown));
        }

        throw new NotYetException(string.Create(CultureInfo.InvariantCulture, $"It is shutting down; if it is not off by {forcedAt:HH:mm:ss} UTC, its plug is pulled. Then it starts."), LookEvery);
    }
}
