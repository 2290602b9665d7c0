using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Measured values.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>Measured values of some domains of one connection in one call. See <see cref="Connect.GetAllDomainStats"/>. (virDomainListGetStats)</summary>
    /// <param name="domains">Which; at least one.</param>
    /// <param name="stats">Groups; 0 is all that the driver has.</param>
    /// <param name="flags">How; those that choose domains are not for this.</param>
    public static IReadOnlyList<DomainStats> ListGetStats(IReadOnlyList<Domain> domains, DomainStatsTypes stats, ConnectGetAllDomainStatsFlags flags = default)
    {
        if (domains.Count == 0)
            throw new ArgumentException("Whose values? Give at least one domain.", nameof(domains));
        var pointers = new virDomain*[domains.Count + 1];       // ended by a null pointer
        var held = 0;
        try
        {
            for (; held < domains.Count; held++)
                pointers[held] = domains[held].Handle.Hold();
            virDomainStatsRecord** list;
            int count;
            fixed (virDomain** first = pointers)
                count = Check(virDomainListGetStats(first, stats, &list, flags));
            return DomainStats.Take(list, count, domains[0].Handle.Calls);
        }
        finally
        {
            while (held > 0)
                domains[--held].Handle.DangerousRelease();
        }
    }
}
