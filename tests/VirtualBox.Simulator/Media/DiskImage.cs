using System.Text;

namespace VirtualBox.Simulator.Media;

/// <summary>An image file: what a machine would find on its disk, in blocks of 1 MiB.</summary>
internal abstract class DiskImage : IDisposable
{
    public const int Block = 1 << 20;

    protected DiskImage(string path, FileAccess access) => File = new(path, FileMode.Open, access, FileShare.ReadWrite);

    /// <summary>VDI, VMDK, VHD or RAW.</summary>
    public abstract string Format { get; }

    /// <summary>Bytes that a machine sees.</summary>
    public abstract long Capacity { get; }

    /// <summary>Null where the format has none.</summary>
    public virtual Guid? Id => null;

    /// <summary>The image whose differences it holds.</summary>
    public virtual Guid? Parent => null;

    /// <summary>As lists show it: dynamic, fixed, differencing.</summary>
    public virtual string Variant => "fixed";

    protected FileStream File { get; }

    public int Blocks => (int)((Capacity + Block - 1) / Block);

    /// <summary>Reads a block; false if it is not in this image: zeros then, or its parent's.</summary>
    public abstract bool Read(int block, Span<byte> target);

    /// <exception cref="NotSupportedException">In formats that are only made whole.</exception>
    public virtual void Write(int block, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public void Dispose() => File.Dispose();

    /// <summary>Opens an image, whichever it is.</summary>
    /// <exception cref="NotSupportedException">It is none that is known here.</exception>
    public static DiskImage Open(string path, FileAccess access = FileAccess.Read)
    {
        var head = new byte[68];
        var length = 0L;
        using (var file = System.IO.File.OpenRead(path))
        {
            _ = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            length = file.Length;
        }
        if (BitConverter.ToUInt32(head, 64) == Vdi.Signature) return new Vdi(path, access);
        if (head.AsSpan(0, 4).SequenceEqual("KDMV"u8)) return new Vmdk(path, access);
        if (Vhd.Is(path)) return new Vhd(path, access);
        var isRaw = Path.GetExtension(path) is ".raw" or ".img" or ".iso" && length % 512 == 0;
        return isRaw ? new Raw(path, access) : throw new NotSupportedException();
    }

    /// <summary>Makes an image with content.</summary>
    /// <param name="path">Where; nothing may be there.</param>
    /// <param name="format">VDI, VMDK, VHD or RAW.</param>
    /// <param name="capacity">Bytes.</param>
    /// <param name="id">Its UUID, where the format has one.</param>
    /// <param name="isFixed">All blocks are there from the beginning.</param>
    /// <param name="content">Fills a block; false leaves it empty. Null for an empty disk.</param>
    public static void Create(string path, string format, long capacity, Guid id, bool isFixed, Func<int, byte[], bool>? content)
    {
        switch (format)
        {
            case "VDI":
                Vdi.Create(path, capacity, id, isFixed ? Vdi.Kind.Fixed : Vdi.Kind.Dynamic, null);
                break;
            case "VMDK":
                Vmdk.Create(path, capacity, id, content);
                return;
            case "VHD":
                Raw.Fill(path, capacity, content);
                Vhd.AddFooter(path, capacity, id);
                return;
            case "RAW":
                Raw.Fill(path, capacity, content);
                return;
        }
        if (content is null) return;
        using var image = new Vdi(path, FileAccess.ReadWrite);
        var buffer = new byte[Block];
        for (var block = 0; block < image.Blocks; block++)
            if (content(block, buffer) && buffer.AsSpan().ContainsAnyExcept((byte)0)) image.Write(block, buffer);
    }
}

/// <summary>VirtualBox's own format.</summary>
internal sealed class Vdi : DiskImage
{
    public const uint Signature = 0xBEDA107F;
    private const int HeaderSize = 512;
    private const uint Free = uint.MaxValue;
    private const uint Zero = uint.MaxValue - 1;

    private readonly byte[] header = new byte[HeaderSize];
    private readonly uint[] map;

    public enum Kind
    {
        Dynamic = 1,
        Fixed = 2,
        Difference = 4,
    }

    public Vdi(string path, FileAccess access) : base(path, access)
    {
        File.ReadExactly(header);
        if (BitConverter.ToUInt32(header, 0x178) != Block) throw new NotSupportedException();
        map = new uint[BitConverter.ToInt32(header, 0x180)];
        File.Position = BitConverter.ToUInt32(header, 0x154);
        File.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(map.AsSpan()));
    }

