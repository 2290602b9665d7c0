using System.Buffers.Binary;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>How a viewer wants its pixels (RFC 6143, 7.4). Only true colour.</summary>
internal sealed record PixelFormat(int BitsPerPixel, bool IsBigEndian, int RedMax, int GreenMax, int BlueMax, int RedShift, int GreenShift, int BlueShift)
{
    /// <summary>What is offered: 32 bits, 0x00RRGGBB, little-endian.</summary>
    public static PixelFormat Default { get; } = new(32, false, 255, 255, 255, 16, 8, 0);

    /// <summary>Bytes of a pixel.</summary>
    public int Bytes => BitsPerPixel / 8;

    /// <summary>Reads the 16 bytes of the protocol.</summary>
    /// <exception cref="InvalidDataException">A palette, or a size that RFB doesn't know.</exception>
    public static PixelFormat Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] is not (8 or 16 or 32) || bytes[3] == 0) throw new InvalidDataException("A pixel format that is not spoken here.");
        return new(bytes[0], bytes[2] != 0, BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]), bytes[10], bytes[11], bytes[12]);
    }

    /// <summary>Writes the 16 bytes of the protocol.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes[..16].Clear();
        bytes[0] = (byte)BitsPerPixel;
        bytes[1] = 24;
        bytes[2] = (byte)(IsBigEndian ? 1 : 0);
        bytes[3] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)RedMax);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)GreenMax);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], (ushort)BlueMax);
        bytes[10] = (byte)RedShift;
        bytes[11] = (byte)GreenShift;
        bytes[12] = (byte)BlueShift;
    }

    /// <summary>Writes pixels of 0xRRGGBB in this format.</summary>
    public void Encode(ReadOnlySpan<uint> pixels, Span<byte> target)
    {
        var known = uint.MaxValue;      // there are few colours and long runs of them
        uint value = 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] != known)
            {
                known = pixels[i];
                value = Part(known >> 16, RedMax, RedShift) | Part(known >> 8, GreenMax, GreenShift) | Part(known, BlueMax, BlueShift);
            }
            var at = target[(i * Bytes)..];
            switch (BitsPerPixel, IsBigEndian)
            {
                case (8, _): at[0] = (byte)value; break;
                case (16, false): BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)value); break;
                case (16, true): BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)value); break;
                case (_, false): BinaryPrimitives.WriteUInt32LittleEndian(at, value); break;
                case (_, true): BinaryPrimitives.WriteUInt32BigEndian(at, value); break;
            }
        }

        static uint Part(uint component, int max, int shift) => (uint)((component & 0xFF) * max / 255) << shift;
    }
}
