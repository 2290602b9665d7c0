namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>Snapshots inside a qcow2 file, which nobody has open when it is changed. Each is there whole or not at all; all members are repeatable.</summary>
internal static class Qcow2Snapshots
{
    // tables: the content stays where it is
    private const long MostAdded = 64 << 20;

    /// <summary>Ids of the snapshots in a file; those that have other names are not ours.</summary>
    public static IReadOnlyList<Guid> Of(string path)
    {
        PoolFiles.CheckExists(path);
        return [.. Qcow2Overlay.Snapshots(path).Select(name => Guid.TryParseExact(name, "D", out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];
    }

    /// <summary>Keeps what is in the file now.</summary>
    /// <exception cref="VmException">It is a base image, or there is no room.</exception>
    public static void Take(string path, Guid snapshot)
    {
        if (Of(path).Contains(snapshot)) return;
        if (PoolFiles.IsFrozen(path)) throw new VmException($"{path} is a base image and stays as it is.");
        PoolFiles.CheckRoom(Path.GetDirectoryName(path)!, "the snapshot", 0);
        Run(path, "-c", snapshot);
    }

    /// <summary>Makes what is in the file what it was.</summary>
    public static void Revert(string path, Guid snapshot) => Run(path, "-a", snapshot);

    /// <summary>Keeps it no more, and gives back what only it needed.</summary>
    public static void Remove(string path, Guid snapshot)
    {
        if (Of(path).Contains(snapshot)) Run(path, "-d", snapshot);
    }

    /// <summary>Removes all of them, also those of others.</summary>
    public static void RemoveAll(string path)
    {
        var names = Qcow2Overlay.Snapshots(path);
        if (names.Count == 0) return;
        ImageImport.Lent(path, () =>
        {
            foreach (var name in names) QemuImg.Snapshot(path, "-d", name, MostBytes(path));
            return true;
        });
    }

    private static void Run(string path, string deed, Guid snapshot) => ImageImport.Lent(path, () =>
    {
        QemuImg.Snapshot(path, deed, snapshot.ToString("D"), MostBytes(path));
        return true;
    });

    private static long MostBytes(string path) => new FileInfo(path).Length + MostAdded;
}
