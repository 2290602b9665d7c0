using System.Net;
using Broker.Core.Domains;

namespace Broker.Frontend.Tests.Domains;

public class DomainVolumesTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task Disks_are_read_with_what_they_lie_on_and_only_operators_see_files()
    {
        var origin = await host.NewDomain("disks-base", host.Admin, isBase: true, isPublic: true);
        var clone = await host.NewDomain("disks-clone", host.Student, DomainState.Shutdown, origin.Id);
        var below = new VolumeRow { Id = Guid.NewGuid(), DomainId = origin.Id, Target = "vda", Kind = VolumeKind.Swap, Path = "/pool/below", Format = "qcow2", CapacityBytes = 2 << 20 };
        await host.Db.Transaction(async s =>
        {
            VolumesTable.Insert(s, below);
            VolumesTable.Insert(s, below with { Id = Guid.NewGuid(), DomainId = clone.Id, Path = "/pool/top", BaseVolumeId = below.Id });
            await CdDrivesTable.Put(s, new CdDriveRow { DomainId = clone.Id, Target = "hda", File = "install.iso" });
        });
        using var student = await host.SignedIn("student");
        using var admin = await host.SignedIn("admin");

        var seen = await (await student.Get($"/api/domains/{clone.Id}/volumes")).Json();
        Assert.Equal("swap", seen.GetProperty("volumes")[0].GetProperty("kind").GetString());
        Assert.Equal(2 << 20, seen.GetProperty("volumes")[0].GetProperty("capacity_bytes").GetInt64());
        Assert.Equal("disks-base", seen.GetProperty("volumes")[0].GetProperty("chain")[0].GetProperty("domain_name").GetString());
        Assert.Equal("install.iso", seen.GetProperty("cds")[0].GetProperty("file").GetString());
        Assert.DoesNotContain("/pool/", seen.GetRawText(), StringComparison.Ordinal);
        Assert.False(seen.GetProperty("may_change").GetBoolean());
        var all = (await (await admin.Get($"/api/domains/{clone.Id}/volumes")).Json()).GetRawText();
        Assert.Contains("/pool/top", all, StringComparison.Ordinal);
        Assert.Contains("/pool/below", all, StringComparison.Ordinal);
        Assert.Contains("\"may_change\":true", all, StringComparison.Ordinal);
        Assert.False((await (await admin.Get($"/api/domains/{origin.Id}/volumes")).Json()).GetProperty("may_change").GetBoolean());

        using var other = await host.SignedIn("other");
        await other.Get($"/api/domains/{clone.Id}/volumes").Refuses(HttpStatusCode.NotFound, "unknown_domain");
    }
}
