namespace Libvirt.Tests;

/// <summary>What libvirt itself knows of references.</summary>
internal static class Handles
{
    /// <summary>How many references there are to the connection: the number behind the class in each of GLib's objects, which libvirt's are.</summary>
    public static unsafe uint References(Connect connect)
    {
        using var self = connect.Handle.Use();
        return Volatile.Read(ref *(uint*)((byte*)self.Pointer + sizeof(void*)));
    }
}
