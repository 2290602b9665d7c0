using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Disks of adopted machines whose files somebody else made: only their guests change them.</summary>
internal static class ForeignDisks
{
    /// <summary>Refuses what would change such a file.</summary>
    /// <param name="domain">The machine.</param>
    /// <param name="volumes">The disks that would be changed.</param>
    /// <exception cref="RequestFailedException"><c>foreign_disk</c>.</exception>
    public static void Refuse(DomainRow domain, IEnumerable<VolumeRow> volumes)
    {
        if (volumes.FirstOrDefault(v => v.IsForeign) is { } foreign)
        {
            throw new RequestFailedException("foreign_disk",
                $"{foreign.Target} of {domain.Name} is {foreign.Path}, which was there before Broker and stays as it is. Make a machine with disks of its own with {CopyDomain.Spec.Word}, and ask that of it.");
        }
    }
}
