using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

public sealed unsafe partial class StoragePool
{
    /// <summary>What it does, and how full it is. (virStoragePoolGetInfo)</summary>
    public StoragePoolInfo GetInfo()
    {
        using var self = Handle.Use();
        virStoragePoolInfo info;
        Check(virStoragePoolGetInfo(self.Pointer, &info));
        return new((StoragePoolState)info.state, info.capacity, info.allocation, info.available);
    }
}

/// <summary>A pool's state, and its size in bytes; 0 while it isn't active. (virStoragePoolInfo)</summary>
/// <param name="State">What it does.</param>
/// <param name="Capacity">All.</param>
/// <param name="Allocation">Of it, used.</param>
/// <param name="Available">Of it, free.</param>
public sealed record StoragePoolInfo(StoragePoolState State, ulong Capacity, ulong Allocation, ulong Available);
