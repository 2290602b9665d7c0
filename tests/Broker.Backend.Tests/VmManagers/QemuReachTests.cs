using System.Xml.Linq;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

public sealed class QemuReachTests
{
    [Fact]
    public void Folders_above_and_files_that_others_may_not_enter_or_read_are_told()
    {
        var root = Repository.NewFolder("reach");
        var pool = Directory.CreateDirectory(Path.Combine(root, "closed", "pool")).FullName;
        var (good, bad) = (Path.Combine(root, "good.iso"), Path.Combine(root, "bad.iso"));
        foreach (var file in (string[])[good, bad]) File.WriteAllText(file, "");
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(Path.GetDirectoryName(pool)!, mine);
        File.SetUnixFileMode(pool, mine | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(good, mine | UnixFileMode.OtherRead);
        File.SetUnixFileMode(bad, mine);

        var closed = new QemuReach(64055, [64055]).Closed([pool], [good, bad]);

        Assert.Equal([Path.GetDirectoryName(pool) + "/", bad], closed.Where(path => path.StartsWith(root, StringComparison.Ordinal)));
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("+64055:+994", true)]
    [InlineData("+0:+0", false)]
    [InlineData(null, false)]
    public void Who_he_is_says_libvirt(string? label, bool isKnown)
    {
        var model = new XElement("secmodel", new XElement("model", "dac"), label is null ? null : new XElement("baselabel", new XAttribute("type", "kvm"), label));
        var reach = QemuReach.Of(new XElement("capabilities", new XElement("host", new XElement("secmodel", new XElement("model", "none")), model)));
        Assert.Equal(isKnown, reach is { User: 64055, Groups: [994, ..] });
        Assert.Equal(isKnown, reach is not null);
    }
}
