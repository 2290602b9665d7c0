using System.Buffers.Binary;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What a guest finds on a VDI disk and those below it, read and written as VirtualBox would: no other program knows VDI's differences.</summary>
internal sealed class VdiContent
{
    private const int BlockBytes = 1 << 20;
    private const uint LastNumber = 0xFFFFFFFD;        // beyond: nothing there, or zeros
    private const uint Zeros = 0xFFFFFFFE;

    private readonly string _path;
    private readonly int _map;
    private readonly int _data;
    private readonly VdiContent? _below;

    /// <param name="path">The disk.</param>
    /// <param name="pool">Where those below it lie, if not beside it.</param>
    public VdiContent(string path, string? pool = null)
    {
        _path = path;
        var header = Read(456, 0);
        _map = (int)Number(header, 340);
        _data = (int)Number(header, 344);
        var parent = new Guid(header.AsSpan(424, 16));
        if (parent == Guid.Empty) return;
        const string second = "-second";
        var folder = Path.GetDirectoryName(path)!;
        folder = folder.EndsWith(second, StringComparison.Ordinal) ? folder[..^second.Length] : folder;
        _below = new(((string[])[folder, folder + second, pool ?? folder]).Distinct().Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f, "*.vdi")).Single(file =>
        {
            using var other = File.OpenRead(file);
            var start = new byte[408];
            return other.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && new Guid(start.AsSpan(392, 16)) == parent;
        }), pool);
    }

    /// <summary>Fills a piece of 64 KiB, at a place of its own, with a character.</summary>
    public void Write(char mark)
    {
        var (number, within) = PlaceOf(mark);
        var block = Block(number);
        block.AsSpan(within, 1 << 16).Fill((byte)mark);
        var at = BinaryPrimitives.ReadUInt32LittleEndian(Read(4, _map + (4 * number)));
        if (at > LastNumber)
        {
            at = Number(Read(4, 388), 0);
            Write(388, Bytes(at + 1));
            Write(_map + (4 * number), Bytes(at));
        }
        Write(_data + ((long)at * BlockBytes), block);
    }

    /// <summary>Whether that piece is filled with it.</summary>
    public bool Has(char mark)
    {
        var (number, within) = PlaceOf(mark);
        return !Block(number).AsSpan(within, 1 << 16).ContainsAnyExcept((byte)mark);
    }

    private static (int Block, int Within) PlaceOf(char mark) => ((mark << 16) / BlockBytes, (mark << 16) % BlockBytes);

    private byte[] Block(int number)
    {
        var at = Number(Read(4, _map + (4 * number)), 0);
        if (at <= LastNumber) return Read(BlockBytes, _data + ((long)at * BlockBytes));
        return at == Zeros || _below == null ? new byte[BlockBytes] : _below.Block(number);
    }

    private byte[] Read(int count, long at)
    {
        using var file = File.OpenHandle(_path);
        var bytes = new byte[count];
        RandomAccess.Read(file, bytes, at);
        return bytes;
    }

    private void Write(long at, byte[] bytes)
    {
        using var file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, bytes, at);
    }

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static byte[] Bytes(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        return bytes;
    }
}
