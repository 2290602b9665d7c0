using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Volumes;

namespace Broker.Core.Settings;

/// <summary>Settings of the back end, section <c>backend</c>. The command line acts with its account.</summary>
public sealed record BackEndSettings : SharedSettings
{
    /// <inheritdoc/>
    public override string DatabaseUser { get; init; } = "broker_backend";

    /// <inheritdoc/>
    public override string DatabasePasswordFile { get; init; } = "secrets/backend-database-password";

    /// <summary>Folder of disk images.</summary>
    public string Pool { get; init; } = "/var/lib/broker/pool";

    /// <summary>Further folders of disk images, by name. Each is a mount or a folder that is there already: Broker does not make it.</summary>
    public IReadOnlyDictionary<string, string> Storage { get; init; } = new Dictionary<string, string>();

    /// <summary>Folder of images that may be imported.</summary>
    public string Library { get; init; } = "/var/lib/broker/library";

    /// <summary>Folder of backups of machines. Whoever reads here has everybody's disks.</summary>
    public string Backups { get; init; } = "/var/lib/broker/backups";

    /// <summary>The path of VBoxManage, for hosts with VirtualBox. Empty: the one that is found.</summary>
    public string Vboxmanage { get; init; } = "";

    /// <summary>How long a claim lasts unless it is renewed; it is renewed every third of it.</summary>
    public double LeaseSeconds { get; init; } = 15;

    /// <summary>How long requests in work may take to end when the back end is stopped; what is left is given back.</summary>
    public double StopSeconds { get; init; } = 10;

    /// <summary>How many requests of each lane this back end works on at once.</summary>
    public IReadOnlyDictionary<Lane, int> Lanes { get; init; } = new Dictionary<Lane, int>
    {
        [Lane.Quick] = 16,
        [Lane.Power] = 16,
        [Lane.Disk] = 4,
        [Lane.Network] = 2,
    };

    /// <summary>Where display sockets lie. The front end's group can enter it.</summary>
    public string DisplayFolder => Path.Combine(Run, "displays");

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Problem)> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (Run.Length == 0) yield return ("run", "is empty, but the back end needs its run folder");
        if (Vboxmanage != "" && !Path.IsPathRooted(Vboxmanage)) yield return ("vboxmanage", "is an absolute path, or empty");
        if (LeaseSeconds < 1) yield return ("lease_seconds", "is at least 1 second");
        if (StopSeconds < 0) yield return ("stop_seconds", "is at least 0 seconds");
        foreach (var (name, folder) in Storage)
        {
            if (!MoveVolume.IsStorageName(name)) yield return ("storage", $"has \"{name}\", but names have 1 to 64 of a to z, 0 to 9, - and _");
            if (name == StorageRow.Default) yield return ("storage", $"has \"{name}\", which is the name of the folder in pool");
            if (!Path.IsPathFullyQualified(folder)) yield return ("storage", $"has \"{folder}\" for \"{name}\", but wants the full path of a folder");
        }
        foreach (var problem in FolderProblems()) yield return problem;
        foreach (var lane in Enum.GetValues<Lane>())
            if (Lanes.GetValueOrDefault(lane) < 1) yield return ($"lanes.{Word.Of(lane)}", "is at least 1 request");
    }

    // what is in a folder of disk images and is none is offered for deletion
    private IEnumerable<(string Key, string Problem)> FolderProblems()
    {
        (string Key, string Folder)[] named = [("pool", Pool), ("library", Library), ("backups", Backups), .. Storage.Values.Select(f => ("storage", f))];
        var folders = named.Where(f => Path.IsPathFullyQualified(f.Folder)).Select(f => (f.Key, Folder: Path.TrimEndingDirectorySeparator(Path.GetFullPath(f.Folder)))).ToList();
        for (var i = 1; i < folders.Count; i++)
        {
            foreach (var (key, folder) in folders.Take(i).Where(f => Holds(f.Folder, folders[i].Folder) || Holds(folders[i].Folder, f.Folder)))
            {
                yield return (folders[i].Key, folders[i].Folder == folder
                    ? $"has {folder}, which is {key}'s: each is named once"
                    : $"has {folders[i].Folder}, and {key} has {folder}: neither lies in the other");
            }
        }

        static bool Holds(string folder, string other) => $"{other}/".StartsWith(folder == "/" ? folder : $"{folder}/", StringComparison.Ordinal);
    }
}
