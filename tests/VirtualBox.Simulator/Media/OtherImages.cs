using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace VirtualBox.Simulator.Media;

/// <summary>Microsoft's format, the fixed kind: the bytes as they are, and a footer.</summary>
internal sealed class Vhd(string path, FileAccess access) : Raw(path, access)
{
    private const int Footer = 512;

    public override string Format => "VHD";

    public override long Capacity => File.Length - Footer;

    public override Guid? Id
    {
        get
        {
            var id = new byte[16];
            File.Position = Capacity + 68;
            File.ReadExactly(id);
            return new Guid(id, bigEndian: true);
        }
    }

    public static bool Is(string path)
    {
        using var file = System.IO.File.OpenRead(path);
        if (file.Length < Footer) return false;
        file.Position = file.Length - Footer;
        var footer = new byte[Footer];
        file.ReadExactly(footer);
        return footer.AsSpan().StartsWith("conectix"u8) && BinaryPrimitives.ReadInt32BigEndian(footer.AsSpan(60)) == 2;
    }

    public static void AddFooter(string path, long capacity, Guid id)
    {
        var footer = new byte[Footer];
        "conectix"u8.CopyTo(footer);
        BinaryPrimitives.WriteInt32BigEndian(footer.AsSpan(8), 2);
        BinaryPrimitives.WriteInt32BigEndian(footer.AsSpan(12), 0x00010000);
        BinaryPrimitives.WriteInt64BigEndian(footer.AsSpan(16), -1);
        "vbox"u8.CopyTo(footer.AsSpan(28));
        BinaryPrimitives.WriteInt64BigEndian(footer.AsSpan(40), capacity);
        BinaryPrimitives.WriteInt64BigEndian(footer.AsSpan(48), capacity);
        BinaryPrimitives.WriteInt32BigEndian(footer.AsSpan(60), 2);
        id.TryWriteBytes(footer.AsSpan(68), bigEndian: true, out _);
        var sum = 0u;
        foreach (var octet in footer) sum += octet;
        BinaryPrimitives.WriteUInt32BigEndian(footer.AsSpan(64), ~sum);
        using var file = new FileStream(path, FileMode.Append);
        file.Write(footer);
    }
}

/// <summary>VMware's format, the kind in one sparse file, which both VirtualBox and QEMU make.</summary>
internal sealed class Vmdk : DiskImage
{
    private const int Sector = 512;
    private const int GrainSectors = 128;
    private const int Grain = GrainSectors * Sector;
    private const int PerTable = 512;
    private const int DescriptorSectors = 20;

    private readonly long sectors;
    private readonly uint[] grains;
    private readonly Guid? id;

    public Vmdk(string path, FileAccess access) : base(path, access)
    {
        var header = new byte[Sector];
        File.ReadExactly(header);
        sectors = BitConverter.ToInt64(header, 12);
        if (BitConverter.ToInt64(header, 20) != GrainSectors || BitConverter.ToInt32(header, 44) != PerTable) throw new NotSupportedException();
        var directory = BitConverter.ToInt64(header, 56);
        var count = (sectors + GrainSectors - 1) / GrainSectors;
        grains = new uint[(count + PerTable - 1) / PerTable * PerTable];
        if (directory == -1) throw new NotSupportedException(); // stream-optimized: its directory is at the end
        var tables = new uint[grains.Length / PerTable];
        File.Position = directory * Sector;
        File.ReadExactly(Bytes(tables));
        for (var table = 0; table < tables.Length; table++)
        {
            if (tables[table] == 0) continue;
            File.Position = tables[table] * (long)Sector;
            File.ReadExactly(Bytes(grains.AsSpan(table * PerTable, PerTable)));
        }
        var descriptor = new byte[BitConverter.ToInt64(header, 36) * Sector];
        File.Position = BitConverter.ToInt64(header, 28) * Sector;
        File.ReadExactly(descriptor);
        const string mark = "ddb.uuid.image=\"";
        var text = Encoding.ASCII.GetString(descriptor);
        if (text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at) id = Guid.Parse(text.AsSpan(at + mark.Length, 36));
    }

