using Broker.Backend.Nodes;
using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Core.Backups;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests.Backups;
using Broker.Core.Users;

namespace Broker.Backend.Backups;

/// <summary>What becomes of a backup here: on which host, on which base, whose, and what of it can't be as it was. Making it changes nothing.</summary>
/// <param name="Node">The host.</param>
/// <param name="Base">The base that it needs.</param>
/// <param name="Below">The base's disks that each of its disks lies on, by target, nearest first.</param>
/// <param name="Row">The machine as it is to be, in its own row or that of the one whose place it takes.</param>
/// <param name="Cds">Its CD drives.</param>
/// <param name="Notes">What is not as it was, in sentences.</param>
internal sealed record RestorePlan(
    Node Node, DomainRow? Base, IReadOnlyDictionary<string, IReadOnlyList<VolumeRow>> Below, DomainRow Row, IReadOnlyList<BaseCd> Cds, IReadOnlyList<string> Notes)
{
    /// <summary>Makes it.</summary>
    /// <param name="backup">What is restored.</param>
    /// <param name="request">How.</param>
    /// <param name="over">The machine whose place it takes.</param>
    /// <param name="made">What was made of it before.</param>
    /// <param name="nodes">The hosts.</param>
    /// <param name="work">The request's.</param>
    /// <exception cref="RequestFailedException">It can't be restored here.</exception>
    public static async Task<RestorePlan> Make(BackupFile backup, RestoreBackup request, DomainRow? over, DomainRow? made, NodeList nodes, Work work)
    {
        var (manifest, machine) = (backup.Manifest, backup.Manifest.Machine);
        var notes = new List<string>();
        var origin = await OriginOf(manifest, nodes, work);
        var node = await NodeFor(manifest, request, over, origin?.Base, nodes, work);

        var row = over ?? made ?? await NewRow(machine, request, node, notes, work);
        if (!await work.Read(db => DomainsTable.IsFree(db, machine.Mac, row.Id)) || !IsOfBroker(machine.Mac))
            notes.Add("Another machine has its network address: it got a new one.");
        else row = row with { Mac = machine.Mac };
        row = row with
        {
            BaseId = origin?.Base.Id,
            BaseOwnerId = origin?.Base.OwnerId,
            Description = machine.Description,
            MemoryKib = machine.MemoryKib,
            Vcpus = machine.Vcpus,
            Hardware = await HardwareOf(backup, request.File, notes, work),
            VolatileClones = machine.VolatileClones,
            Autostart = machine.Settings.Autostart is true,
            RunTimeoutSeconds = machine.Settings.RunTimeoutSeconds,
            ShutdownTimeoutSeconds = machine.Settings.ShutdownTimeoutSeconds,
            ShutdownDisconnected = machine.Settings.ShutdownDisconnected is true,
            DisconnectGraceSeconds = machine.Settings.DisconnectGraceSeconds,
        };
        var hardware = new DomainHardware(row, [.. manifest.Disks.Select(d => d.Target)], Drivers.Of(node.Row.Manager), node.Row.KnownFacts);
        if (hardware.Problems().ToList() is { Count: > 0 } problems)
            throw new RequestFailedException("bad_hardware", $"{machine.Name} had hardware that {node.Row.Name} does not have. {string.Join(' ', problems)}");

        var images = await work.On(node, Gate.Read, vm => manifest.Cds.ToDictionary(c => c.Target, c => c.File is { } file && HasCd(vm, file)));
        foreach (var lost in manifest.Cds.Where(c => c.File is not null && !images[c.Target])) notes.Add($"The library has no CD '{lost.File}': the drive {lost.Target} is empty.");
        return new(node, origin?.Base, origin?.Below ?? manifest.Disks.ToDictionary(d => d.Target, IReadOnlyList<VolumeRow> (_) => []), row,
            [.. manifest.Cds.Select(c => images[c.Target] ? c : c with { File = null })], notes);
    }

    // on the host it was on, or any other with disks of the same kind; a clone where its base is
    private static async Task<Node> NodeFor(BackupManifest manifest, RestoreBackup request, DomainRow? over, DomainRow? origin, NodeList nodes, Work work)
    {
        var rows = await work.Read(NodesTable.All);
        if (request.Node is { } asked && !rows.Any(n => n.IsEnabled && string.Equals(n.Name, asked, StringComparison.OrdinalIgnoreCase)))
            throw new RequestFailedException("no_node", $"There is no enabled host called {asked}.");
        var fixedTo = over?.NodeId ?? origin?.NodeId;
        var fit = rows
            .Where(n => fixedTo is { } id ? n.Id == id : n.IsEnabled && n.Manager == manifest.Manager)
            .Where(n => request.Node is null || string.Equals(n.Name, request.Node, StringComparison.OrdinalIgnoreCase))
            .OrderByDescending(n => n.Name == manifest.Node).ThenByDescending(n => n.State == NodeState.Up).ThenBy(n => n.Id).FirstOrDefault();
        return fit is not null ? await nodes.Get(fit.Id, work.Cancel) : throw new RequestFailedException("no_node", origin is null
            ? $"{manifest.Machine.Name} is of a host driven by {Core.Word.Of(manifest.Manager)}, and there is no {(request.Node is null ? "enabled one" : "such one called " + request.Node)} here."
            : $"{manifest.Machine.Name} can only be where its base {origin.Name} is: leave the host out.");
    }

    // The base may be another machine than it was, on another installation: what is on its disks tells.
    private static async Task<(DomainRow Base, IReadOnlyDictionary<string, IReadOnlyList<VolumeRow>> Below)?> OriginOf(BackupManifest manifest, NodeList nodes, Work work)
    {
        if (manifest.Machine.Base is not { } named) return null;
        var candidates = await work.Read(async db => await DomainsTable.Get(db, [named.Id, .. await VolumesTable.OwnersOf(db, [.. manifest.Disks.SelectMany(d => d.Below.Take(1))])]));
        foreach (var candidate in candidates.Where(c => c.IsBase).OrderByDescending(c => c.Id == named.Id))
        {
            var disks = (await work.Read(db => VolumesTable.Disks(db, candidate.Id)))[candidate.Id].Select(d => (IReadOnlyList<VolumeRow>)[d.Volume, .. d.Below]).ToList();
            var sums = await FrozenSums.Of(disks.SelectMany(d => d), await nodes.Get(candidate.NodeId, work.Cancel), work);
            var below = manifest.Disks.ToDictionary(d => d.Target, d => d.Below.Count == 0 ? [] : disks.Find(chain => chain.Select(v => sums[v.Id]).SequenceEqual(d.Below)));
            if (!below.ContainsValue(null)) return (candidate, below!);
        }

        throw new RequestFailedException("base_missing", candidates.Any(c => c.Id == named.Id)
            ? $"{manifest.Machine.Name} grew from {named.Name}, which is here but is not what it was: its disks have changed since. Restore a backup of {named.Name} from then as a new machine first."
            : $"{manifest.Machine.Name} grew from {named.Name} ({named.Id}), and no base here has the same on its disks. Restore a backup of {named.Name} first.");
    }

    private static async Task<DomainRow> NewRow(BackedUpMachine machine, RestoreBackup request, Node node, List<string> notes, Work work)
    {
        // also a machine of somebody else's that its host knows by that id is in the way
        var isIdFree = await work.Read(db => DomainsTable.Get(db, machine.Id)) is null && await work.Look(node, machine.Id) is null;
        return await work.Read(async db =>
        {
            var owner = machine.Owner is { } person ? await UsersTable.Find(db, person) : null;
            if (owner is null) notes.Add(machine.Owner is null ? "It belonged to nobody: it is yours now." : $"{machine.Owner}, to whom it belonged, is not here any more: it is yours now.");
            var (written, alias) = request.Name is null ? (await DomainNames.FirstFree(db, machine.Name), machine.Alias) : DomainNames.Written(request.Name);
            if (request.Name is null && written != machine.Name) notes.Add($"There is another {machine.Name}: it is called {written} now.");
            var row = DomainsTable.New(written, owner?.Id ?? work.Caller.UserId, node.Row.Id, machine.MemoryKib, machine.Vcpus) with { Alias = alias };
            return isIdFree ? row with { Id = machine.Id } : row;
        });
    }

    // A folder of the host is given to a guest only on the word of somebody here: ours, if we wrote the backup.
    private static async Task<Hardware> HardwareOf(BackupFile backup, string file, List<string> notes, Work work)
    {
        var hardware = backup.Manifest.Machine.Hardware;
        if (hardware[DeviceKind.Filesystem] is not { Count: > 0 }) return hardware;
        if (await work.Read(db => BackupsTable.Find(db, file)) is { Sha256: { } sum } && sum == backup.Sha256) return hardware;
        notes.Add("The backup was not taken here, so that no folders of the host are shared with it: add them again.");
        return hardware.With(DeviceKind.Filesystem, []);
    }

    private static bool HasCd(IVmNode vm, string file)
    {
        try
        {
            return vm.Disks.FindCd(file) is not null;
        }
        catch (VmException)
        {
            // it may not be put in: the machine is restored without
            return false;
        }
    }

    // the other cards' addresses are made of the first one's
    private static bool IsOfBroker(string mac) => mac.Length == 17 && mac.StartsWith("52:", StringComparison.Ordinal) && mac.Split(':') is { Length: 6 } bytes
        && bytes.All(b => b.Length == 2 && b.All(char.IsAsciiHexDigitLower));
}
