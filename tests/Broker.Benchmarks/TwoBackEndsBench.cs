using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Testing;

namespace Broker.Benchmarks;

/// <summary>What a second back end adds: calls of 50 ms to a simulated host, four at once in each back end.</summary>
internal static class TwoBackEndsBench
{
    private const int Machines = 16;
    private const int PausesEach = 6;
    private const int Rounds = 3;
    private const double CallSeconds = 0.05;

    public static async Task Run(string connectionString)
    {
        var run = Directory.CreateTempSubdirectory("broker-bench-");
        try
        {
            await using var backEnd = await RunningBackEnd.Prepare(
                connectionString, run.FullName, s => s with { Lanes = s.Lanes.ToDictionary(l => l.Key, l => l.Key == Lane.Power ? 4 : l.Value) });
            await backEnd.AddImage("disk.raw");
            await backEnd.Start();
            var machine = await backEnd.Do(new ImportDomain("disk.raw", "machine"));
            var origin = await backEnd.Do(new PrepareBase(machine.Id));
            var machines = new List<DomainRow>();
            for (var i = 0; i < Machines; i++)
            {
                var clone = await backEnd.Do(new Clone(origin.Id, $"clone-{i}"));
                machines.Add(await backEnd.Do(new StartDomain(clone.Id)));
            }

            await backEnd.Stop();
            Faults.Set(backEnd.NodeFolder, new Fault("pause", HangSeconds: CallSeconds), new Fault("resume", HangSeconds: CallSeconds));
            var alone = new List<double>();
            var both = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                alone.Add(await Rate(backEnd, machines, backEnds: 1));
                both.Add(await Rate(backEnd, machines, backEnds: 2));
            }

            Figures.Print("queue.one_backend_per_s", Figures.Percentile(alone, 0.5));
            Figures.Print("queue.two_backends_per_s", Figures.Percentile(both, 0.5));
            Figures.Print("queue.two_backends_ratio", Figures.Percentile(both, 0.5) / Figures.Percentile(alone, 0.5));
        }
        finally
        {
            run.Delete(recursive: true);
        }
    }

    // Everything is in the queue before the first is taken up: what is measured is the working off.
    private static async Task<double> Rate(RunningBackEnd backEnd, List<DomainRow> machines, int backEnds)
    {
        var requests = new List<long>();
        for (var i = 0; i < PausesEach; i++)
        {
            foreach (var machine in machines) requests.Add((await backEnd.Submit(new PauseDomain(machine.Id))).Id);
            foreach (var machine in machines) requests.Add((await backEnd.Submit(new ResumeDomain(machine.Id))).Id);
        }

        for (var i = 0; i < backEnds; i++) await backEnd.Start();
        var rate = await QueueBench.WorkedOff(backEnd, requests[0], "started_at");
        await backEnd.Stop();
        return rate;
    }
}
