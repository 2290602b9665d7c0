using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace Broker.Core.Library;

/// <summary>
/// What the description (.ovf) of an exported machine says of its disk, in the editions 0.9 to 2.0 of the format. A machine with several disks is refused:
/// one of them alone would be half a machine, and nobody would be told.
/// </summary>
/// <param name="DiskFile">The disk's file, as the description names it; see <see cref="IsDisk"/>.</param>
/// <param name="DiskBytes">How large that file is; null when nothing is said.</param>
/// <param name="CapacityBytes">How big the guest sees the disk.</param>
public sealed partial record OvfDescription(string DiskFile, long? DiskBytes, long CapacityBytes)
{
    // Envelope, then a section, then these
    private const int DepthOfParts = 2;
    private const int MostNamed = 4;

    private static readonly XmlReaderSettings Careful = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>Reads a description.</summary>
    /// <exception cref="InvalidDataException">Its machine can't be imported; the message is a sentence that says why.</exception>
    public static OvfDescription Read(byte[] bytes)
    {
        var files = new Dictionary<string, OvfFile>(StringComparer.Ordinal);
        var disks = new List<OvfDisk>();
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), Careful);
            reader.MoveToContent();
            if (reader.LocalName != "Envelope") throw new InvalidDataException("Its description is not that of a machine.");
            var edition = reader.NamespaceURI;
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element || reader.Depth != DepthOfParts || reader.NamespaceURI != edition) continue;
                if (reader.LocalName == "File" && !files.TryAdd(Attribute(reader, "id") ?? "", OvfFile.Read(reader)))
                    throw new InvalidDataException("Its description gives two files the same id.");
                if (reader.LocalName == "Disk" && OvfDisk.Read(reader) is { IsHardDisk: true } disk) disks.Add(disk);
            }
        }
        catch (XmlException e)
        {
            throw new InvalidDataException("Its description can't be read: it is not proper XML.", e);
        }

        return disks switch
        {
            [] => throw new InvalidDataException("Its machine has no hard disk."),
            [var disk] => OfTheOnly(disk, files),
            _ => throw new InvalidDataException($"Its machine has {disks.Count} hard disks ({Names(disks, files)}) and one is taken. Export it with one, " +
                "or take the disks out with 'tar -xf' and import them by themselves."),
        };
    }

    /// <summary>Whether a file of this name is the disk. VirtualBox writes names as they are, others as in an address, with %20 for a blank.</summary>
    public bool IsDisk(string name) => name == DiskFile || name == Uri.UnescapeDataString(DiskFile);

    private static OvfDescription OfTheOnly(OvfDisk disk, Dictionary<string, OvfFile> files)
    {
        if (disk.Parent is not null) throw new InvalidDataException("Its disk is a snapshot on another one. Export the machine without snapshots.");
        if (disk.FileId is null) throw new InvalidDataException("Its disk is an empty one, there is nothing to import.");
        if (!files.TryGetValue(disk.FileId, out var file)) throw new InvalidDataException("Its description does not say where its disk lies.");
        if (file.Compression is not (null or "" or "identity")) throw new InvalidDataException("Its disk is packed. Unpack it and import it by itself.");
        if (file.IsCut) throw new InvalidDataException("Its disk is cut into several files. Export the machine into one.");
        if (!disk.IsVmdk) throw new InvalidDataException("Its disk is not a vmdk image. Take it out with 'tar -xf' and import it by itself.");
        if (file.Address.Length == 0 || file.Address.Contains('/', StringComparison.Ordinal))
            throw new InvalidDataException("Its description leads to a disk that lies elsewhere.");
        return new(file.Address, file.SizeBytes, disk.CapacityBytes());
    }

    private static string Names(List<OvfDisk> disks, Dictionary<string, OvfFile> files)
    {
        var named = disks.Take(MostNamed).Select(d => d.FileId is { } id && files.TryGetValue(id, out var file) ? Short(file.Address) : "an empty one");
        return string.Join(", ", named) + (disks.Count > MostNamed ? ", …" : "");
    }

    // a stranger's words go into a sentence for people
    private static string Short(string text) => string.Concat(text.Where(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or ' ').Take(40));

    private static string? Attribute(XmlReader reader, string name) => reader.GetAttribute(name, reader.NamespaceURI) ?? reader.GetAttribute(name);

    private static long? Number(string? text) =>
        text is null ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidDataException("Its description has a size that is no number.");

    private sealed record OvfFile(string Address, long? SizeBytes, string? Compression, bool IsCut)
    {
        public static OvfFile Read(XmlReader reader) => new(Attribute(reader, "href") ?? "", Number(Attribute(reader, "size")), Attribute(reader, "compression"),
            Attribute(reader, "chunkSize") is not null);
    }

    private sealed partial record OvfDisk(string? FileId, string? Parent, string Format, string? Capacity, string? Unit)
    {
        // CDs are listed among the disks
        public bool IsHardDisk => !Format.Contains("Ecma-119", StringComparison.OrdinalIgnoreCase);

        public bool IsVmdk => Format.Contains("vmdk", StringComparison.OrdinalIgnoreCase);

        public static OvfDisk Read(XmlReader reader) => new(Attribute(reader, "fileRef"), Attribute(reader, "parentRef"), Attribute(reader, "format") ?? "",
            Attribute(reader, "capacity"), Attribute(reader, "capacityAllocationUnits"));

        public long CapacityBytes()
        {
            var unit = UnitOfBytes().Match(Unit ?? "byte");
            if (!unit.Success) throw new InvalidDataException("Its description gives the size of its disk in a unit that is not known.");
            var shift = unit.Groups["power"] is { Success: true } power ? int.Parse(power.ValueSpan, CultureInfo.InvariantCulture) : 0;
            var capacity = Number(Capacity) ?? throw new InvalidDataException("Its description does not say how big its disk is.");
            // too much for a number is too much for a disk
            return shift > 62 || capacity > long.MaxValue >> shift ? long.MaxValue : capacity << shift;
        }

        [GeneratedRegex(@"^byte\s?(\*\s?2\^(?<power>\d\d?))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
        private static partial Regex UnitOfBytes();
    }
}
