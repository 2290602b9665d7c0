using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Two whole back ends on one database and one host, and what becomes of their work when one stops.</summary>
public sealed class TwoBackEndsTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    private const int Clones = 24;

    [Fact]
    public async Task ShareTheWorkAndDoNothingTwice()
    {
        var origin = await Base();
        await _b.Start();
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 0.05)]);
        var clones = await Ask(origin);

        var ended = new List<RequestRow>();
        foreach (var clone in clones) ended.Add(await _b.Ended(clone.Id));

        Assert.All(ended, r => Assert.Equal((RequestState.Done, 1, 1), (r.State, r.Attempts, r.Epoch)));
        Assert.Equal(_b.Identities.Order(), ended.Select(r => r.ClaimedBy!.Value).Distinct().Order());
        Assert.All(_b.Identities, one => Assert.True(ended.Count(r => r.ClaimedBy == one) >= Clones / 6, $"{one} did hardly anything."));
        await AssertEachIsThereOnce(clones);
    }

    [Fact]
    public async Task WhatTheOneThatStopsCantFinishTheOtherDoes()
    {
        var origin = await Base();
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 60)]);
        var clones = await Ask(origin);
        await _b.Until(s => RequestsTable.List(s, states: [RequestState.Working]), w => w.Count == _b.Settings.Lanes[Lane.Disk]);
        var stopped = _b.Identities[0];
        await _b.Start();

        await _b.StopFirst();

        // given back, not left to its lease
        Assert.DoesNotContain(stopped, await _b.Db.Read(RequestsTable.Claimants));
        Faults.Set(_b.NodeFolder, []);
        foreach (var clone in clones)
        {
            var ended = await _b.Ended(clone.Id);
            Assert.Equal((RequestState.Done, _b.Identities[0]), (ended.State, ended.ClaimedBy!.Value));
        }

        await AssertEachIsThereOnce(clones);
    }

    [Fact]
    public async Task WhatTheOneThatStopsCanFinishInTimeItFinishes()
    {
        var origin = await Base();
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 0.3)]);
        var clone = await _b.Submit(new Clone(origin.Id, "one"));
        await _b.Until(s => RequestsTable.Get(s, clone.Id), r => r!.State == RequestState.Working);
        await _b.Stop();
        var ended = (await _b.Db.Read(s => RequestsTable.Get(s, clone.Id)))!;
        Assert.Equal((RequestState.Done, 1), (ended.State, ended.Attempts));
    }

    private async Task<DomainRow> Base() => await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));

    private async Task<List<RequestRow>> Ask(DomainRow origin)
    {
        var clones = new List<RequestRow>();
        for (var i = 0; i < Clones; i++) clones.Add(await _b.Submit(new Clone(origin.Id, $"one-{i}")));
        return clones;
    }

    private async Task AssertEachIsThereOnce(List<RequestRow> clones)
    {
        using var host = new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
        var known = host.Inventory().Select(d => d.Id).ToList();
        Assert.Equal(Clones + 1, known.Count);
        Assert.All(clones, c => Assert.Contains(c.DomainId!.Value, known));
        Assert.Equal(Clones + 1, host.Disks.List().Count);
    }
}
