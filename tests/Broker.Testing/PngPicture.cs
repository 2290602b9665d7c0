using System.Buffers.Binary;
using System.IO.Compression;

namespace Broker.Testing;

/// <summary>A picture read from PNG (8 bits per colour, not interlaced), to look at its pixels.</summary>
public sealed class PngPicture
{
    private readonly byte[] _rgb;

    private PngPicture(int width, int height, byte[] rgb)
    {
        Width = width;
        Height = height;
        _rgb = rgb;
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The part of all pixels, 0 to 1, that have this colour (each component within 6).</summary>
    public double PartOf(byte red, byte green, byte blue)
    {
        var count = 0;
        for (var i = 0; i < _rgb.Length; i += 3)
            if (Math.Abs(_rgb[i] - red) <= 6 && Math.Abs(_rgb[i + 1] - green) <= 6 && Math.Abs(_rgb[i + 2] - blue) <= 6) count++;
        return (double)count / (Width * Height);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It is no such PNG.</exception>
    public static PngPicture FromPng(ReadOnlySpan<byte> png)
    {
        if (!png.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10])) throw new FormatException("Not a PNG.");
        int width = 0, height = 0, channels = 0;
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png[at..]);
            var kind = System.Text.Encoding.ASCII.GetString(png.Slice(at + 4, 4));
            var data = png.Slice(at + 8, length);
            if (kind == "IHDR")
            {
                width = BinaryPrimitives.ReadInt32BigEndian(data);
                height = BinaryPrimitives.ReadInt32BigEndian(data[4..]);
                channels = (data[8], data[9], data[12]) switch
                {
                    (8, 2, 0) => 3,
                    (8, 6, 0) => 4,
                    _ => throw new FormatException($"PNG with {data[8]} bits and colour type {data[9]} is not read here."),
                };
            }
            if (kind == "IDAT") packed.Write(data);
            at += 12 + length;
        }

        packed.Position = 0;
        using var inflate = new ZLibStream(packed, CompressionMode.Decompress);
        var stride = width * channels;
        var above = new byte[stride];
        var row = new byte[stride];
        var rgb = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            var filter = inflate.ReadByte();
            inflate.ReadExactly(row);
            for (var x = 0; x < stride; x++)
            {
                int left = x >= channels ? row[x - channels] : 0, up = above[x], corner = x >= channels ? above[x - channels] : 0;
                row[x] += (byte)(filter switch
                {
                    0 => 0,
                    1 => left,
                    2 => up,
                    3 => (left + up) / 2,
                    4 => Paeth(left, up, corner),
                    _ => throw new FormatException($"PNG filter {filter}."),
                });
            }
            for (var x = 0; x < width; x++)
                row.AsSpan(x * channels, 3).CopyTo(rgb.AsSpan((y * width + x) * 3));
            (row, above) = (above, row);
        }
        return new(width, height, rgb);
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        int toLeft = Math.Abs(guess - left), toUp = Math.Abs(guess - up), toCorner = Math.Abs(guess - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
