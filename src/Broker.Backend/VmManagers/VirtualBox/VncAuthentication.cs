using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>VNC's answer to a challenge (RFC 6143, 7.2.2): DES by the password, of which eight bytes count, each with its bits turned round.</summary>
internal static class VncAuthentication
{
    /// <summary>Bytes of a challenge, and of its answer.</summary>
    public const int Bytes = 16;

    /// <summary>The answer to a challenge.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "It is the protocol; what it protects never leaves the host.")]
    public static byte[] Answer(string password, ReadOnlySpan<byte> challenge)
    {
        using var des = DES.Create();
        des.Key = KeyOf(password);
        return des.EncryptEcb(challenge, PaddingMode.None);
    }

    private static byte[] KeyOf(string password)
    {
        var key = new byte[8];
        Encoding.ASCII.GetBytes(password.AsSpan(0, Math.Min(password.Length, key.Length)), key);
        for (var i = 0; i < key.Length; i++)
        {
            var turned = 0;
            for (var bit = 0; bit < 8; bit++) turned |= (key[i] >> bit & 1) << (7 - bit);
            key[i] = (byte)turned;
        }
        return key;
    }
}
