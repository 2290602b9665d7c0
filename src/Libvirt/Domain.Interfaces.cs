using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Network interfaces.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>What a network interface carried, as the domain sees it. (virDomainInterfaceStats)</summary>
    /// <param name="device">The host's side of it, <c>vnet0</c>, or its MAC address.</param>
    public DomainInterfaceStats InterfaceStats(string device)
    {
        using var self = Handle.Use();
        using var text = new Text(device);
        virDomainInterfaceStatsStruct s;
        Check(virDomainInterfaceStats(self.Pointer, text.Pointer, &s, (nuint)sizeof(virDomainInterfaceStatsStruct)));
        return new(Known(s.rx_bytes), Known(s.rx_packets), Known(s.rx_errs), Known(s.rx_drop),
            Known(s.tx_bytes), Known(s.tx_packets), Known(s.tx_errs), Known(s.tx_drop));
    }
}

/// <summary>What a network interface carried; null is what the driver doesn't count. (virDomainInterfaceStatsStruct)</summary>
/// <param name="RxBytes">Bytes received.</param>
/// <param name="RxPackets">Packets received.</param>
/// <param name="RxErrs">Errors in receiving.</param>
/// <param name="RxDrop">Packets received and dropped.</param>
/// <param name="TxBytes">Bytes sent.</param>
/// <param name="TxPackets">Packets sent.</param>
/// <param name="TxErrs">Errors in sending.</param>
/// <param name="TxDrop">Packets to be sent and dropped.</param>
public sealed record DomainInterfaceStats(long? RxBytes, long? RxPackets, long? RxErrs, long? RxDrop,
    long? TxBytes, long? TxPackets, long? TxErrs, long? TxDrop);
