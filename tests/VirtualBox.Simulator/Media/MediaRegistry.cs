using System.Xml.Linq;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Media;

/// <summary>All media that are known: trees of hard disks, images of CDs and floppies.</summary>
internal sealed class MediaRegistry(VirtualBoxHome home)
{
    private readonly List<Medium> bases = [];

    /// <summary>Each base with what hangs on it.</summary>
    public IEnumerable<Medium> All => bases.SelectMany(b => b.WithDescendants());

    public IEnumerable<Medium> HardDisks => All.Where(m => m.Kind == "HardDisk");

    public Medium ById(Guid id) => All.First(m => m.Id == id);

    public Medium? Known(string locationOrId) =>
        Guid.TryParse(locationOrId, out var id) ? All.FirstOrDefault(m => m.Id == id) : All.FirstOrDefault(m => m.Location == locationOrId);

    public void Add(Medium medium, Medium? parent = null)
    {
        medium.Parent = parent;
        if (parent is null) bases.Add(medium);
        else
        {
            parent.Children.Add(medium);
            medium.Owner = parent.Base.Owner;
        }
    }

    public void Remove(Medium medium)
    {
        if (medium.Parent is { } parent) parent.Children.Remove(medium);
        else bases.Remove(medium);
    }

    /// <summary>One that is known, or a file that is opened for it.</summary>
    public Medium Open(string locationOrId, string kind, Call call)
    {
        if (Known(locationOrId) is { } byId) return byId;
        if (Guid.TryParse(locationOrId, out _))
            throw new Failure($"The given path '{locationOrId}' is not fully qualified", Code.VBOX_E_FILE_ERROR, "MediumWrap");
        var path = call.PathOf(locationOrId);
        if (Known(path) is { } known) return known;
        if (!File.Exists(path)) throw new Failure($"Could not find file for the medium '{path}' (VERR_FILE_NOT_FOUND)", Code.VBOX_E_FILE_ERROR, "MediumWrap");
        string format;
        Guid id;
        Medium? parent = null;
        try
        {
            using var image = DiskImage.Open(path);
            (format, id) = (image.Format, image.Id ?? Guid.NewGuid());
            if (image.Parent is { } over)
                parent = All.FirstOrDefault(m => m.Id == over) ?? throw new Failure(
                    $"Parent medium with UUID {{{over}}} of the medium '{path}' is not found in the media registry ('{home.Folder}/VirtualBox.xml')",
                    Code.VBOX_E_OBJECT_NOT_FOUND, "MediumWrap");
        }
        catch (NotSupportedException) when (Path.GetExtension(path) is ".vmdk" or ".vhd" or ".qcow2" && new FileInfo(path).Length > 0)
        {
            (format, id) = (Path.GetExtension(path)[1..].ToUpperInvariant(), Guid.NewGuid());
        }
        catch (NotSupportedException)
        {
            throw new Failure($"Could not get the storage format of the medium '{path}' (VERR_NOT_SUPPORTED)", Code.VBOX_E_IPRT_ERROR, "MediumWrap");
        }
        if (All.FirstOrDefault(m => m.Id == id) is { } other)
            throw new Failure($"Cannot register the hard disk '{path}' {{{id}}} because a hard disk '{other.Location}' with UUID {{{id}}} already exists",
                Code.NS_ERROR_INVALID_ARG, "VirtualBoxWrap");
        var medium = new Medium(id, kind, path, format) { Type = kind == "HardDisk" ? "normal" : "readonly" };
        Add(medium, parent);
        return medium;
    }

    /// <summary>Makes a difference of a disk.</summary>
    public Medium AddDifference(Medium parent, string path, bool isReset = false, string format = "VDI")
    {
        var medium = new Medium(Guid.NewGuid(), "HardDisk", path.Replace("{}", "", StringComparison.Ordinal), format) { IsReset = isReset };
        if (Directory.Exists(path)) medium.Location = Path.Combine(path, $"{{{medium.Id}}}.vdi");
        Vdi.Create(medium.Location, parent.Capacity, medium.Id, Vdi.Kind.Difference, parent.Id);
        Add(medium, parent);
        return medium;
    }

    /// <summary>A difference in the snapshot folder of a machine.</summary>
    public Medium AddDifference(Medium parent, Machine machine, bool isReset = false)
    {
        Directory.CreateDirectory(machine.SnapshotFolder);
        return AddDifference(parent, machine.SnapshotFolder, isReset);
    }

