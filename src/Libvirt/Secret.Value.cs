using System.Runtime.InteropServices;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

public sealed unsafe partial class Secret
{
    /// <summary>What is secret. (virSecretGetValue)</summary>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.NoSecret"/>: it has no value yet; <see cref="ErrorNumber.InvalidSecret"/>: it is private;
    /// <see cref="ErrorNumber.OperationDenied"/>: the connection is for reading.
    /// </exception>
    public byte[] GetValue()
    {
        using var self = Handle.Use();
        nuint size;
        var value = Check(virSecretGetValue(self.Pointer, &size, 0));
        try
        {
            return new ReadOnlySpan<byte>(value, (int)size).ToArray();
        }
        finally
        {
            NativeMemory.Clear(value, size);        // no copy is left behind
            NativeMemory.Free(value);
        }
    }

    /// <summary>Says what is secret. (virSecretSetValue)</summary>
    /// <param name="value">Any bytes.</param>
    public void SetValue(ReadOnlySpan<byte> value)
    {
        using var self = Handle.Use();
        // The address of nothing is null, which C refuses.
        byte nothing;
        fixed (byte* bytes = value)
            Check(virSecretSetValue(self.Pointer, bytes == null ? &nothing : bytes, (nuint)value.Length, 0));
    }
}
