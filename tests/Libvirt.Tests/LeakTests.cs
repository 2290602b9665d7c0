using System.Globalization;
using static Libvirt.Tests.Handles;

namespace Libvirt.Tests;

public class LeakTests
{
    private const int Calls = 100_000;
    private const int Settled = 20_000;
    private const int Kinds = 21;

    [Fact]
    public void AHundredThousandCallsLeaveNothingBehind()
    {
        // code that is compiled anew while it runs would need memory of its own
        var figures = Child.Run("leak", "DOTNET_TieredCompilation=0").Select(l => long.Parse(l, CultureInfo.InvariantCulture)).ToArray();
        var (calls, references, referencesAtEnd, settled, atEnd) = (figures[0], figures[1], figures[2], figures[3], figures[4]);
        Assert.Equal(Calls, calls);
        Assert.Equal(references, referencesAtEnd);
        Assert.True(atEnd - settled < 2 * 1024 * 1024, $"{settled} bytes after {Settled} calls, {atEnd} after {Calls}");
    }

    /// <summary>Writes how many calls it made, the references to the connection before and after, and the memory after some calls and after all.</summary>
    internal static void InChild()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.LookupDomainByName("test");
        using var network = connect.LookupNetworkByName("default");
        var before = Referenced(connect);
        var settled = 0L;
        var calls = 0;
        while (calls < Calls)
        {
            Call(calls % Kinds, connect, domain, network);
            if (++calls == Settled)
                settled = Memory();
        }
        var atEnd = Memory();
        foreach (var figure in (long[])[calls, before, Referenced(connect), settled, atEnd])
            Console.Out.WriteLine(figure.ToString(CultureInfo.InvariantCulture));
    }

    private static void Call(int kind, Connect connect, Domain domain, Network network)
    {
        switch (kind)
        {
            case 0: connect.LookupDomainByName("test").Dispose(); break;
            case 1: domain.GetInfo(); break;
            case 2: domain.GetXMLDesc(); break;
            case 3: Dispose(connect.ListAllDomains()); break;
            case 4: domain.Ref().Dispose(); break;
            case 5: connect.DomainEventLifecycleRegister(_ => { }, domain).Dispose(); break;
            case 6: Fail(connect); break;
            case 7: Dispose(connect.GetAllDomainStats(DomainStatsTypes.State)); break;
            case 8: network.GetXMLDesc(); break;
            case 9: connect.GetHostname(); break;
            case 10: Dispose(connect.ListAllStoragePools()); break;
            case 11: connect.ListNetworks(); break;
            case 12: connect.LookupNodeDeviceByName("computer").Dispose(); break;
            case 13: Dispose(domain.ListAllSnapshots()); break;
            case 14: domain.GetConnect().Dispose(); break;
            case 15: connect.Calls.Run(network.GetBridgeName).GetAwaiter().GetResult(); break;
            case 16: domain.SetBlkioParameters(new() { Weight = 500, DeviceWeight = "/dev/null,500" }); break;
            case 17: domain.GetBlkioParameters(); break;
            case 18: domain.GetFSInfo(); break;
            case 19: connect.BaselineCPU(["<cpu><arch>x86_64</arch><model>Penryn</model></cpu>"]); break;
            case 20: connect.LookupDomainByName("test"); break;        // forgotten: a finalizer's
        }
    }

    private static void Fail(Connect connect)
    {
        try
        {
            connect.LookupDomainByName("absent").Dispose();
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.NoDomain)
        {
        }
    }

    internal static void Dispose(IEnumerable<IDisposable> objects)
    {
        foreach (var o in objects)
            o.Dispose();
    }

    /// <summary>References to the connection once everything that is about to go is gone: handlers are let go by the event loop, soon after.</summary>
    private static long Referenced(Connect connect)
    {
        var least = (long)References(connect);
        SpinWait.SpinUntil(() =>
        {
            Collect();
            least = Math.Min(least, References(connect));
            return false;
        }, TimeSpan.FromMilliseconds(300));
        return least;
    }

    /// <summary>What the process keeps in memory, in bytes, without what is only waiting to be collected.</summary>
    internal static long Memory()
    {
        Collect();
        var line = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static void Collect()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }
}
