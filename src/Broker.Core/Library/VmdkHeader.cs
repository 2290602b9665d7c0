using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Broker.Core.Library;

/// <summary>VMware's format. Taken is what holds a whole disk in one file: monolithicSparse and streamOptimized.</summary>
internal static class VmdkHeader
{
    private const string Format = "vmdk";
    private const int HeaderLength = 79;
    private const ulong Sector = 512;
    private const ulong DescriptionAt = 1;
    private const ulong MostDescription = 128;
    // where its tables lie, if that was not known when the file's start was written, says a copy of the header before its end
    private const ulong AtEnd = ulong.MaxValue;
    private const int PlacesAt = 48;
    private const int PlacesEnd = 64;
    private const ulong FooterFollows = 3UL << 32;
    // QEMU's own limits
    private const ulong LargestGrain = 0x200000;
    private const uint MostPerTable = 512;
    private const ulong MostTables = 512UL << 20 >> 2;

    private const string Flatten = "Turn it into one file where the others are, with: qemu-img convert -O qcow2";

    public static bool IsOne(ReadOnlySpan<byte> start) => start.StartsWith("KDMV"u8) || start.StartsWith("COWD"u8) || start.StartsWith("# Disk Descriptor"u8);

    public static ImageHeader Read(ReadOnlySpan<byte> start, long sizeBytes, ReadOnlySpan<byte> end)
    {
        if (start[0] == (byte)'#') return ImageHeader.Refused(Format, $"It only describes a disk, whose data lies in other files. {Flatten}");
        if (start[0] == (byte)'C') return ImageHeader.Refused(Format, $"It is a part of a disk of an ESX host. {Flatten}");
        if (start.Length < HeaderLength) return ImageHeader.Damaged(Format, "its header ends too early");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(start[4..]);
        if (version is < 1 or > 3) return ImageHeader.Refused(Format, $"It is a vmdk image of version {version}; only versions 1 to 3 are known.");
        var capacity = Long(start, 12);
        // QEMU would go by the description then, which may name any file
        if (capacity == 0) return ImageHeader.Refused(Format, $"It only describes a disk, whose data lies in other files. {Flatten}");
        if (capacity > long.MaxValue / Sector) return ImageHeader.Damaged(Format, "its size can't be");
        if (ImageHeader.Judged(Format, capacity * Sector) is { Problem: not null } size) return size;
        return Tables(start, sizeBytes, capacity) ?? Footer(start, sizeBytes, end) ?? Description(start) ?? ImageHeader.Judged(Format, capacity * Sector);
    }

    private static ImageHeader? Tables(ReadOnlySpan<byte> start, long sizeBytes, ulong capacity)
    {
        var grain = Long(start, 20);
        var perTable = BinaryPrimitives.ReadUInt32LittleEndian(start[44..]);
        if (grain == 0 || grain > LargestGrain || !BitOperations.IsPow2(grain)) return ImageHeader.Damaged(Format, "the size of its grains can't be");
        if (perTable is 0 or > MostPerTable) return ImageHeader.Damaged(Format, "the size of its tables can't be");
        var tables = (capacity + (grain * perTable) - 1) / (grain * perTable);
        if (tables > MostTables) return ImageHeader.Damaged(Format, "the number of its tables can't be");
        var directory = Long(start, 56);
        if (directory != AtEnd && (directory > (ulong)sizeBytes / Sector || !ImageHeader.LiesWithin(directory * Sector, tables * 4, sizeBytes)))
            return ImageHeader.Damaged(Format, "its tables lie beyond its end");
        var spare = Long(start, 48);
        if (spare != AtEnd && spare != 0 && (spare > (ulong)sizeBytes / Sector || !ImageHeader.LiesWithin(spare * Sector, tables * 4, sizeBytes)))
            return ImageHeader.Damaged(Format, "its second tables lie beyond its end");
        return null;
    }

    // QEMU goes by the footer alone: nothing in it may be other than in the header, but where the tables lie.
    private static ImageHeader? Footer(ReadOnlySpan<byte> start, long sizeBytes, ReadOnlySpan<byte> end)
    {
        if (Long(start, 56) != AtEnd || end.IsEmpty) return null;
        if (end.Length < ImageHeader.EndLength) return ImageHeader.Damaged(Format, "it ends too early");
        var footer = end[^(2 * (int)Sector)..];
        if (Long(end[^ImageHeader.EndLength..], 8) != FooterFollows || Long(footer, PlacesEnd - 8) == AtEnd || end[^(int)Sector..].ContainsAnyExcept((byte)0)
            || !footer[..PlacesAt].SequenceEqual(start[..PlacesAt]) || !footer[PlacesEnd..HeaderLength].SequenceEqual(start[PlacesEnd..HeaderLength]))
            return ImageHeader.Damaged(Format, "its end does not go with its start");
        return Tables(footer, sizeBytes, Long(start, 12));
    }

    private static ImageHeader? Description(ReadOnlySpan<byte> start)
    {
        var (at, length) = (Long(start, 28), Long(start, 36));
        if (at == 0 || length == 0) return ImageHeader.Refused(Format, $"It is a part of a disk, whose description is missing. {Flatten}");
        // QEMU looks for a parent there, wherever the header says that the description is
        if (at != DescriptionAt || length > MostDescription || !ImageHeader.LiesWithin(at * Sector, length * Sector, start.Length))
            return ImageHeader.Damaged(Format, "its description does not lie where it should");
        // ... and reads up to the first zero, however long the header says that it is
        var text = Encoding.Latin1.GetString(start[(int)(DescriptionAt * Sector)..]);
        if (text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end) text = text[..end];
        // as QEMU looks for it: also in a comment, also in the middle of a line
        if (text.Contains("parentFileNameHint", StringComparison.OrdinalIgnoreCase)) return ImageHeader.Refused(Format, $"It is a snapshot on another disk. {Flatten}");
        var extents = 0;
        foreach (var line in text.Split(['\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#')) continue;
            var (name, value) = line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? (line[..equals].Trim(), line[(equals + 1)..].Trim().Trim('"')) : (line, "");
            if (Is(name, "parentCID") && !IsNone(value))
                return ImageHeader.Refused(Format, $"It is a snapshot on another disk. {Flatten}");
            if (Is(name, "createType") && !Is(value, "monolithicSparse") && !Is(value, "streamOptimized"))
                return ImageHeader.Refused(Format, $"It is a part of a disk of several files ({Short(value)}). {Flatten}");
            if (Is(name, "encoding") || value.Length > 0 || !IsExtent(line)) continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (++extents > 1 || words.Length < 4 || !Is(words[2], "SPARSE") || line.Contains('/', StringComparison.Ordinal) || line.Contains('\\', StringComparison.Ordinal))
                return ImageHeader.Refused(Format, $"Its description names other files. {Flatten}");
        }

        return extents == 1 ? null : ImageHeader.Damaged(Format, "its description names no data");
    }

    private static bool IsExtent(string line) => line.StartsWith("RW ", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("RDONLY ", StringComparison.OrdinalIgnoreCase) || line.StartsWith("NOACCESS ", StringComparison.OrdinalIgnoreCase);

    private static bool IsNone(string id) => uint.TryParse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) && number == uint.MaxValue;

    private static bool Is(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    // a stranger's word goes into a sentence for people
    private static string Short(string value) => string.Concat(value.Where(char.IsAsciiLetterOrDigit).Take(40));

    private static ulong Long(ReadOnlySpan<byte> start, int at) => BinaryPrimitives.ReadUInt64LittleEndian(start[at..]);
}
