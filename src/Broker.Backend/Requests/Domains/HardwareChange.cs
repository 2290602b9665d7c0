using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Domains;

/// <summary>
/// A change of a machine's hardware: its host hears of it at once, the row last. So until then whoever takes the request up again makes the same change of the
/// same row once more.
/// </summary>
/// <param name="id">The machine.</param>
/// <param name="kind">The kind of hardware.</param>
/// <param name="change">What its row would be.</param>
/// <param name="same">The same request about another machine.</param>
internal sealed class HardwareChange(Guid id, DeviceKind kind, Func<DomainHardware, DomainRow> change, Func<Guid, IRequest> same)
{
    /// <summary>Makes it, live where that can be.</summary>
    public async Task<object?> Make(Work work)
    {
        var domain = await work.Domain(id);
        if (!domain.IsWhole || domain.HasEnded)
            throw new RequestFailedException("not_whole", $"{domain.Name} can't get other hardware: {domain.StateDetail ?? "it is not whole."}");
        var node = await work.NodeOf(domain);
        var facts = await work.On(node, Gate.Read, vm => vm.Facts);
        var disks = (await work.Read(db => VolumesTable.Of(db, id))).Select(v => v.Target).ToList();
        var now = new DomainHardware(domain, disks, Drivers.Of(node.Row.Manager), facts);
        if (now.Kinds.GetValueOrDefault(kind) is { IsForAdministrators: true } driver && !work.Caller.IsAdmin)
            throw new RequestFailedException("not_allowed", $"Only administrators choose a {driver.Name}: it is the host's.");
        DomainRow after;
        try
        {
            after = change(now);
        }
        catch (RequestRefusedException e)
        {
            throw new RequestFailedException(e.Code, e.Message);
        }

        var spec = await work.Read(db => Specs.Of(db, after, node));
        await work.Step(20, "Telling the host");
        var waits = await Tell(spec, node, work);
        var needsRestart = waits is not null || domain.NeedsRestart;
        work.AtEnd(async db =>
        {
            await DomainsTable.SetHardware(db, after, needsRestart);
            if (domain.IsBase) await AskClones(db, clone => new(clone, disks, Drivers.Of(node.Row.Manager), facts));
        });
        return new { domain = id, needs_restart = needsRestart, waits };
    }

    /// <summary>Tells the host what it was.</summary>
    public async Task Undo(Work work)
    {
        if (await work.Read(db => DomainsTable.Get(db, id)) is not { IsWhole: true } domain) return;
        var node = await work.NodeOf(domain);
        await Tell(await work.Read(db => Specs.Of(db, domain, node)), node, work);
    }

    /// <returns>Null when it has it now; else why it will have it only after it was off.</returns>
    private async Task<string?> Tell(DomainSpec spec, Node node, Work work)
    {
        var power = (await work.Look(node, id))?.Power;
        return await work.On(node, Gate.Stop, vm =>
        {
            vm.Define(spec);
            return power switch
            {
                Power.Running or Power.Paused => vm.As<ICanChangeLive>() is { } live ? live.Change(spec, kind) : "Its host changes nothing of a machine that runs.",
                Power.Saved => "It goes on with what it had when its memory was saved.",
                _ => null,
            };
        });
    }

    /// <summary>Asks for the same of the clones, in Broker's own name. One that already is otherwise, so that the change makes no sense there, stays as it is.</summary>
    private async Task AskClones(DbSession db, Func<DomainRow, DomainHardware> hardwareOf)
    {
        var broker = await UsersTable.System(db);
        // Whoever makes a clone has the base's row locked, as it is here: it is seen, or has the new hardware.
        foreach (var clone in (await DomainsTable.ClonesOf(db, id)).Where(c => c.State is not (DomainState.Removing or DomainState.Broken)))
        {
            try
            {
                if (change(hardwareOf(clone)) == clone) continue;
            }
            catch (RequestRefusedException)
            {
                continue;
            }

            await RequestWriter.Submit(db, broker, same(clone.Id));
        }
    }
}
