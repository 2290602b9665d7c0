using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Core.Users;

/// <summary>Codes that change every 30 s (RFC 6238, as all authenticator programs make them: SHA-1, six digits).</summary>
public static class Totp
{
    /// <summary>How long a code is the current one.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private const int Digits = 6;
    private const int SecretBytes = 20;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A secret for one person and his authenticator.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>The code of a step.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "What authenticator programs speak; as a keyed hash it is not broken.")]
    public static string Code(byte[] secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, hash);
        var number = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & int.MaxValue;
        return (number % (long)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step at a time.</summary>
    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / (long)Step.TotalSeconds;

    /// <summary>The step whose code this is, of the current one and its neighbours: clocks differ, and typing takes a while. Null when it is of none.</summary>
    public static long? StepOf(byte[] secret, string code, DateTimeOffset now)
    {
        var typed = Encoding.UTF8.GetBytes(code);
        long? found = null;
        for (var step = StepAt(now) - 1; step <= StepAt(now) + 1; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(secret, step)), typed))
                found = step;
        return found;
    }

    /// <summary>The secret as people type it (RFC 4648, base 32).</summary>
    public static string Text(byte[] secret)
    {
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var b in secret)
        {
            (bits, count) = ((bits << 8) | b, count + 8);
            for (; count >= 5; count -= 5) text.Append(Alphabet[(bits >> (count - 5)) & 31]);
            bits &= (1 << count) - 1;
        }

        if (count > 0) text.Append(Alphabet[(bits << (5 - count)) & 31]);
        return text.ToString();
    }

    /// <summary>What the picture for authenticator programs says.</summary>
    public static string Uri(string issuer, string name, byte[] secret) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(name)}?secret={Text(secret)}&issuer={System.Uri.EscapeDataString(issuer)}";
}
