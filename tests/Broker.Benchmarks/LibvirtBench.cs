using System.Diagnostics;
using System.Globalization;
using Broker.Testing;
using Libvirt;
using Libvirt.Testing;

namespace Broker.Benchmarks;

/// <summary>
/// What the binding adds to a call: virDomainGetInfo in a loop, here and in C (<c>getinfo.c</c>), round by round in turn. In the process, where nearly nothing
/// else is in the way, and over a daemon's socket.
/// </summary>
internal static class LibvirtBench
{
    // many rounds: what else the machine does hits some of them, and not the median
    private const int Rounds = 101;
    private const int WarmUp = 10;

    public static async Task Run()
    {
        var folder = Directory.CreateTempSubdirectory("broker-bench-");
        try
        {
            var program = Path.Combine(folder.FullName, "getinfo");
            await Programs.Run("gcc", "-O2", "-o", program, Repository.PathOf("tests/Broker.Benchmarks/getinfo.c"), "-lvirt", "-pthread");

            var (c, added, _) = Compare(program, "test:///default", "test", 20_000);
            Figures.Print("libvirt.c_call_ns", c);
            Figures.Print("libvirt.call_added_ns", added);

            await using var libvirtd = await PrivateLibvirtd.Start();
            using (var connect = Connect.Open(libvirtd.Uri))
                connect.DomainDefineXML($"<domain type='{libvirtd.DomainType}'><name>measured</name><memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>").Dispose();
            var (socket, _, ratio) = Compare(program, libvirtd.Uri, "measured", 500);
            Figures.Print("libvirt.c_call_socket_ns", socket);
            Figures.Print("libvirt.call_ratio", ratio);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Medians: nanoseconds of a call in C, what the binding adds to the round before it, and how many times as long it takes.</summary>
    private static (double C, double Added, double Ratio) Compare(string program, string uri, string name, int calls)
    {
        using var connect = Connect.Open(uri);
        using var domain = connect.LookupDomainByName(name);
        // ends with its standard input
        using var process = Process.Start(new ProcessStartInfo(program, [uri, name]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        List<double> inC = [], added = [], ratios = [];
        for (var round = -WarmUp; round < Rounds; round++)
        {
            process.StandardInput.WriteLine(calls);
            process.StandardInput.Flush();
            var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The loop in C failed on {uri}.");
            var c = double.Parse(line, CultureInfo.InvariantCulture) / calls;
            var ours = Loop(domain, calls) / calls;
            if (round < 0) continue;
            inC.Add(c);
            added.Add(ours - c);
            ratios.Add(ours / c);
        }

        return (Figures.Percentile(inC, 0.5), Figures.Percentile(added, 0.5), Figures.Percentile(ratios, 0.5));
    }

    private static double Loop(Domain domain, int calls)
    {
        var from = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++) domain.GetInfo();
        return Stopwatch.GetElapsedTime(from).TotalNanoseconds;
    }
}
