using System.Xml.Linq;

namespace VirtualBox;

/// <summary>A disk, or an image of a CD or floppy, in a registry of media.</summary>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Location">Its file's absolute path, or the address of one that is no file (<c>iscsi://…</c>).</param>
/// <param name="Format">Of disks: VDI, VMDK, VHD, iSCSI or others; empty where the registry doesn't say.</param>
/// <param name="Type">Of disks without parent: Normal, Immutable, Writethrough, MultiAttach or others, as written; empty where the registry doesn't
/// say.</param>
/// <param name="Children">The disks that hold only what differs from this one: of snapshots and linked clones.</param>
public sealed record RegisteredMedium(Guid Uuid, string Location, string Format, string Type, IReadOnlyList<RegisteredMedium> Children)
{
    /// <summary>This one and all below it, parents first.</summary>
    public IEnumerable<RegisteredMedium> WithDescendants() => Children.SelectMany(c => c.WithDescendants()).Prepend(this);

    internal static RegisteredMedium Read(SettingsFile file, XElement element, string folder)
    {
        var (location, format) = file.Version.Minor < 4 && file.Version.Major == 1
            ? ReadBefore14(file, element)
            : (file.Required(element, "location"), element.Attribute("format")?.Value ?? "");
        var isFile = !location.Contains("://", StringComparison.Ordinal) && !format.Equals("iSCSI", StringComparison.OrdinalIgnoreCase);
        return new(
            file.RequiredUuid(element, "uuid"),
            isFile ? SettingsFile.Resolve(folder, location) : location,
            format,
            element.Attribute("type")?.Value ?? "",
            [.. SettingsFile.Children(element, "HardDisk", "DiffHardDisk").Select(child => Read(file, child, folder))]);
    }

    // Before settings 1.4 the path was an attribute of an element inside, named after the format; of CDs and floppies it was called src.
    private static (string Location, string Format) ReadBefore14(SettingsFile file, XElement element)
    {
        if (element.Name.LocalName == "Image") return (file.Required(element, "src"), "");
        var image = SettingsFile.Children(element, "VirtualDiskImage", "VMDKImage", "VHDImage", "ISCSIHardDisk", "CustomHardDisk").FirstOrDefault()
            ?? throw file.Error(element, $"The disk has no 'VirtualDiskImage', as settings {file.Version} have.");
        return image.Name.LocalName switch
        {
            "VirtualDiskImage" => (file.Required(image, "filePath"), "VDI"),
            "VMDKImage" => (file.Required(image, "filePath"), "VMDK"),
            "VHDImage" => (file.Required(image, "filePath"), "VHD"),
            "ISCSIHardDisk" => ($"iscsi://{file.Required(image, "server")}/{file.Required(image, "target")}", "iSCSI"),
            _ => (file.Required(image, "location"), image.Attribute("format")?.Value ?? ""),
        };
    }
}

/// <summary>The media that one settings file knows: since VirtualBox 4.0 a machine's file has its own, before that one file had those of all
/// machines.</summary>
/// <param name="Disks">Hard disks without parent, each with those that depend on it.</param>
/// <param name="Dvds">Images of CDs and DVDs.</param>
/// <param name="Floppies">Images of floppies.</param>
public sealed record MediaRegistry(IReadOnlyList<RegisteredMedium> Disks, IReadOnlyList<RegisteredMedium> Dvds, IReadOnlyList<RegisteredMedium> Floppies)
{
    internal static MediaRegistry Read(SettingsFile file, XElement? parent)
    {
        var folder = Path.GetDirectoryName(file.FullPath)!;
        var registries = SettingsFile.Children(parent, "MediaRegistry", "DiskRegistry").ToArray(); // DiskRegistry: before settings 1.4
        return new(In("HardDisks", "HardDisk"), In("DVDImages", "Image"), In("FloppyImages", "Image"));

        RegisteredMedium[] In(string list, string element) =>
        [
            .. from registry in registries
               from media in SettingsFile.Children(registry, list)
               from medium in SettingsFile.Children(media, element)
               select RegisteredMedium.Read(file, medium, folder),
        ];
    }
}