    public override string Format => "VDI";

    public override long Capacity => BitConverter.ToInt64(header, 0x170);

    public override Guid? Id => new(header.AsSpan(0x188, 16));

    public override Guid? Parent => new Guid(header.AsSpan(0x1a8, 16)) is var parent && parent != Guid.Empty ? parent : null;

    public override string Variant => BitConverter.ToInt32(header, 0x4c) switch
    {
        2 => "fixed",
        4 => "differencing",
        _ => "dynamic",
    };

    private long Data => BitConverter.ToUInt32(header, 0x158);

    public override bool Read(int block, Span<byte> target)
    {
        if (map[block] == Free) return false;
        target.Clear();
        if (map[block] == Zero) return true;
        File.Position = Data + (long)map[block] * Block;
        _ = File.ReadAtLeast(target[..Block], Block, throwOnEndOfStream: false); // a last block may be short
        return true;
    }

    public override void Write(int block, ReadOnlySpan<byte> data)
    {
        if (map[block] is Free or Zero)
        {
            map[block] = BitConverter.ToUInt32(header, 0x184);
            Put(0x184, map[block] + 1);
            File.Position = 0;
            File.Write(header);
            File.Position = BitConverter.ToUInt32(header, 0x154) + block * 4L;
            File.Write(BitConverter.GetBytes(map[block]));
        }
        File.Position = Data + (long)map[block] * Block;
        File.Write(data[..Block]);
    }

    /// <summary>Makes it a difference of another image.</summary>
    public void SetParent(Guid? parent)
    {
        (parent ?? Guid.Empty).TryWriteBytes(header.AsSpan(0x1a8));
        File.Position = 0;
        File.Write(header);
    }

    public static void Create(string path, long capacity, Guid id, Kind kind, Guid? parent)
    {
        var blocks = (int)((capacity + Block - 1) / Block);
        var data = (Block + blocks * 4L + Block - 1) / Block * Block;
        var head = new byte[HeaderSize];
        Encoding.ASCII.GetBytes("<<< Oracle VirtualBox Disk Image >>>\n", head);
        Put(0x40, Signature);
        Put(0x44, 0x00010001);
        Put(0x48, 0x190);
        Put(0x4c, (uint)kind);
        Put(0x154, Block);
        Put(0x158, (uint)data);
        Put(0x168, 512);
        BitConverter.TryWriteBytes(head.AsSpan(0x170), capacity);
        Put(0x178, Block);
        Put(0x180, (uint)blocks);
        Put(0x184, kind == Kind.Fixed ? (uint)blocks : 0);
        id.TryWriteBytes(head.AsSpan(0x188));
        Guid.NewGuid().TryWriteBytes(head.AsSpan(0x198));
        (parent ?? Guid.Empty).TryWriteBytes(head.AsSpan(0x1a8));
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(head);
        file.Position = Block;
        for (var block = 0; block < blocks; block++) file.Write(BitConverter.GetBytes(kind == Kind.Fixed ? (uint)block : Free));
        file.SetLength(data + (kind == Kind.Fixed ? blocks * (long)Block : 0));

        void Put(int at, uint value) => BitConverter.TryWriteBytes(head.AsSpan(at), value);
    }

    private void Put(int at, uint value) => BitConverter.TryWriteBytes(header.AsSpan(at), value);
}

/// <summary>The bytes as they are.</summary>
internal class Raw(string path, FileAccess access) : DiskImage(path, access)
{
    public override string Format => "RAW";

    public override long Capacity => File.Length;

    public override bool Read(int block, Span<byte> target)
    {
        target.Clear();
        File.Position = (long)block * Block;
        File.ReadExactly(target[..(int)Math.Min(Block, Capacity - File.Position)]);
        return true;
    }

    public static void Fill(string path, long capacity, Func<int, byte[], bool>? content)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.SetLength(capacity);
        if (content is null) return;
        var buffer = new byte[Block];
        for (var block = 0; block * (long)Block < capacity; block++)
        {
            if (!content(block, buffer)) continue;
            file.Position = block * (long)Block;
            file.Write(buffer, 0, (int)Math.Min(Block, capacity - file.Position));
        }
    }
}
