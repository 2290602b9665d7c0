using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>A snapshot of a machine.</summary>
/// <param name="Uuid">What it is addressed by.</param>
/// <param name="Name">Its name, which others may have too.</param>
/// <param name="IsCurrent">Whether the machine's present state comes from it.</param>
public sealed record Snapshot(Guid Uuid, string Name, bool IsCurrent);

public sealed partial class Machine
{
    private static readonly TimeSpan copyLimit = TimeSpan.FromHours(6);

    /// <summary>Takes a snapshot; what a running machine has in memory is saved with it.</summary>
    /// <exception cref="ArgumentException">The name is empty or holds line breaks.</exception>
    /// <exception cref="FormatException">VBoxManage did not tell the snapshot's UUID.</exception>
    public async Task<Snapshot> TakeSnapshot(string name, CancellationToken cancel = default)
    {
        var result = await Write(Copy("snapshot", Id, "take", Names.Text(name, "A snapshot's name")), cancel);
        var taken = SnapshotUuid().Match(result.Output);
        if (!taken.Success) throw new FormatException($"VBoxManage said '{result.Output.Trim()}' instead of the snapshot's UUID.");
        return new(Guid.Parse(taken.Groups["uuid"].Value), name, true);
    }

    /// <summary>Its snapshots, each after the one it comes from.</summary>
    public async Task<IReadOnlyList<Snapshot>> ListSnapshots(CancellationToken cancel = default)
    {
        var report = await Report(vbox, Id, cancel);
        var current = report["CurrentSnapshotUUID"];
        var snapshots = new List<Snapshot>();
        foreach (var (key, value) in report.Entries)
            if (key.StartsWith("SnapshotUUID", StringComparison.Ordinal) && Guid.TryParse(value, out var snapshot))
                snapshots.Add(new(snapshot, report[$"SnapshotName{key["SnapshotUUID".Length..]}"] ?? "", value == current));
        return snapshots;
    }

    /// <summary>Goes back to a snapshot, while the machine is off; what came after is lost unless it has a snapshot of its own.</summary>
    /// <exception cref="VBoxManageException">There is none.</exception>
    public async Task RestoreSnapshot(Guid snapshot, CancellationToken cancel = default) => await Write(Copy("snapshot", Id, "restore", $"{snapshot}"), cancel);

    /// <summary>Removes a snapshot and keeps the present state; its disks are merged, which takes time.</summary>
    /// <exception cref="VBoxManageException">There is none, or linked clones hang on it.</exception>
    public async Task DeleteSnapshot(Guid snapshot, CancellationToken cancel = default) => await Write(Copy("snapshot", Id, "delete", $"{snapshot}"), cancel);

    /// <summary>
    /// Makes a linked clone: a machine whose disks hold only what differs from this one's at a snapshot. Takes the same few milliseconds however many
    /// there are. It has MAC addresses and a hardware UUID of its own.
    /// </summary>
    /// <param name="clone">What to make; the UUID is the caller's, who can look after a cancelled try what was made.</param>
    /// <param name="snapshot">The snapshot it hangs on, which can't be removed as long as it has clones.</param>
    /// <param name="cancel">Ends it, and leaves nothing behind.</param>
    /// <exception cref="MachineExistsException">Its folder has one of this name.</exception>
    /// <exception cref="VBoxManageException">There is no such snapshot.</exception>
    public async Task<Machine> CloneLinked(NewMachine clone, Guid snapshot, CancellationToken cancel = default)
    {
        // The machine's turn keeps a Delete from starting between its look at the clones and its end.
        await Write(Copy(["clonevm", Id, "--snapshot", $"{snapshot}", "--options=link", .. clone.Arguments()]), cancel);
        return new(vbox, clone.Uuid);
    }

    /// <summary>Makes a full clone, independent of this machine: its present state, disks copied and without snapshots. Takes minutes.</summary>
    /// <param name="clone">What to make.</param>
    /// <param name="progress">Gets percentages.</param>
    /// <param name="cancel">Ends it, and leaves nothing behind.</param>
    /// <exception cref="MachineExistsException">Its folder has one of this name.</exception>
    public async Task<Machine> CloneFull(NewMachine clone, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        await vbox.Run(Copy(["clonevm", Id, "--mode", "machine", .. clone.Arguments()]), progress, cancel);
        return new(vbox, clone.Uuid);
    }

    private CommandLine Copy(params IEnumerable<string> arguments) => vbox.Command(arguments) with { TimeLimit = copyLimit, IsLong = true };

    [GeneratedRegex(@"^Snapshot taken\. UUID: (?<uuid>[0-9a-f-]{36})\r?$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SnapshotUuid();
}
