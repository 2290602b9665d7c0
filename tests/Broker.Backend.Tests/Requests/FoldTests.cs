using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Preparing and unpreparing a base twice, while it is in work and right after.</summary>
public sealed class FoldTests : BackEndTests
{
    [Fact]
    public async Task ABasePreparedAgainWhilePendingWhileInWorkAndJustDoneIsPreparedOnce()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        Faults.Set(_b.NodeFolder, [new Fault("freeze", HangSeconds: 60)]);
        var first = await _b.Submit(new PrepareBase(machine.Id));
        Assert.Equal(first.Id, (await _b.Submit(new PrepareBase(machine.Id))).Id);
        await _b.Until(s => RequestsTable.Get(s, first.Id), r => r!.State == RequestState.Working);
        Assert.Equal(first.Id, (await _b.Submit(new PrepareBase(machine.Id))).Id);
        Faults.Set(_b.NodeFolder, []);
        Assert.Equal(RequestState.Done, (await _b.Ended(first.Id)).State);
        Assert.Equal(first.Id, (await _b.Submit(new PrepareBase(machine.Id))).Id);

        await AMinuteLater();
        var again = await _b.Submit(new PrepareBase(machine.Id));
        Assert.NotEqual(first.Id, again.Id);
        Assert.Equal("already_a_base", (await _b.Ended(again.Id)).ErrorCode);
    }

    [Fact]
    public async Task RemovingABaseTwiceIsOneRequestAndPreparingItRightAfterIsAnother()
    {
        var origin = await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        var first = await _b.Submit(new RemoveBase(origin.Id));
        Assert.Equal(first.Id, (await _b.Submit(new RemoveBase(origin.Id))).Id);
        await _b.Ended(first.Id);
        Assert.Equal(first.Id, (await _b.Submit(new RemoveBase(origin.Id))).Id);

        var again = await _b.Do(new PrepareBase(origin.Id));
        Assert.True(again.IsBase);
        // and now that is the newest
        Assert.False((await _b.Do(new RemoveBase(origin.Id))).IsBase);
    }

    [Fact]
    public async Task WhatFailedAMomentAgoIsTriedAgain()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        Faults.Set(_b.NodeFolder, [new Fault("freeze", Fail: "The disk is full.")]);
        Assert.Equal(RequestState.Failed, (await _b.Ask(new PrepareBase(machine.Id))).State);
        Faults.Set(_b.NodeFolder, []);
        Assert.True((await _b.Do(new PrepareBase(machine.Id))).IsBase);
    }

    private Task<int> AMinuteLater() => _b.Db.Read(s => s.Execute("UPDATE requests SET ended_at = ended_at - INTERVAL 60 SECOND"));
}
