using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Broker.Backend.Displays;

/// <summary>Writes pictures as PNG: 8 bits per colour, no transparency.</summary>
public static class Png
{
    /// <summary>The bytes every PNG starts with.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Encodes a picture.</summary>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="rgb">Red, green, blue of each pixel, row by row from the top.</param>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> rgb)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (rgb.Length != width * height * 3) throw new ArgumentException("Three bytes per pixel are wanted.", nameof(rgb));

        using var png = new MemoryStream();
        png.Write(Signature);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;      // bits per colour
        header[9] = 2;      // red, green, blue
        Chunk(png, "IHDR", header);

        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var stride = width * 3;
            for (var row = 0; row < height; row++)
            {
                deflate.WriteByte(0);       // no filter
                deflate.Write(rgb.Slice(row * stride, stride));
            }
        }
        Chunk(png, "IDAT", packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>Turns a binary portable pixmap (P6, 8 bits), as some hypervisors give, into PNG.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static byte[] FromPortablePixmap(ReadOnlySpan<byte> ppm)
    {
        if (!ppm.StartsWith("P6"u8)) throw new FormatException("Not a portable pixmap.");
        var at = 2;
        var width = Number(ppm, ref at);
        var height = Number(ppm, ref at);
        var most = Number(ppm, ref at);
        at++;       // the one white space before the pixels
        if (most != 255 || width is < 1 or > 16384 || height is < 1 or > 16384 || ppm.Length - at < width * height * 3)
            throw new FormatException("Not a whole portable pixmap with 8 bits per colour.");
        return Encode(width, height, ppm.Slice(at, width * height * 3));
    }

    private static int Number(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length && (text[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'#'))
        {
            if (text[at] == '#')
                while (at < text.Length && text[at] != '\n') at++;
            else
                at++;
        }
        var number = 0;
        var digits = 0;
        for (; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9' && digits < 6; at++, digits++)
            number = number * 10 + (text[at] - '0');
        return digits > 0 ? number : throw new FormatException("A number is missing in the portable pixmap's head.");
    }

    private static void Chunk(MemoryStream png, string kind, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        Span<byte> name = stackalloc byte[4];
        Encoding.ASCII.GetBytes(kind, name);
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(name);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(Crc(uint.MaxValue, name), data) ^ uint.MaxValue);
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
            crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(number =>
    {
        var crc = (uint)number;
        for (var bit = 0; bit < 8; bit++)
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    })];
}
