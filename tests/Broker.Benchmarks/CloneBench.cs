using System.Diagnostics;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests.Domains;
using Broker.Testing;
using Libvirt;
using Libvirt.Testing;

namespace Broker.Benchmarks;

/// <summary>A clone by request, from its writing to its end, against what the hypervisor itself needs for one: an overlay by qemu-img and a definition.</summary>
internal static class CloneBench
{
    private const int Rounds = 40;

    // a daemon runs for weeks: its code is compiled and its pools are filled
    private const int WarmUp = 100;

    public static async Task Run()
    {
        await using var server = await PrivateMariaDb.Start("--innodb-flush-log-at-trx-commit=1");
        await using var libvirt = await PrivateLibvirtd.Start();
        var connectionString = await server.NewDatabase();
        var run = Directory.CreateTempSubdirectory("broker-bench-");
        try
        {
            await using var backEnd = await RunningBackEnd.Prepare(
                connectionString, run.FullName, s => s with { Pool = Path.Combine(libvirt.Shares, "pool") }, VmManagerKind.Libvirt, libvirt.Uri);
            File.Copy(await GuestImage.Tiny, Path.Combine(backEnd.Settings.Library, "tiny.qcow2"));
            await backEnd.Start();
            var machine = await backEnd.Do(new ImportDomain("tiny.qcow2", "tiny", MemoryMib: 128));
            var origin = await backEnd.Do(new PrepareBase(machine.Id));
            var frozen = (await backEnd.Db.Read(s => VolumesTable.Of(s, origin.Id))).Single();
            var sample = await backEnd.Do(new Clone(origin.Id, "sample"));
            var own = (await backEnd.Db.Read(s => VolumesTable.Of(s, sample.Id))).Single();

            using var connect = Connect.Open(libvirt.Uri);
            using var domain = connect.LookupDomainByUUIDString(sample.Id.ToString());
            var xml = domain.GetXMLDesc(DomainXMLFlags.Inactive);
            var bare = new List<double>();
            var clone = new List<double>();
            for (var round = -WarmUp; round < Rounds; round++)
            {
                var id = Guid.NewGuid();
                var path = Path.Combine(backEnd.Settings.Pool, $"{id}.qcow2");
                var bareXml = xml.Replace(sample.Id.ToString(), id.ToString(), StringComparison.OrdinalIgnoreCase)
                    .Replace("<name>sample</name>", $"<name>bare-{round + WarmUp}</name>", StringComparison.Ordinal)
                    .Replace(own.Path, path, StringComparison.Ordinal)
                    .Replace(sample.Mac, DomainsTable.New("x", 1, 1, 1, 1).Mac, StringComparison.OrdinalIgnoreCase);

                var first = Stopwatch.GetTimestamp();
                using (var process = Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", "-b", frozen.Path, "-F", "qcow2", path])) await process.WaitForExitAsync();
                connect.DomainDefineXML(bareXml).Dispose();
                var second = Stopwatch.GetTimestamp();
                await backEnd.Ended((await backEnd.Submit(new Clone(origin.Id, $"clone-{round + WarmUp}"))).Id);
                var third = Stopwatch.GetTimestamp();
                if (round < 0) continue;
                bare.Add(Stopwatch.GetElapsedTime(first, second).TotalMilliseconds);
                clone.Add(Stopwatch.GetElapsedTime(second, third).TotalMilliseconds);
            }

            Figures.Print("clone.bare_p50_ms", Figures.Percentile(bare, 0.5));
            Figures.Print("clone.request_p50_ms", Figures.Percentile(clone, 0.5));
            Figures.Print("clone.ratio", Figures.Percentile(clone, 0.5) / Figures.Percentile(bare, 0.5));
        }
        finally
        {
            run.Delete(recursive: true);
        }
    }
}
