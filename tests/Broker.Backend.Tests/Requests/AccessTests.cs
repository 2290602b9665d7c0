using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Access rules are asked once more when a request is handled.</summary>
public sealed class AccessTests : BackEndTests
{
    private static readonly DateTimeOffset Later = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task RulesThatHaveChangedSinceItWasAskedCountWhenItIsDone()
    {
        var (origin, student) = await Prepare();
        var clone = await _b.Submit(new Clone(origin.Id), student, Later);
        await Change(origin, new AccessRules([new(RuleKind.User, false) { Id = student.UserId }], []));
        var ended = await Now(clone);
        Assert.Equal((RequestState.Failed, "not_allowed"), (ended.State, ended.ErrorCode));
        Assert.Contains("don't let you in", ended.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatTheBrowserSaidIsStillKnownThen()
    {
        var (origin, student) = await Prepare();
        var byFirefox = await _b.Submit(new Clone(origin.Id, "one"), student with { Client = ClientFacts.Of(name => name == ClientFacts.UserAgent ? "Firefox/140" : null) }, Later);
        var byPhone = await _b.Submit(new Clone(origin.Id, "two"), student with { Client = ClientFacts.Of(name => name == ClientFacts.UserAgent ? "Firefox/140 Mobile" : null) }, Later);
        var byNone = await _b.Submit(new Clone(origin.Id, "three"), student, Later);
        await Change(origin, new AccessRules([], [new(RuleKind.Header, false) { Name = ClientFacts.UserAgent, Value = "mobile" }, new(RuleKind.Header, true) { Name = ClientFacts.UserAgent, Value = "*" }]));
        Assert.Equal(RequestState.Done, (await Now(byFirefox)).State);
        Assert.Equal((RequestState.Failed, "not_allowed"), ((await Now(byPhone)).State, (await Now(byPhone)).ErrorCode));
        Assert.Equal(RequestState.Done, (await Now(byNone)).State);
    }

    private async Task<(DomainRow Origin, Caller Student)> Prepare()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "linux", MemoryMib: 64));
        var origin = await _b.Do(new PrepareBase(machine.Id));
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, origin.Id, true));
        return ((await _b.Db.Read(s => DomainsTable.Get(s, origin.Id)))!, await _b.Person("bea"));
    }

    private async Task Change(DomainRow origin, AccessRules rules) =>
        await _b.Db.Transaction(async s => await BaseRules.Change(s, _b.Caller, (await DomainsTable.Lock(s, origin.Id))!, rules, seen: null));

    // its time has come
    private async Task<RequestRow> Now(RequestRow row)
    {
        await _b.Db.Read(s => s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id AND ended_at IS NULL", new { row.Id }));
        return await _b.Ended(row.Id);
    }
}
