using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Domains of a connection.</summary>
public sealed unsafe partial class Connect
{
    /// <summary>The domain with this UUID. (virDomainLookupByUUID)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoDomain"/>: there is none.</exception>
    public Domain LookupDomainByUUID(Guid uuid)
    {
        using var self = Handle.Use();
        var bytes = stackalloc byte[Constants.UuidBuflen];
        uuid.TryWriteBytes(new(bytes, Constants.UuidBuflen), bigEndian: true, out _);
        return new(virDomainLookupByUUID(self.Pointer, bytes), Calls);
    }

    /// <summary>The domain with this UUID, in any spelling that libvirt takes. (virDomainLookupByUUIDString)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoDomain"/>: there is none; <see cref="ErrorNumber.InvalidArg"/>: not a UUID.</exception>
    public Domain LookupDomainByUUIDString(string uuid)
    {
        using var self = Handle.Use();
        using var text = new Text(uuid);
        return new(virDomainLookupByUUIDString(self.Pointer, text.Pointer), Calls);
    }

    /// <summary>The domain with this name. (virDomainLookupByName)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoDomain"/>: there is none.</exception>
    public Domain LookupDomainByName(string name)
    {
        using var self = Handle.Use();
        using var text = new Text(name);
        return new(virDomainLookupByName(self.Pointer, text.Pointer), Calls);
    }

    /// <summary>The running domain with this number. (virDomainLookupByID)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoDomain"/>: there is none.</exception>
    public Domain LookupDomainByID(int id)
    {
        using var self = Handle.Use();
        return new(virDomainLookupByID(self.Pointer, id), Calls);
    }

    /// <summary>All domains, or those the flags choose. Each is the caller's to dispose. (virConnectListAllDomains)</summary>
    public IReadOnlyList<Domain> ListAllDomains(ConnectListAllDomainsFlags flags = default)
    {
        using var self = Handle.Use();
        virDomain** list;
        var count = Check(virConnectListAllDomains(self.Pointer, &list, flags));
        try
        {
            var domains = new Domain[count];
            for (var i = 0; i < count; i++)
                domains[i] = new(list[i], Calls);
            return domains;
        }
        finally
        {
            NativeMemory.Free(list);
        }
    }

    /// <summary>The numbers of the running domains. (virConnectListDomains)</summary>
    public IReadOnlyList<int> ListDomains()
    {
        using var self = Handle.Use();
        for (var max = 64; ; max *= 4)
        {
            var ids = new int[max];
            fixed (int* list = ids)
            {
                // There may be more that found no room: only a list with room left is whole.
                if (Check(virConnectListDomains(self.Pointer, list, max)) is var count && count < max)
                    return ids[..count];
            }
        }
    }

    /// <summary>
    /// Measured values of all domains, or those the flags choose, in one call: the way to poll. With <see cref="ConnectGetAllDomainStatsFlags.Nowait"/>
    /// a domain that is busy with a job doesn't hold up the others. (virConnectGetAllDomainStats)
    /// </summary>
    /// <param name="stats">Groups; 0 is all that the driver has.</param>
    /// <param name="flags">Which domains, and how.</param>
    public IReadOnlyList<DomainStats> GetAllDomainStats(DomainStatsTypes stats, ConnectGetAllDomainStatsFlags flags = default)
    {
        using var self = Handle.Use();
        virDomainStatsRecord** list;
        var count = Check(virConnectGetAllDomainStats(self.Pointer, stats, &list, flags));
        return DomainStats.Take(list, count, Calls);
    }

    /// <summary>Defines a domain, or changes the definition of the one with the same name and UUID. (virDomainDefineXML, virDomainDefineXMLFlags)</summary>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.XmlDetail"/>, <see cref="ErrorNumber.XmlError"/>, <see cref="ErrorNumber.NoName"/>: the XML is wrong;
    /// <see cref="ErrorNumber.ConfigUnsupported"/>: the host can't; <see cref="ErrorNumber.OperationFailed"/>: name or UUID belong to another domain.
    /// </exception>
    public Domain DomainDefineXML(string xml, DomainDefineFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(xml);
        return new(flags == default ? virDomainDefineXML(self.Pointer, text.Pointer) : virDomainDefineXMLFlags(self.Pointer, text.Pointer, flags), Calls);
    }

    /// <summary>Starts a domain that is gone when it stops. (virDomainCreateXML)</summary>
    public Domain DomainCreateXML(string xml, DomainCreateFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(xml);
        return new(virDomainCreateXML(self.Pointer, text.Pointer, flags), Calls);
    }

    /// <summary>Starts a domain that is gone when it stops, its first process having these files as descriptors 3, 4, ... (virDomainCreateXMLWithFiles)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoSupport"/>: its driver has no containers.</exception>
    public Domain DomainCreateXMLWithFiles(string xml, IReadOnlyList<SafeHandle> files, DomainCreateFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(xml);
        using var f = new Descriptors(files);
        return new(virDomainCreateXMLWithFiles(self.Pointer, text.Pointer, f.Count, f.Pointer, flags), Calls);
    }

    /// <summary><see cref="DomainCreateXMLWithFiles"/> on a thread of <see cref="Calls"/>.</summary>
    public Task<Domain> DomainCreateXMLWithFilesAsync(string xml, IReadOnlyList<SafeHandle> files, DomainCreateFlags flags = default,
        CancellationToken cancellationToken = default) => Calls.Run(() => DomainCreateXMLWithFiles(xml, files, flags), cancellationToken);

    /// <summary>Takes over a QEMU that somebody else started, with a monitor on a Unix socket. libvirt's own driver refuses today. (virDomainQemuAttach)</summary>
    /// <param name="pid">Its process id.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoSupport"/>: the driver can't.</exception>
    public Domain DomainQemuAttach(uint pid)
    {
        using var self = Handle.Use();
        return new(virDomainQemuAttach(self.Pointer, pid, 0), Calls);
    }

    /// <summary><see cref="DomainQemuAttach"/> on a thread of <see cref="Calls"/>.</summary>
    public Task<Domain> DomainQemuAttachAsync(uint pid, CancellationToken cancellationToken = default) => Calls.Run(() => DomainQemuAttach(pid), cancellationToken);
}
