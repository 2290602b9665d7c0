using System.Buffers.Binary;
using System.Text;

namespace Libvirt.Tests;

/// <summary>What a shared library exports, with the version each symbol is tagged with: as much of ELF as that needs (64 bits, little endian).</summary>
internal static class Elf
{
    public static Dictionary<string, string> Exports(string path)
    {
        var file = File.ReadAllBytes(path);
        var sections = Sections(file);
        var symbols = sections.Single(s => s.Type == 11);       // SHT_DYNSYM
        var names = sections[symbols.Link];
        var versions = sections.Single(s => s.Type == 0x6fffffff);      // SHT_GNU_versym
        var definitions = Definitions(file, sections.Single(s => s.Type == 0x6ffffffd), sections);
        var exports = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i < symbols.Size / 24; i++)
        {
            var at = symbols.Offset + (i * 24);
            var isDefined = U16(file, at + 6) is not (0 or 0xfff1);     // neither wanted from elsewhere nor the name of a version
            var version = U16(file, versions.Offset + (i * 2)) & 0x7fff;
            if (isDefined && version > 1 && definitions.TryGetValue(version, out var tag))
                exports[Name(file, names.Offset + (int)U32(file, at))] = tag;
        }
        return exports;
    }

    /// <summary>Where the dynamic linker found the library that is loaded here.</summary>
    public static string Loaded(string file) => File.ReadLines("/proc/self/maps")
        .Select(l => l[(l.LastIndexOf(' ') + 1)..])
        .First(p => Path.GetFileName(p).StartsWith(file, StringComparison.Ordinal));

    private static List<(uint Type, int Offset, int Size, int Link, int Info)> Sections(byte[] file)
    {
        var table = (int)U64(file, 0x28);
        int size = U16(file, 0x3a), count = U16(file, 0x3c);
        return [.. Enumerable.Range(0, count).Select(i => table + (i * size)).Select(at =>
            (U32(file, at + 4), (int)U64(file, at + 24), (int)U64(file, at + 32), (int)U32(file, at + 40), (int)U32(file, at + 44)))];
    }

    private static Dictionary<int, string> Definitions(byte[] file, (uint Type, int Offset, int Size, int Link, int Info) section,
        List<(uint Type, int Offset, int Size, int Link, int Info)> sections)
    {
        var found = new Dictionary<int, string>();
        var at = section.Offset;
        for (var i = 0; i < section.Info; i++)
        {
            var auxiliary = at + (int)U32(file, at + 12);
            found[U16(file, at + 4)] = Name(file, sections[section.Link].Offset + (int)U32(file, auxiliary));
            at += (int)U32(file, at + 16);
        }
        return found;
    }

    private static string Name(byte[] file, int at) => Encoding.ASCII.GetString(file.AsSpan(at, file.AsSpan(at).IndexOf((byte)0)));

    private static ushort U16(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    private static uint U32(byte[] file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));

    private static ulong U64(byte[] file, int at) => BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
}
