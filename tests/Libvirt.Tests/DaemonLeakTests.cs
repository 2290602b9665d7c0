using System.Globalization;
using static Libvirt.Tests.LeakTests;

namespace Libvirt.Tests;

/// <summary>The same as <see cref="LeakTests"/> over a daemon's socket, with a connection opened and closed now and then.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
[Trait("Category", "Long")]
public class DaemonLeakTests(Qemu qemu)
{
    private const int Calls = 50_000;
    private const int Settled = 10_000;

    [Fact]
    public void ManyCallsToADaemonLeaveNothingBehind()
    {
        var domain = qemu.Start(Driver.Qemu);
        var figures = Child.Run("leak-daemon", "DOTNET_TieredCompilation=0", $"DAEMON={qemu.Daemon.Uri}", $"DOMAIN={domain.GetName()}")
            .Select(l => long.Parse(l, CultureInfo.InvariantCulture)).ToArray();
        var (settled, atEnd) = (figures[0], figures[1]);
        Assert.True(atEnd - settled < 2 * 1024 * 1024, $"{settled} bytes after {Settled} calls, {atEnd} after {Calls}");
        Qemu.Remove(domain);
    }

    /// <summary>Writes the memory after some calls and after all.</summary>
    internal static void InChild()
    {
        var uri = Environment.GetEnvironmentVariable("DAEMON");
        var name = Environment.GetEnvironmentVariable("DOMAIN")!;
        var connect = Connect.Open(uri);
        for (var calls = 0; calls < Calls; calls++)
        {
            if (calls == Settled)
                Write(Memory());
            if (calls % 5_000 == 0)
            {
                connect.Dispose();
                connect = Connect.Open(uri);
            }
            using var domain = connect.LookupDomainByName(name);
            switch (calls % 6)
            {
                case 0: domain.GetInfo(); break;
                case 1: domain.GetXMLDesc(); break;
                case 2: connect.DomainEventLifecycleRegister(_ => { }, domain).Dispose(); break;
                case 3: Assert.Throws<LibvirtException>(() => domain.Create()); break;
                case 4: Dispose(connect.GetAllDomainStats(DomainStatsTypes.State | DomainStatsTypes.CpuTotal)); break;
                case 5: connect.Calls.Run(() => domain.GetState()).GetAwaiter().GetResult(); break;
            }
        }
        Write(Memory());
        connect.Dispose();

        static void Write(long figure) => Console.Out.WriteLine(figure.ToString(CultureInfo.InvariantCulture));
    }
}