    public override string Format => "VMDK";

    public override long Capacity => sectors * Sector;

    public override Guid? Id => id;

    public override string Variant => "dynamic";

    public override bool Read(int block, Span<byte> target)
    {
        target.Clear();
        var found = false;
        for (var i = 0; i < Block / Grain; i++)
        {
            var grain = block * (Block / Grain) + i;
            if (grain >= grains.Length || grains[grain] <= 1) continue;
            File.Position = grains[grain] * (long)Sector;
            _ = File.ReadAtLeast(target.Slice(i * Grain, Grain), Grain, throwOnEndOfStream: false);
            found = true;
        }
        return found;
    }

    public static void Create(string path, long capacity, Guid id, Func<int, byte[], bool>? content)
    {
        var size = capacity / Sector;
        var tables = (int)((size + (long)PerTable * GrainSectors - 1) / ((long)PerTable * GrainSectors));
        var directorySectors = (tables * 4 + Sector - 1) / Sector;
        const int directoryAt = 1 + DescriptorSectors;
        var tablesAt = directoryAt + directorySectors;
        var dataAt = (tablesAt + tables * (PerTable * 4 / Sector) + GrainSectors - 1) / GrainSectors * GrainSectors;
        var header = new byte[Sector];
        "KDMV"u8.CopyTo(header);
        BitConverter.TryWriteBytes(header.AsSpan(4), 1);
        BitConverter.TryWriteBytes(header.AsSpan(8), 1);
        BitConverter.TryWriteBytes(header.AsSpan(12), size);
        BitConverter.TryWriteBytes(header.AsSpan(20), (long)GrainSectors);
        BitConverter.TryWriteBytes(header.AsSpan(28), 1L);
        BitConverter.TryWriteBytes(header.AsSpan(36), (long)DescriptorSectors);
        BitConverter.TryWriteBytes(header.AsSpan(44), PerTable);
        BitConverter.TryWriteBytes(header.AsSpan(56), (long)directoryAt);
        BitConverter.TryWriteBytes(header.AsSpan(64), (long)dataAt);
        "\n \r\n"u8.CopyTo(header.AsSpan(73));
        var descriptor = string.Create(CultureInfo.InvariantCulture, $"""
            # Disk DescriptorFile
            version=1
            CID=fffffffe
            parentCID=ffffffff
            createType="monolithicSparse"

            # Extent description
            RW {size} SPARSE "{Path.GetFileName(path)}"

            # The disk Data Base
            #DDB
            ddb.adapterType="ide"
            ddb.uuid.image="{id}"

            """);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(header);
        file.Write(Encoding.UTF8.GetBytes(descriptor));
        var directory = new uint[tables];
        for (var table = 0; table < tables; table++) directory[table] = (uint)(tablesAt + table * (PerTable * 4 / Sector));
        file.Position = directoryAt * Sector;
        file.Write(Bytes(directory));
        var entries = new uint[tables * PerTable];
        var next = (uint)dataAt;
        var buffer = new byte[Block];
        file.SetLength(dataAt * (long)Sector);
        for (var block = 0; content is not null && block * (long)Block < capacity; block++)
        {
            if (!content(block, buffer)) continue;
            for (var i = 0; i < Block / Grain; i++)
            {
                var grain = buffer.AsSpan(i * Grain, Grain);
                if (!grain.ContainsAnyExcept((byte)0)) continue;
                entries[block * (Block / Grain) + i] = next;
                file.Position = next * (long)Sector;
                file.Write(grain);
                next += GrainSectors;
            }
        }
        file.Position = tablesAt * (long)Sector;
        file.Write(Bytes(entries));
    }

    private static Span<byte> Bytes(Span<uint> numbers) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers);
}
