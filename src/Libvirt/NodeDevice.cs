using static Libvirt.Generated.Native;

namespace Libvirt;

public sealed unsafe partial class NodeDevice
{
    /// <summary>The name of the device that it is part of; null for one that is part of none. (virNodeDeviceGetParent)</summary>
    public string? GetParent()
    {
        using var self = Handle.Use();
        var parent = virNodeDeviceGetParent(self.Pointer);
        if (parent != null || virGetLastError() == null)
            return Text.Copy(parent);
        // Drivers report an internal error of a device that is part of none.
        var error = LibvirtException.Last();
        return error.Code == ErrorNumber.InternalError && !error.IsConnectionLost ? null : throw error;
    }
}
