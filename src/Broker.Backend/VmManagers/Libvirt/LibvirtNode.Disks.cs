using System.Xml.Linq;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>Disks and CDs of running domains.</summary>
internal sealed partial class LibvirtNode : ICanHotplugDisks, ICanChangeCds
{
    private static readonly TimeSpan LongestDetach = TimeSpan.FromSeconds(20);

    // what changes is to be the same after a restart of the guest's own making
    private const DomainDeviceModifyFlags LiveAndKept = DomainDeviceModifyFlags.Live | DomainDeviceModifyFlags.Config;

    public void AttachDisk(Guid id, DiskSpec disk) => Work("The disk could not be attached", _jobs, () =>
    {
        using var domain = Running(id);
        if (Targets(domain).Contains(disk.Target)) return;
        domain.AttachDeviceFlags(DiskXml.Plugged(disk).ToString(), LiveAndKept);
    });

    public void DetachDisk(Guid id, string target) => Work("The disk could not be detached", _jobs, () =>
    {
        using var domain = Running(id);
        if (DiskOf(domain, target) is not { } disk) return;
        domain.DetachDeviceFlags(disk.ToString(), LiveAndKept);
        // the guest is asked to let go of it, and answers when it likes
        Wait(() => !domain.IsActive() || !Targets(domain).Contains(target), LongestDetach);
        if (domain.IsActive() && Targets(domain).Contains(target))
            throw new VmException($"The system in {domain.GetName()} does not let go of {target}. Unmount it there and try again, or shut the machine down first.");
    });

    public void GrowDisk(Guid id, DiskSpec disk, long capacityBytes) => Work("The disk could not be made larger", _jobs, () =>
    {
        using var domain = Running(id);
        domain.BlockResize(disk.Target, (ulong)capacityBytes, DomainBlockResizeFlags.Bytes);
    });

    public void ChangeCd(Guid id, CdSpec cd) => Work("The CD could not be changed", _jobs, () =>
    {
        using var domain = Running(id);
        if (!Targets(domain).Contains(cd.Target)) throw new VmException($"{domain.GetName()} runs without a CD drive {cd.Target}. It gets it when it is started the next time.");
        // one that the guest has locked is taken out all the same: whoever asks is in front of the machine
        domain.UpdateDeviceFlags(DiskXml.Cd(cd, PathOfCd).ToString(), LiveAndKept | DomainDeviceModifyFlags.Force);
    });

    public IReadOnlySet<string> FilesOfDomains() => Ask("The files of the domains could not be listed", () =>
    {
        var files = new HashSet<string>();
        foreach (var domain in _reads.ListAllDomains())
        {
            using (domain)
            {
                // one that runs may have other disks than it will have next time
                foreach (var flags in (DomainXMLFlags[])[default, DomainXMLFlags.Inactive])
                {
                    foreach (var node in Describe(domain, flags).DescendantsAndSelf())
                    {
                        files.UnionWith(node.Attributes().Select(a => a.Value).Where(v => v.StartsWith('/')));
                        if (!node.HasElements && node.Value.StartsWith('/')) files.Add(node.Value);
                    }
                }
            }
        }
        return (IReadOnlySet<string>)files;
    });

    private string PathOfCd(string file) =>
        Disks.FindCd(file) ?? throw new VmException($"The library folder has no image of a CD '{file}'. Copy it to {_settings.LibraryFolder}, or take the CD out with change_cd.");

    private Domain Running(Guid id)
    {
        var domain = Get(id);
        if (domain.IsActive()) return domain;
        using (domain) throw new VmException($"{domain.GetName()} is off: that is done with its files.");
    }

    private static XElement Describe(Domain domain, DomainXMLFlags flags)
    {
        try
        {
            return XElement.Parse(domain.GetXMLDesc(flags));
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.NoDomain)
        {
            return new XElement("gone");
        }
    }

    private static IEnumerable<XElement> DisksOf(Domain domain) => Describe(domain, default).Elements("devices").Elements("disk");

    private static XElement? DiskOf(Domain domain, string target) => DisksOf(domain).FirstOrDefault(d => (string?)d.Element("target")?.Attribute("dev") == target);

    private static List<string?> Targets(Domain domain) => [.. DisksOf(domain).Select(d => (string?)d.Element("target")?.Attribute("dev"))];
}
