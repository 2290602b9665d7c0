using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Testing;

namespace Broker.Core.Tests.Database;

public class DbTests
{
    [Fact]
    public async Task ADeadlockIsTriedAgain()
    {
        var db = await Counters();
        var bothInside = new Barrier();
        var tries = 0;
        await Task.WhenAll(Cross(1, 2), Cross(2, 1));
        Assert.Equal([2, 2], await db.Read(s => s.Query<int>("SELECT n FROM counters ORDER BY id")));
        Assert.True(tries > 2, "Nothing collided, so nothing was tried again.");

        Task Cross(int first, int second) => db.Transaction(async s =>
        {
            Interlocked.Increment(ref tries);
            await s.Execute("UPDATE counters SET n = n + 1 WHERE id = @first", new { first });
            await bothInside.Passed();
            await s.Execute("UPDATE counters SET n = n + 1 WHERE id = @second", new { second });
        });
    }

    [Fact]
    public async Task WhatFailsLeavesNothing()
    {
        var db = await Counters();
        await Assert.ThrowsAsync<FormatException>(() => db.Transaction(async s =>
        {
            await s.Execute("UPDATE counters SET n = 7");
            throw new FormatException();
        }));
        Assert.Equal(0, await db.Read(s => s.First<int>("SELECT SUM(n) FROM counters")));
        // nor a transaction that is still open on a connection of the pool
        Assert.Equal(2, await db.Transaction(s => s.Execute("UPDATE counters SET n = 1")).WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task ATransactionSeesWhatOthersCommittedMeanwhile()
    {
        var db = await Counters();
        await db.Transaction(async s =>
        {
            Assert.Equal(0, await s.First<int>("SELECT n FROM counters WHERE id = 1"));
            await db.Transaction(other => other.Execute("UPDATE counters SET n = 5 WHERE id = 1"));
            Assert.Equal(5, await s.First<int>("SELECT n FROM counters WHERE id = 1"));
        });
    }

    [Fact]
    public async Task WhoStandsStillInATransactionLosesItAndHoldsUpNobodyForLong()
    {
        var db = await Counters();
        Assert.InRange(await db.Read(s => s.First<int>("SELECT @@idle_transaction_timeout")), 1, 15);
        var tries = 0;
        await db.Transaction(async s =>
        {
            await s.Execute("UPDATE counters SET n = n + 1 WHERE id = 1");
            if (++tries > 1) return;
            await s.Execute("SET SESSION idle_transaction_timeout = 1");
            // meanwhile this one does nothing; the other gets the row before it is woken
            await db.Transaction(other => other.Execute("UPDATE counters SET n = n + 10 WHERE id = 1"));
            await s.Execute("UPDATE counters SET n = n + 100 WHERE id = 2");
        });
        Assert.Equal((2, 11), (tries, await db.Read(s => s.First<int>("SELECT n FROM counters WHERE id = 1"))));
    }

    [Fact]
    public async Task ARestartOfMariaDbInTheMiddleOfWorkIsSurvived()
    {
        await using var server = await PrivateMariaDb.Start("--innodb-flush-log-at-trx-commit=1");
        var db = new Db(await server.NewDatabase(migrated: false), patience: TimeSpan.FromSeconds(60));
        await MakeCounters(db);
        using var enough = new CancellationTokenSource();
        var (sure, unsure) = (0, 0);
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                try
                {
                    await db.Transaction(s => s.Execute("UPDATE counters SET n = n + 1 WHERE id = 1"));
                    Interlocked.Increment(ref sure);
                }
                catch (DatabaseUnavailableException)
                {
                    // it went away while committing: nobody knows, and we are told so
                    Interlocked.Increment(ref unsure);
                }
            }
        })).ToList();

        for (var round = 0; round < 2; round++)
        {
            var before = Volatile.Read(ref sure);
            await Until(() => Volatile.Read(ref sure) > before + 20);
            await server.Kill();
            await server.StartAgain();
        }

        // Connections of the pool that died with the server are not what the next one gets.
        var again = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 0; i < 50; i++) await db.Read(s => s.First<int>("SELECT 1"));
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(again), TimeSpan.Zero, TimeSpan.FromSeconds(5));

        var last = Volatile.Read(ref sure);
        await Until(() => Volatile.Read(ref sure) > last + 20);
        await enough.CancelAsync();
        await Task.WhenAll(workers);
        Assert.InRange(await db.Read(s => s.First<int>("SELECT n FROM counters WHERE id = 1")), sure, sure + unsure);
        Assert.InRange(unsure, 0, 2 * 4);
    }

    [Theory]
    [InlineData(Cut.BeforeTheAnswer, 1)]
    [InlineData(Cut.BeforeTheServerSawIt, 0)]
    public async Task ACommitWithoutAnAnswerIsNeitherRepeatedNorCalledDone(Cut cut, int expected)
    {
        var (db, proxy) = await Proxied();
        using (proxy)
        {
            var runs = 0;
            // the command byte of a query, so that READ COMMITTED is not meant
            proxy.CutAt("\u0003COMMIT", cut);
            var gone = await Record.ExceptionAsync(() => db.Transaction(async s =>
            {
                runs++;
                await s.Execute("UPDATE counters SET n = n + 1 WHERE id = 1");
            }));
            // row first: what happened is what is there
            Assert.Equal((expected, 1, 1), (await db.Read(s => s.First<int>("SELECT n FROM counters WHERE id = 1")), runs, proxy.Cuts));
            Assert.Contains("while it was committing", Assert.IsType<DatabaseUnavailableException>(gone).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AConnectionLostBeforeTheCommitIsMadeAnew()
    {
        var (db, proxy) = await Proxied();
        using (proxy)
        {
            var runs = 0;
            proxy.CutAt("SET n = n + 1", Cut.BeforeTheAnswer);
            await db.Transaction(async s =>
            {
                runs++;
                await s.Execute("UPDATE counters SET n = n + 1 WHERE id = 1");
            });
            Assert.Equal((2, 1), (runs, proxy.Cuts));
            Assert.Equal(1, await db.Read(s => s.First<int>("SELECT n FROM counters WHERE id = 1")));
        }
    }

    [Fact]
    public async Task ADatabaseThatIsNotThereIsASentenceAfterTheGivenPatience()
    {
        var db = new Db("Server=127.0.0.1;Port=1;Database=broker;User ID=x;Password=secret-word", patience: TimeSpan.FromMilliseconds(200));
        var gone = await Assert.ThrowsAsync<DatabaseUnavailableException>(() => db.Transaction(s => s.Execute("SELECT 1"))).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.StartsWith("The database can't be reached: ", gone.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", gone.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADatabaseThatSaysNoIsNotAskedAgain()
    {
        var db = new Db((await (await PrivateMariaDb.Shared).NewDatabase(migrated: false)).Replace("Password=", "Password=not", StringComparison.Ordinal), patience: TimeSpan.FromMinutes(5));
        var refused = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => db.Read(s => s.First<int>("SELECT 1"))).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotNull(Db.Remedy(refused));
    }

    [Fact]
    public async Task RingsComeAfterTheCommitAndOncePerSide()
    {
        var rung = new List<(Side Side, int Seen)>();
        var connectionString = await (await PrivateMariaDb.Shared).NewDatabase(migrated: false);
        var other = new Db(connectionString);
        await MakeCounters(other);
        // what another connection sees at the moment of the ring
        var db = new Db(connectionString, ring: side => rung.Add((side, other.Read(s => s.First<int>("SELECT n FROM counters WHERE id = 1")).GetAwaiter().GetResult())));
        await db.Transaction(async s =>
        {
            s.Ring(Side.BackEnd);
            s.Ring(Side.BackEnd);
            await s.Execute("UPDATE counters SET n = 9");
            s.Ring(Side.FrontEnd);
            Assert.Empty(rung);
        });
        Assert.Equal([(Side.BackEnd, 9), (Side.FrontEnd, 9)], rung.OrderBy(r => r.Side));
    }

    [Fact]
    public async Task NobodyIsRungForWhatWasRolledBack()
    {
        var rung = 0;
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false), ring: _ => rung++);
        await Assert.ThrowsAsync<FormatException>(() => db.Transaction(s =>
        {
            s.Ring(Side.BackEnd);
            throw new FormatException();
        }));
        Assert.Equal(0, rung);
    }

    [Fact]
    public async Task ABellThatIsBrokenDoesNotRepeatWhatWasCommitted()
    {
        var connectionString = await (await PrivateMariaDb.Shared).NewDatabase(migrated: false);
        await MakeCounters(new Db(connectionString));
        var db = new Db(connectionString, ring: _ => throw new IOException("The folder has just been removed."));
        await Record.ExceptionAsync(() => db.Transaction(async s =>
        {
            s.Ring(Side.BackEnd);
            await s.Execute("UPDATE counters SET n = n + 1 WHERE id = 1");
        }));
        Assert.Equal(1, await db.Read(s => s.First<int>("SELECT n FROM counters WHERE id = 1")));
    }

    [Fact]
    public async Task EnumsIdsInstantsAndFlagsComeBackAsTheyWere()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        await db.Read(s => s.Execute("CREATE TABLE kinds (id char(36), state varchar(20), at datetime(6), flag tinyint(1), nothing datetime(6), lane varchar(20))"));
        var written = new Kinds(Guid.NewGuid(), DomainState.ShuttingDown, new DateTimeOffset(2026, 11, 21, 10, 30, 15, TimeSpan.FromHours(2)).AddTicks(1234560), true, null, null);
        await db.Read(s => s.Execute("INSERT INTO kinds VALUES (@Id, @State, @At, @Flag, @Nothing, @Lane)", written));
        await db.Read(s => s.Execute("INSERT INTO kinds VALUES (@Id, @State, @At, @Flag, @Nothing, @Lane)", written with { Nothing = written.At, Lane = Lane.Disk }));
        var read = await db.Read(s => s.Query<Kinds>("SELECT id, state, at, flag, nothing, lane FROM kinds ORDER BY nothing"));
        Assert.Equal([written, written with { Nothing = written.At, Lane = Lane.Disk }], read);
        Assert.Equal(TimeSpan.Zero, read[0].At.Offset);
        Assert.Equal($"{written.Id} shutting_down 2026-11-21 08:30:15.123456 1",
            await db.Read(s => s.First<string>("SELECT CONCAT_WS(' ', id, state, at, flag) FROM kinds LIMIT 1")));
        Assert.Equal(2, (await db.Read(s => s.Query<Kinds>("SELECT id, state, at, flag, nothing, lane FROM kinds WHERE state IN @states AND id = @id",
            new { states = new[] { Word.Of(DomainState.ShuttingDown) }, id = written.Id }))).Count);
    }

    [Fact]
    public async Task AWordNobodyKnowsIsAnErrorThatNamesIt()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        var error = await Assert.ThrowsAnyAsync<Exception>(() => db.Read(s => s.First<Lane>("SELECT 'express'")));
        Assert.Contains("express", error.ToString(), StringComparison.Ordinal);
    }

    private sealed record Kinds(Guid Id, DomainState State, DateTimeOffset At, bool Flag, DateTimeOffset? Nothing, Lane? Lane)
    {
        // for the reader, which goes by names
        private Kinds() : this(default, default, default, default, default, default)
        {
        }
    }

    private static async Task<Db> Counters()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        await MakeCounters(db);
        return db;
    }

    private static Task<int> MakeCounters(Db db) => db.Read(async s =>
    {
        await s.Execute("CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL) ENGINE=InnoDB");
        return await s.Execute("INSERT INTO counters VALUES (1, 0), (2, 0)");
    });

    private static async Task<(Db, Proxy)> Proxied()
    {
        var server = await PrivateMariaDb.Shared;
        var connectionString = await server.NewDatabase(migrated: false);
        await MakeCounters(new Db(connectionString));
        var proxy = new Proxy(server.Port);
        return (new Db(connectionString.Replace($"Port={server.Port}", $"Port={proxy.Port}", StringComparison.Ordinal)), proxy);
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            if (tries > 3000) throw new TimeoutException("It did not come to pass within a minute.");
            await Task.Delay(20);
        }
    }

    /// <summary>Two wait for each other once; later tries pass.</summary>
    private sealed class Barrier
    {
        private readonly TaskCompletionSource _both = new();
        private int _inside;

        public Task Passed()
        {
            if (Interlocked.Increment(ref _inside) >= 2) _both.TrySetResult();
            return _both.Task;
        }
    }
}
