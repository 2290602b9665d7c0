using System.Globalization;
using System.Xml.Linq;
using Broker.Core.Library;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// What QEMU's user can't get at, by the modes of folders and files. libvirt gives him the disks of what it starts, but no folder above them; and CDs,
/// which several machines read, stay whose they are.
/// </summary>
/// <param name="User">His number.</param>
/// <param name="Groups">Those of his groups.</param>
internal sealed record QemuReach(uint User, IReadOnlyList<uint> Groups)
{
    /// <summary>Reads who he is out of libvirt's capabilities; null when QEMU runs as root, or nobody says as whom.</summary>
    public static QemuReach? Of(XElement capabilities)
    {
        var label = capabilities.Elements("host").Elements("secmodel").Where(m => (string?)m.Element("model") == "dac").Elements("baselabel").Select(l => l.Value).FirstOrDefault();
        var ids = (label ?? "").Split(':').Select(part => uint.TryParse(part.TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).ToList();
        if (ids is not [> 0 and var user, var group]) return null;
        var name = Rows("/etc/passwd").FirstOrDefault(r => r is [_, _, var id, ..] && id == $"{user}")?[0];
        var others = Rows("/etc/group").Where(r => r is [_, _, _, var members] && members.Split(',').Contains(name)).Select(r => uint.Parse(r[2], CultureInfo.InvariantCulture));
        return new(user, [group, .. others]);
    }

    /// <summary>What he can't get at; folders end with a slash.</summary>
    /// <param name="folders">Folders that he has to enter.</param>
    /// <param name="files">Files that he has to read.</param>
    public IReadOnlyList<string> Closed(IEnumerable<string> folders, IEnumerable<string> files) =>
    [
        .. folders.Select(f => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f))).SelectMany(Above).Distinct().Where(f => !May(f, UnixFileMode.OtherExecute)).Select(f => f + "/"),
        .. files.Where(f => !May(f, UnixFileMode.OtherRead)),
    ];

    /// <summary>CDs in the library that machines may read.</summary>
    public static IEnumerable<string> Cds(IDisks disks, string library) =>
        disks.Library().Where(i => i is { Format: ImageHeader.Cd, IsUpload: false }).Select(i => Path.Combine(library, i.File));

    private static IEnumerable<string> Above(string folder)
    {
        for (var at = folder; at is { Length: > 1 }; at = Path.GetDirectoryName(at)) yield return at;
    }

    // of the three kinds of rights the first that is meant for him counts, as in the kernel
    private bool May(string path, UnixFileMode others)
    {
        if (Posix.OwnerOf(path) is not { } owner) return true;
        var shift = owner.User == User ? 6 : Groups.Contains(owner.Group) ? 3 : 0;
        return ((int)owner.Mode & ((int)others << shift)) != 0;
    }

    private static IEnumerable<string[]> Rows(string file) => File.Exists(file) ? File.ReadLines(file).Select(l => l.Split(':')) : [];
}
