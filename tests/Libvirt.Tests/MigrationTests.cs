using Libvirt.Testing;

namespace Libvirt.Tests;

/// <summary>A guest moves from one daemon to another. Both are on this host, without a network in common: its memory goes over a Unix socket.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class MigrationTests(Qemu qemu)
{
    [Fact]
    public async Task ARunningGuestMovesByEachForm()
    {
        await using var elsewhere = await PrivateLibvirtd.Start();
        using var destination = Connect.Open(elsewhere.Uri);
        using var domain = qemu.Connect.DomainCreateXML(qemu.Guest());
        var (name, uuid) = ($"moved-{Guid.NewGuid():N}", domain.GetUUID());

        var parameters = new DomainMigrateParameters { Uri = Socket(elsewhere), DestName = name, Bandwidth = 100 };
        using var there = await domain.Migrate3Async(destination, parameters, DomainMigrateFlags.Live);
        Assert.Equal((name, uuid), (there.GetName(), there.GetUUID()));
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Migrated), there.GetState());
        Assert.Equal(ErrorNumber.NoDomain, Assert.Throws<LibvirtException>(() => domain.GetState()).Code);
        var (type, stats) = there.GetJobStats(DomainGetJobStatsFlags.Completed);
        Assert.Equal((DomainJobType.Completed, DomainJobOperation.MigrationIn), (type, stats.Operation));
        Assert.True(stats.MemoryTotal >= 64 * 1024 * 1024 && stats.Downtime != null);
        Assert.Empty(stats.Others);

        using var back = there.Migrate2(qemu.Connect, null, DomainMigrateFlags.Live, uri: Socket(qemu.Daemon));
        Assert.Equal((name, DomainState.Running), (back.GetName(), back.GetState().State));
        using var thereAgain = back.Migrate(destination, DomainMigrateFlags.Live, uri: Socket(elsewhere), bandwidth: 100);
        Assert.Equal(DomainState.Running, thereAgain.GetState().State);

        // one daemon asks the other
        await thereAgain.MigrateToURI3Async(Daemon(qemu.Daemon), new() { Uri = Socket(qemu.Daemon) }, DomainMigrateFlags.Live | DomainMigrateFlags.Peer2peer);
        Assert.Equal(DomainState.Running, back.GetState().State);
        await back.MigrateToURI2Async(Daemon(elsewhere), Socket(elsewhere), null, DomainMigrateFlags.Live | DomainMigrateFlags.Peer2peer);
        Assert.Equal(DomainState.Running, there.GetState().State);
        there.Destroy();
    }

    [Fact]
    public async Task MigrationIsRefusedWithAReason()
    {
        using var domain = qemu.Connect.DomainCreateXML(qemu.Guest(Qemu.Disk(qemu.NewImage())));
        using var again = Connect.Open(qemu.Daemon.Uri);
        var parameters = new DomainMigrateParameters { DestName = "z", Bandwidth = 1, MigrateDisks = ["vda"], Compression = ["xbzrle", "mt"] };
        var wrong = parameters with { Others = new Dictionary<string, object> { ["bandwidth.postcopy"] = "fast" } };
        Assert.Equal(ErrorNumber.InvalidArg, Code(() => domain.Migrate3(again, wrong)));
        Assert.Equal(ErrorNumber.MigrateUnsafe, Code(() => domain.Migrate3(again, new() { Bandwidth = 1 }, DomainMigrateFlags.Live)));
        // to itself
        const DomainMigrateFlags flags = DomainMigrateFlags.Live | DomainMigrateFlags.Unsafe;
        Assert.Equal(ErrorNumber.InternalError, Code(() => domain.Migrate(again, flags, "z", Socket(qemu.Daemon))));
        Assert.Equal(ErrorNumber.SystemError, await CodeOf(
            domain.MigrateToURIAsync("qemu+unix:///system?socket=/nowhere", flags | DomainMigrateFlags.Peer2peer)));
        Assert.Equal(DomainState.Running, domain.GetState().State);
        domain.Destroy();
    }

    private static string Socket(PrivateLibvirtd daemon) => $"unix://{daemon.Displays}/{Guid.NewGuid():N}";

    private static string Daemon(PrivateLibvirtd daemon) => daemon.Uri.Replace("qemu:", "qemu+unix:", StringComparison.Ordinal);

    private static ErrorNumber Code(Action call) => Assert.Throws<LibvirtException>(call).Code;

    private static async Task<ErrorNumber> CodeOf(Task call) => (await Assert.ThrowsAsync<LibvirtException>(() => call)).Code;
}
