using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

public class NodesAndDomainsTests
{
    [Fact]
    public async Task ANodeThatIsAddedTwiceIsMovedNotDoubled()
    {
        var line = await CommandLine.New();
        (await line.Run("nodes", "add", "here", "--manager", "libvirt", "--uri", "qemu:///system")).Done();
        (await line.Run("nodes", "add", "here", "--manager", "simulated", "--uri", "/tmp/simulated")).Done();
        var node = Assert.Single((await line.Run("nodes", "list", "--json")).Json.EnumerateArray());
        Assert.Equal(("here", "simulated", "/tmp/simulated", "unknown"),
            (node.GetProperty("name").GetString(), node.GetProperty("manager").GetString(), node.GetProperty("uri").GetString(), node.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task AHostsFoldersOfDiskImagesAreShownWithTheirRoom()
    {
        var line = await CommandLine.New();
        (await line.Run("nodes", "add", "here", "--manager", "simulated", "--uri", "/tmp/simulated")).Done();
        await line.Db.Transaction(async s =>
        {
            var id = (await NodesTable.All(s)).Single().Id;
            await StorageTable.Set(s, id,
            [
                new() { NodeId = id, Name = "fast", Folder = "/ssd", TotalBytes = 100L << 30, FreeBytes = 7L << 30, Problem = "It is not mounted." },
                new() { NodeId = id, Name = "default", Folder = "/pool", TotalBytes = 50L << 30, FreeBytes = 40L << 30 },
            ]);
        });
        var shown = (await line.Run("nodes", "storage", "HERE", "--json")).Json.EnumerateArray().ToList();
        Assert.Equal(["default", "fast"], shown.Select(s => s.GetProperty("name").GetString()));
        Assert.Equal(("/ssd", 7L << 30, 0, "It is not mounted."),
            (shown[1].GetProperty("folder").GetString(), shown[1].GetProperty("free_bytes").GetInt64(), shown[1].GetProperty("volumes").GetInt32(), shown[1].GetProperty("problem").GetString()));
        Assert.Contains("40 GiB", (await line.Run("nodes", "storage", "here")).Done(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHostThatIsDisabledGetsNoNewMachinesUntilItIsEnabled()
    {
        var line = await CommandLine.New();
        await Machine(line, "linux", isBase: true);
        (await line.Run("nodes", "disable", "here")).Done();
        Assert.Contains("disabled", (await line.Run("nodes", "list")).Done(), StringComparison.Ordinal);
        Assert.Contains("gets no new machines", (await line.Run("domains", "clone", "linux")).Error, StringComparison.Ordinal);
        Assert.Contains("There is no", (await line.Run("domains", "import", "a.qcow2", "new")).Error, StringComparison.Ordinal);
        (await line.Run("domains", "start", "linux")).Done();
        (await line.Run("nodes", "enable", "here")).Done();
        (await line.Run("domains", "clone", "linux")).Done();
        Assert.Equal(["node_disabled", "node_enabled"], await line.Db.Read(s => s.Query<string>("SELECT action FROM audit WHERE subject = 'here' AND action <> 'node_put' ORDER BY id")));
        Assert.Equal(ExitCode.Refused, (await line.Run("nodes", "disable", "nowhere")).Code);
    }

    [Fact]
    public async Task MachinesOfAHostThatBrokerDoesNotKnowAreListedAsTheyWereFound()
    {
        var line = await CommandLine.New();
        (await line.Run("nodes", "add", "here", "--manager", "simulated", "--uri", "/tmp/simulated")).Done();
        Assert.Contains("nodes discover here", (await line.Run("nodes", "unknown", "here")).Error, StringComparison.Ordinal);
        await line.Db.Transaction(async s => await UnknownDomainsTable.Set(s, (await NodesTable.All(s))[0].Id,
        [
            new()
            {
                NodeId = (await NodesTable.All(s))[0].Id, Id = Guid.NewGuid(), Name = "theirs", State = DomainState.Active, MemoryKib = 1024, Vcpus = 1,
                Disks = System.Text.Json.JsonSerializer.SerializeToElement(Array.Empty<UnknownDisk>()), Obstacles = ["It has a device."],
            },
        ]));
        Assert.Contains("It has a device.", (await line.Run("nodes", "unknown", "here")).Done(), StringComparison.Ordinal);
        var machine = Assert.Single((await line.Run("nodes", "unknown", "here", "--json")).Json.GetProperty("machines").EnumerateArray());
        Assert.Equal(("theirs", "active", false), (machine.GetProperty("name").GetString(), machine.GetProperty("state").GetString(), machine.GetProperty("can_adopt").GetBoolean()));
        Assert.Contains("can't be adopted", (await line.Run("domains", "adopt", "here", "theirs")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishingABaseIsSeenAuditedAndToldToEverybody()
    {
        var line = await CommandLine.New();
        var id = await Machine(line, "linux", isBase: true);
        (await line.Run("bases", "publish", "linux")).Done();
        Assert.True((await line.Db.Read(s => DomainsTable.Get(s, id)))!.IsPublic);
        Assert.Equal("linux", await line.Db.Read(s => s.First<string>(
            "SELECT subject FROM audit WHERE action = 'publish' AND user_id = (SELECT id FROM users WHERE name = 'ada')")));
        Assert.Equal("base", await line.Db.Read(s => s.First<string>("SELECT kind FROM events ORDER BY id DESC LIMIT 1")));
        Assert.Contains("base, published", (await line.Run("domains", "list")).Done(), StringComparison.Ordinal);

        (await line.Run("bases", "unpublish", id.ToString())).Done();
        Assert.False((await line.Db.Read(s => DomainsTable.Get(s, id)))!.IsPublic);
    }

    [Fact]
    public async Task ABaseSaysWhetherItsDesktopsAreTemporary()
    {
        var line = await CommandLine.New();
        var id = await Machine(line, "linux", isBase: true);
        Assert.True((await line.Run("bases", "volatile", "linux", "--json")).Json.GetProperty("volatile_clones").GetBoolean());
        Assert.True((await line.Db.Read(s => DomainsTable.Get(s, id)))!.VolatileClones);
        (await line.Run("bases", "lasting", "linux")).Done();
        Assert.False((await line.Db.Read(s => DomainsTable.Get(s, id)))!.VolatileClones);
        await Machine(line, "plain", isBase: false);
        Assert.Equal(ExitCode.Refused, (await line.Run("bases", "volatile", "plain")).Code);
    }

    [Fact]
    public async Task OnlyABaseCanBePublished()
    {
        var line = await CommandLine.New();
        await Machine(line, "linux", isBase: false);
        var outcome = await line.Run("bases", "publish", "linux");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("broker bases prepare linux", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoeverMayNotMakeBasesMayNotPublishThem()
    {
        var line = await CommandLine.New();
        var id = await Machine(line, "linux", isBase: true);
        await line.Db.Transaction(s => UsersTable.Insert(s, "student", "Student", null, isAdmin: false, mustChangePassword: false));
        var outcome = await line.Run("bases", "publish", "linux", "--as", "student");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.False((await line.Db.Read(s => DomainsTable.Get(s, id)))!.IsPublic);
    }

    [Fact]
    public async Task TheDisksAndCDsOfAMachineAreShown()
    {
        var line = await CommandLine.New();
        var id = await Machine(line, "linux", isBase: false);
        await line.Db.Transaction(async s =>
        {
            VolumesTable.Insert(s, new VolumeRow { Id = Guid.NewGuid(), DomainId = id, Target = "vdb", Kind = VolumeKind.Tmp, Path = "/pool/disk", Format = "qcow2", CapacityBytes = 8 << 20 });
            await CdDrivesTable.Put(s, new CdDriveRow { DomainId = id, Target = "hda" });
        });
        var text = (await line.Run("domains", "disks", "linux")).Done();
        Assert.Matches(@"vdb +tmp +8 MiB +/pool/disk", text);
        Assert.Matches(@"hda +cd +empty", text);
    }

    [Fact]
    public async Task AMachineThatIsNotThereIsNamed()
    {
        var outcome = await (await CommandLine.New()).Run("bases", "publish", "linux");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("There is no machine linux", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextOfOthersReachesTheTerminalWithoutControlCharacters()
    {
        var line = await CommandLine.New();
        (await line.Run("nodes", "add", "here", "--manager", "simulated", "--uri", "\u001b[2Jgone")).Done();
        var list = (await line.Run("nodes", "list")).Done();
        Assert.DoesNotContain('\u001b', list);
        Assert.Contains("[2Jgone", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABaseIsShownWithItsFilesAndItsClonesArePutOntoAnother()
    {
        var line = await CommandLine.New();
        var id = await Machine(line, "linux", isBase: true);
        var other = await Machine(line, "linux-2", isBase: true);
        await line.Db.Transaction(s => BasesTable.Put(s, id, withCd: false,
            new("linux", 1 << 20, 2, [new("vda", VolumeKind.Sys, "/pool/base.qcow2", "qcow2", 1 << 30, ["/pool/below.qcow2"])], [new("hda", "course.iso")])));

        var shown = (await line.Run("bases", "show", "linux")).Done();
        foreach (var part in (string[])["/pool/base.qcow2 (sys, qcow2, 1024 MiB)", "/pool/below.qcow2", "course.iso, empty in clones", "1024 MiB"]) Assert.Contains(part, shown, StringComparison.Ordinal);
        Assert.Equal("vda", (await line.Run("bases", "show", "linux", "--json")).Json.GetProperty("definition").GetProperty("disks")[0].GetProperty("target").GetString());
        Assert.Contains("not a base", (await line.Run("bases", "show", "linux-2")).Error, StringComparison.Ordinal);

        (await line.Run("bases", "rebase", "linux", "linux-2")).Done();
        (await line.Run("domains", "spinoff", "linux")).Done();
        Assert.Equal([("rebase_clones", $"{{\"domain\":\"{id}\",\"base\":\"{other}\"}}"), ("spinoff_domain", $"{{\"domain\":\"{id}\"}}")],
            await line.Db.Read(s => s.Query<(string, string)>("SELECT command, args FROM requests ORDER BY id")));
    }

    internal static async Task<Guid> Machine(CommandLine line, string name, bool isBase)
    {
        (await line.Run("nodes", "add", "here", "--manager", "simulated", "--uri", "/tmp/simulated")).Done();
        var owner = (await line.Db.Read(s => UsersTable.Find(s, "ada")))!.Id;
        var domain = DomainsTable.New(name, ownerId: owner, nodeId: 1, memoryKib: 1024, vcpus: 1) with { State = DomainState.Shutdown, IsBase = isBase };
        await line.Db.Transaction(s => DomainsTable.Insert(s, domain));
        return domain.Id;
    }
}
