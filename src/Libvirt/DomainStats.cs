using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// Measured values of one domain. A group or value that the driver didn't give is null, which is not zero. What has no member here is in <see cref="Others"/>
/// under libvirt's own name, such as <c>vcpu.0.exits.sum</c>. Owns its <see cref="Domain"/>. (virDomainStatsRecord)
/// </summary>
public sealed partial record DomainStats : IDisposable
{
    /// <summary>Whose values these are.</summary>
    public required Domain Domain { get; init; }

    /// <summary>Disposes the domain object.</summary>
    public void Dispose() => Domain.Dispose();

    /// <summary>Records of libvirt's list, which is released.</summary>
    internal static unsafe IReadOnlyList<DomainStats> Take(virDomainStatsRecord** list, int count, CallScheduler calls)
    {
        try
        {
            var records = new DomainStats[count];
            for (var i = 0; i < count; i++)
            {
                Check(virDomainRef(list[i]->dom));
                records[i] = Read(new(list[i]->@params, list[i]->nparams), new(list[i]->dom, calls));
            }
            return records;
        }
        finally
        {
            virDomainStatsRecordListFree(list);
        }
    }
}
