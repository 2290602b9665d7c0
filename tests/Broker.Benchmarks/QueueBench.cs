using System.Diagnostics;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Testing;

namespace Broker.Benchmarks;

/// <summary>How long a request takes that has nothing to do, against the least a database could do for it: a committed INSERT and a committed UPDATE; how many a second, against committed INSERTs, one after the other and as many at once; and what a second back end adds.</summary>
internal static class QueueBench
{
    private const int Rounds = 300;

    // a daemon runs for weeks: its code is compiled and its pools are filled
    private const int WarmUp = 600;

    private const string BareInsert = "INSERT INTO bare (state, at) VALUES ('requested', UTC_TIMESTAMP(6))";

    private const int AtOnce = 8;
    private const int Each = 250;

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

            var writes = await Rate(1, () => backEnd.Db.Transaction(s => s.Insert(BareInsert)));
            var writesAtOnce = await Rate(AtOnce, () => backEnd.Db.Transaction(s => s.Insert(BareInsert)));
            var last = await backEnd.Db.Read(s => s.First<long>("SELECT MAX(id) FROM requests"));
            await Rate(AtOnce, () => backEnd.Db.Transaction(s => RequestWriter.Submit(s, backEnd.Caller, new Ping())));
            var pings = await WorkedOff(backEnd, last + 1, "created_at");

            Figures.Print("queue.bare_p50_ms", Figures.Percentile(bare, 0.5));
            Figures.Print("queue.latency_p50_ms", Figures.Percentile(queue, 0.5));
            Figures.Print("queue.latency_p95_ms", Figures.Percentile(queue, 0.95));
            Figures.Print("queue.latency_p50_ratio", Figures.Percentile(queue, 0.5) / Figures.Percentile(bare, 0.5));
            Figures.Print("queue.writes_per_s", writes);
            Figures.Print("queue.throughput_per_s", pings);
            Figures.Print("queue.throughput_ratio", pings / writes);
            Figures.Print("queue.writes_at_once_per_s", writesAtOnce);
            Figures.Print("queue.throughput_at_once_ratio", pings / writesAtOnce);
        }
        finally
        {
            run.Delete(recursive: true);
        }

        await TwoBackEndsBench.Run(await server.NewDatabase());
    }

    // How many a second, so many people at it.
    private static async Task<double> Rate<T>(int people, Func<Task<T>> write)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, people).Select(async _ =>
        {
            for (var i = 0; i < Each; i++) await write();
        }));
        return people * Each / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>How many a second were done, once all from this one on have ended, by the database's clock.</summary>
    /// <param name="backEnd">Who does them.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="from">Since when: <c>created_at</c> or <c>started_at</c> of the first.</param>
    public static async Task<double> WorkedOff(RunningBackEnd backEnd, long first, string from)
    {
        // seldom, and by an index: who looks takes nothing away from those who work
        while (await backEnd.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE state IN ('requested', 'waiting', 'working')")) > 0) await Task.Delay(100);
        var (asked, done, micros) = await backEnd.Db.Read(s => s.First<(long, long, long)>(
            $"SELECT COUNT(*), SUM(state = 'done'), TIMESTAMPDIFF(MICROSECOND, MIN({from}), MAX(ended_at)) FROM requests WHERE id >= @first", new { first }));
        return done == asked ? done / (micros / 1e6) : throw new InvalidOperationException($"Only {done} of {asked} requests ended well.");
    }

    private static async Task Ask(RunningBackEnd backEnd, Door door)
    {
        var id = (await backEnd.Submit(new Ping())).Id;
        do await door.Rung(TimeSpan.FromSeconds(1), CancellationToken.None);
        while (await backEnd.Db.Read(s => s.First<string>("SELECT state FROM requests WHERE id = @id", new { id })) != "done");
    }

    private static async Task Bare(Db db)
    {
        var id = await db.Transaction(s => s.Insert(BareInsert));
        await db.Transaction(s => s.Execute("UPDATE bare SET state = 'done' WHERE id = @id", new { id }));
    }
}
