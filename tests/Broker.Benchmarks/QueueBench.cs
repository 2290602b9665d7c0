using System.Diagnostics;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Testing;

namespace Broker.Benchmarks;

/// <summary>How long a request takes that has nothing to do, against the least a database could do for it: a committed INSERT and a committed UPDATE.</summary>
internal static class QueueBench
{
    private const int Rounds = 300;

    // a daemon runs for weeks: its code is compiled and its pools are filled
    private const int WarmUp = 600;

    public static async Task Run()
    {
        // the default durability: each commit is on the disk
        await using var server = await PrivateMariaDb.Start("--innodb-flush-log-at-trx-commit=1");
        var connectionString = await server.NewDatabase();
        var run = Directory.CreateTempSubdirectory("broker-bench-");
        try
        {
            await using var backEnd = await RunningBackEnd.Prepare(connectionString, run.FullName);
            await backEnd.Start();
            await backEnd.Db.Read(s => s.Execute("CREATE TABLE bare (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, state varchar(20) NOT NULL, at datetime(6) NOT NULL) ENGINE=InnoDB"));
            using var door = new Doorbell(backEnd.Settings.DoorbellFolder).Open(Side.FrontEnd);
            var bare = new List<double>();
            var queue = new List<double>();
            for (var round = -WarmUp; round < Rounds; round++)
            {
                var first = Stopwatch.GetTimestamp();
                await Bare(backEnd.Db);
                var second = Stopwatch.GetTimestamp();
                await Ask(backEnd, door);
                var third = Stopwatch.GetTimestamp();
                if (round < 0) continue;
                bare.Add(Stopwatch.GetElapsedTime(first, second).TotalMilliseconds);
                queue.Add(Stopwatch.GetElapsedTime(second, third).TotalMilliseconds);
            }

            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                for (var i = 0; i < 50; i++) await backEnd.Db.Transaction(s => RequestWriter.Submit(s, backEnd.Caller, new Ping()));
            }));
            await Ask(backEnd, door);
            while (await backEnd.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM requests WHERE ended_at IS NULL")) > 0) await Task.Yield();
            var throughput = 401 / Stopwatch.GetElapsedTime(began).TotalSeconds;

            Figures.Print("queue.bare_p50_ms", Figures.Percentile(bare, 0.5));
            Figures.Print("queue.latency_p50_ms", Figures.Percentile(queue, 0.5));
            Figures.Print("queue.latency_p95_ms", Figures.Percentile(queue, 0.95));
            Figures.Print("queue.latency_p50_ratio", Figures.Percentile(queue, 0.5) / Figures.Percentile(bare, 0.5));
            Figures.Print("queue.throughput_per_s", throughput);
        }
        finally
        {
            run.Delete(recursive: true);
        }
    }

    private static async Task Ask(RunningBackEnd backEnd, Door door)
    {
        var id = (await backEnd.Submit(new Ping())).Id;
        do await door.Rung(TimeSpan.FromSeconds(1), CancellationToken.None);
        while (await backEnd.Db.Read(s => s.First<string>("SELECT state FROM requests WHERE id = @id", new { id })) != "done");
    }

    private static async Task Bare(Db db)
    {
        var id = await db.Transaction(s => s.Insert("INSERT INTO bare (state, at) VALUES ('requested', UTC_TIMESTAMP(6))"));
        await db.Transaction(s => s.Execute("UPDATE bare SET state = 'done' WHERE id = @id", new { id }));
    }
}
