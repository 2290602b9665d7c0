using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Tests.Requests;

/// <summary>Two back ends that claim from one queue at the same time, judged by what the database holds.</summary>
public class TwoBackEndsTests
{
    private const int Requests = 400;
    private static readonly IReadOnlyDictionary<Lane, int> Room = Enum.GetValues<Lane>().ToDictionary(l => l, _ => 6);

    [Fact]
    public async Task NeverWorkOnTheSameThingAtOnceAndKeepTheOrder()
    {
        var world = await World.New();
        await Fill(world);
        using var over = new CancellationTokenSource();
        var watching = Watch(world, over.Token);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Work(world, Guid.NewGuid()))));
        await over.CancelAsync();
        Assert.True(await watching > 20, "Nobody looked while they worked.");

        var rows = await world.Db.Read(s => RequestsTable.List(s, limit: 10_000));
        Assert.Equal(Requests, rows.Count);
        Assert.All(rows, r => Assert.Equal((RequestState.Done, 1, 1), (r.State, r.Attempts, r.Epoch)));
        Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM request_locks"));

        // All were asked for before the first was taken up: whoever conflicts runs in the order of asking, one after the other.
        var spans = rows.Select(r => (r.Id, Started: r.StartedAt!.Value, Ended: r.EndedAt!.Value, Locks: Catalogue.Decode(r.Command, r.Args).Locks())).OrderBy(r => r.Id).ToList();
        var conflicts = 0;
        for (var i = 0; i < spans.Count; i++)
        {
            for (var j = i + 1; j < spans.Count; j++)
            {
                if (!Conflict(spans[i].Locks, spans[j].Locks)) continue;
                conflicts++;
                Assert.True(spans[i].Ended < spans[j].Started, $"{spans[j].Id} began at {spans[j].Started:O}, before {spans[i].Id} ended at {spans[i].Ended:O}.");
            }
        }

        Assert.True(conflicts > 1000, $"Only {conflicts} pairs conflict: this shows little.");
    }

    private static async Task Fill(World world)
    {
        // always the same mixture
        var random = new Random(7);
        var bases = new[] { await world.Machine("linux", isBase: true), await world.Machine("windows", isBase: true) };
        var machines = new List<DomainRow>();
        for (var i = 0; i < 8; i++) machines.Add(await world.Machine($"m{i}"));
        for (var count = 0; count < Requests;)
        {
            var machine = machines[random.Next(machines.Count)].Id;
            var origin = bases[random.Next(bases.Length)].Id;
            var submitted = await world.Submit(random.Next(6) switch
            {
                0 => new StartDomain(machine),
                1 => new ShutdownDomain(machine, random.Next(1, 100)),
                2 => new RefreshMachine(machine),
                3 => new RefreshMachine(origin),
                _ => new Clone(origin),
            });
            if (!submitted.IsFolded) count++;
        }
    }

    private static async Task Work(World world, Guid backEnd)
    {
        var random = new Random(backEnd.GetHashCode());
        var running = new List<Task>();
        while (await world.Count("SELECT COUNT(*) FROM requests WHERE state IN ('requested', 'working')") > 0)
        {
            foreach (var row in await world.Claim(Room, backEnd))
                running.Add(End(row, random.Next(8)));
            running.RemoveAll(r => r.IsCompletedSuccessfully);
            if (running.Count > 0) await Task.WhenAny(running);
        }

        await Task.WhenAll(running);

        async Task End(RequestRow row, int milliseconds)
        {
            await Task.Delay(milliseconds);
            Assert.True(await world.Done(row));
        }
    }

    // Looks all the time for two that hold what only one may hold.
    private static async Task<int> Watch(World world, CancellationToken over)
    {
        var looks = 0;
        while (!over.IsCancellationRequested)
        {
            var both = await world.Db.Read(s => s.Query<string>(
                """
                SELECT CONCAT(a.request_id, ' and ', b.request_id, ' on ', a.resource)
                FROM request_locks a JOIN request_locks b ON b.resource = a.resource AND b.request_id > a.request_id
                JOIN requests ra ON ra.id = a.request_id JOIN requests rb ON rb.id = b.request_id
                WHERE ra.state = 'working' AND rb.state = 'working' AND (a.is_exclusive OR b.is_exclusive)
                """), CancellationToken.None);
            Assert.Empty(both);
            looks++;
        }

        return looks;
    }

    private static bool Conflict(LockSet a, LockSet b) =>
        a.Alone.Any(l => b.Alone.Contains(l) || b.Together.Contains(l)) || b.Alone.Any(a.Together.Contains);
}
