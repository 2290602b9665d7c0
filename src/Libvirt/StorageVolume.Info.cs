using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

public sealed unsafe partial class StorageVolume
{
    /// <summary>What it is, and how large. (virStorageVolGetInfo, virStorageVolGetInfoFlags)</summary>
    /// <param name="flags">Whether its size is taken from the file's end.</param>
    public StorageVolumeInfo GetInfo(StorageVolInfoFlags flags = default)
    {
        using var self = Handle.Use();
        virStorageVolInfo info;
        // Some drivers have only the form without flags.
        Check(flags == default ? virStorageVolGetInfo(self.Pointer, &info) : virStorageVolGetInfoFlags(self.Pointer, &info, flags));
        return new((StorageVolType)info.type, info.capacity, info.allocation);
    }
}

/// <summary>What a volume is, and its size in bytes. (virStorageVolInfo)</summary>
/// <param name="Type">What it is.</param>
/// <param name="Capacity">What a guest sees.</param>
/// <param name="Allocation">What it takes; with <see cref="StorageVolInfoFlags.GetPhysical"/> where its file ends.</param>
public sealed record StorageVolumeInfo(StorageVolType Type, ulong Capacity, ulong Allocation);