    /// <summary>Who uses a medium: as it is now, and in which snapshots.</summary>
    public IEnumerable<(Machine Machine, bool IsCurrent, IReadOnlyList<Snapshot> Snapshots)> UsersOf(Medium medium)
    {
        foreach (var machine in home.Machines)
        {
            var isCurrent = Has(machine.Hardware);
            var snapshots = machine.Snapshots.Where(s => Has(s.Hardware)).ToArray();
            if (isCurrent || snapshots.Length > 0) yield return (machine, isCurrent, snapshots);
        }

        bool Has(Hardware hardware) => hardware.Drives.Any(d => d.Drive.Medium == medium.Id);
    }

    /// <summary>Why a medium can't be closed; null if it can.</summary>
    public Failure? WhyNotClosed(Medium medium, bool isDelete)
    {
        var users = UsersOf(medium).Select(u => u.Machine.Id).ToArray();
        var why = (users.Length, medium.Children.Count, isDelete) switch
        {
            (0, 0, _) => null,
            (0, var children, _) => $"Cannot close medium '{medium.Location}' because it has {children} child media",
            (var count, _, true) =>
                $"Cannot delete storage: medium '{medium.Location}' is still attached to the following {count} virtual machine(s): {string.Join(' ', users)}",
            (var count, _, false) => $"Medium '{medium.Location}' cannot be closed because it is still attached to {count} virtual machines",
        };
        return why is null ? null : new(why, Code.VBOX_E_OBJECT_IN_USE, "MediumWrap");
    }

    /// <summary>A registry's element; null if nothing is in it.</summary>
    /// <param name="owner">The machine's; null for the global one.</param>
    /// <param name="folder">What is below is written relative to it.</param>
    public XElement? ToXml(Guid? owner, string folder)
    {
        var space = Settings.Namespace;
        var lists = new List<XElement>();
        foreach (var (list, kind) in new[] { ("HardDisks", "HardDisk"), ("DVDImages", "DVD"), ("FloppyImages", "Floppy") })
        {
            var media = bases.Where(m => m.Owner == owner && m.Kind == kind).Select(ToXml).ToArray();
            if (media.Length > 0) lists.Add(new(space + list, media));
        }
        return lists.Count == 0 ? null : new(space + "MediaRegistry", lists);

        XElement ToXml(Medium medium)
        {
            var isDisk = medium.Kind == "HardDisk";
            var isBelow = owner is not null && medium.Location.StartsWith($"{folder}/", StringComparison.Ordinal);
            var element = new XElement(space + (isDisk ? "HardDisk" : "Image"), new XAttribute("uuid", $"{{{medium.Id}}}"),
                new XAttribute("location", isBelow ? medium.Location[(folder.Length + 1)..] : medium.Location));
            if (isDisk) element.Add(new XAttribute("format", medium.Format));
            if (isDisk && medium.Parent is null) element.Add(new XAttribute("type", TypeInFiles(medium.Type)));
            if (medium.IsReset) element.Add(new XAttribute("autoReset", true));
            element.Add(medium.Children.Select(ToXml));
            return element;
        }
    }

    public void Read(XElement registry, string folder, Guid? owner)
    {
        foreach (var list in registry.Elements())
            foreach (var element in list.Elements()) ReadOne(element, null, list.Name.LocalName switch
            {
                "DVDImages" => "DVD",
                "FloppyImages" => "Floppy",
                _ => "HardDisk",
            });

        void ReadOne(XElement element, Medium? parent, string kind)
        {
            var id = Guid.Parse(element.Attribute("uuid")!.Value);
            var medium = new Medium(id, kind, Path.GetFullPath(element.Attribute("location")!.Value, folder), element.Attribute("format")?.Value ?? "RAW")
            {
                Type = kind == "HardDisk" ? (element.Attribute("type")?.Value ?? "normal").ToLowerInvariant() : "readonly",
                IsReset = element.Attribute("autoReset")?.Value == "true",
                Owner = owner,
            };
            if (All.Any(m => m.Id == id)) return;
            Add(medium, parent);
            foreach (var child in element.Elements().Where(e => e.Name.LocalName == "HardDisk")) ReadOne(child, medium, kind);
        }
    }

    private static string TypeInFiles(string type) => type == "multiattach" ? "MultiAttach" : char.ToUpperInvariant(type[0]) + type[1..];
}
