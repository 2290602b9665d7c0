using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace VirtualBox;

/// <summary>Masks of IPv4 networks, as VirtualBox writes them.</summary>
public static class IPv4Mask
{
    /// <summary>The length of the prefix that a mask stands for: 24 for <c>255.255.255.0</c>.</summary>
    /// <param name="mask">Four numbers, or the eight hexadecimal digits that some versions write (<c>ffffff00</c>).</param>
    /// <exception cref="FormatException">It is no mask: <c>255.0.255.0</c> has a hole.</exception>
    public static int Parse(string mask) =>
        TryParse(mask, out var prefix) ? prefix : throw new FormatException($"'{mask}' is no IPv4 mask, such as 255.255.255.0.");

    /// <summary>The length of the prefix that a mask stands for.</summary>
    /// <returns>False if it is no mask.</returns>
    public static bool TryParse(string? mask, out int prefix)
    {
        prefix = 0;
        uint bits;
        if (mask is { Length: 8 } && uint.TryParse(mask, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digits))
            bits = digits;
        else if (mask?.Split('.').Length == 4 && IPAddress.TryParse(mask, out var address) && address.AddressFamily == AddressFamily.InterNetwork)
            bits = BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
        else
            return false;
        prefix = BitOperations.PopCount(bits);
        return bits == Bits(prefix);
    }

    /// <summary>The mask of a prefix: <c>255.255.255.0</c> for 24.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A prefix is 0 to 32 bits long.</exception>
    public static string Format(int prefix)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefix);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefix, 32);
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Bits(prefix));
        return new IPAddress(bytes).ToString();
    }

    private static uint Bits(int prefix) => prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);
}
