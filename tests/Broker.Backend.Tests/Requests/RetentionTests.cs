using Broker.Backend.Requests;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>What of the queue is forgotten, and when.</summary>
public sealed class RetentionTests() : BackEndTests(isStarted: false)
{
    [Fact]
    public async Task EachCommandIsKeptAsLongAsItSays()
    {
        foreach (var command in Catalogue.All)
        {
            foreach (var word in command.Aliases.Prepend(command.Word))
            {
                var young = await Ended(word, command.Keep - TimeSpan.FromMinutes(1));
                var old = await Ended(word, command.Keep + TimeSpan.FromMinutes(1));
                Assert.Equal(1, await Forget());
                Assert.Equal((true, false), (await IsThere(young), await IsThere(old)));
            }
        }

        Assert.True(Ping.Spec.Keep < StartDomain.Spec.Keep);
    }

    [Fact]
    public async Task WhatNoVersionKnowsAnyMoreIsForgottenToo()
    {
        var young = await Ended("from_the_past", Command.UsualKeep - TimeSpan.FromMinutes(1));
        var old = await Ended("from_the_past", Command.UsualKeep + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await Forget());
        Assert.Equal((true, false), (await IsThere(young), await IsThere(old)));
    }

    [Fact]
    public async Task WhatHasNotEndedIsNeverForgottenHoweverOldItIs()
    {
        foreach (var state in (RequestState[])[RequestState.Requested, RequestState.Waiting, RequestState.Working])
        {
            var open = await Insert("ping", state, endedAt: null);
            Assert.Equal(0, await Forget());
            Assert.True(await IsThere(open));
        }
    }

    [Fact]
    public async Task WhatSomethingOpenWaitsForIsKeptUntilThatHasEnded()
    {
        var first = await Ended("ping", TimeSpan.FromDays(1));
        var second = await Insert("ping", RequestState.Waiting, endedAt: null, after: first);
        Assert.Equal(0, await Forget());
        Assert.True(await IsThere(first));
        await _b.Db.Read(s => s.Execute("UPDATE requests SET state = 'cancelled', ended_at = UTC_TIMESTAMP(6) WHERE id = @second", new { second }));
        Assert.Equal(1, await Forget());
        Assert.False(await IsThere(first));
    }

    [Fact]
    public async Task MoreThanAThousandAreForgottenAtOnceWithTheirStepsButNotTheirMessages()
    {
        await _b.Db.Read(s => s.Execute(
            """
            INSERT INTO requests (command, args, state, lane, user_id, created_at, ended_at)
            SELECT 'start_domain', '{}', 'failed', 'power', @UserId, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 91 DAY FROM seq_1_to_1500;
            INSERT INTO request_steps (request_id, attempt, at, percent, text) SELECT id, 1, UTC_TIMESTAMP(6), 10, 'Starting' FROM requests;
            INSERT INTO messages (user_id, at, request_id, command, state, text) SELECT @UserId, UTC_TIMESTAMP(6), MAX(id), 'start_domain', 'failed', 'No.' FROM requests
            """, _b.Caller));
        Assert.Equal(1500, await Forget());
        Assert.Equal((0, 0, 1), await _b.Db.Read(s => s.First<(int, int, int)>("SELECT (SELECT COUNT(*) FROM requests), (SELECT COUNT(*) FROM request_steps), (SELECT COUNT(*) FROM messages)")));
    }

    private Task<int> Forget() => Retention.Forget(_b.Db, CancellationToken.None);

    private Task<long> Ended(string word, TimeSpan ago) => Insert(word, RequestState.Failed, ago);

    private Task<long> Insert(string word, RequestState state, TimeSpan? endedAt, long? after = null) => _b.Db.Read(s => s.Insert(
        """
        INSERT INTO requests (command, args, state, lane, user_id, created_at, ended_at, after_id)
        VALUES (@word, '{}', @state, 'quick', @user, UTC_TIMESTAMP(6) - INTERVAL 1000 DAY, UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND, @after)
        """, new { word, state, user = _b.Caller.UserId, seconds = endedAt?.TotalSeconds, after }));

    private async Task<bool> IsThere(long id) => await _b.Db.Read(s => RequestsTable.Get(s, id)) is not null;
}
