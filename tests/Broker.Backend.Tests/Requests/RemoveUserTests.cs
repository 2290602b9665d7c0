using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Users;
using Broker.Core.Users;

namespace Broker.Backend.Tests.Requests;

/// <summary>People who go.</summary>
public sealed class RemoveUserTests() : BackEndTests()
{
    [Fact]
    public async Task WhoOwnsMachinesIsRemovedOnlyWithSomebodyWhoGetsThem()
    {
        var (leaving, heir) = (await _b.Person("leaving"), await _b.Person("heir"));
        var machine = await _b.Do(new ImportDomain("tiny.img", "his"));
        await _b.Do(new ChangeOwner(machine.Id, leaving.UserId));
        var later = await _b.Db.Transaction(s => RequestWriter.Submit(s, leaving, new Ping(), at: DateTimeOffset.Parse("2099-01-01T00:00:00Z", null)));

        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Ask(new RemoveUser(leaving.UserId)));
        Assert.Equal("owns_machines", refused.Code);
        Assert.Contains("his", refused.Message, StringComparison.Ordinal);
        Assert.Equal("is_yourself", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Ask(new RemoveUser(_b.Caller.UserId)))).Code);
        // the other one has no password
        var second = await _b.Db.Transaction(s => UsersTable.Insert(s, "second", "Second", "hash", isAdmin: true, mustChangePassword: false));
        Assert.Equal("last_admin", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Ask(new RemoveUser(second)))).Code);

        var origin = await _b.Do(new ImportDomain("tiny.img", "origin"));
        await _b.Do(new PrepareBase(origin.Id));
        await _b.Db.Transaction(async s => await BaseRules.Change(s, _b.Caller, (await DomainsTable.Lock(s, origin.Id))!, new AccessRules([new AccessRule(RuleKind.User, Allowed: true) { Id = leaving.UserId }], []), null));
        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveUser(leaving.UserId, heir.UserId))).State);
        Assert.DoesNotContain((await _b.Db.Read(s => DomainsTable.Get(s, origin.Id)))!.Access!.People, r => r.Kind is RuleKind.User);
        Assert.Equal(heir.UserId, (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!.OwnerId);
        Assert.Null(await _b.Db.Read(s => UsersTable.Get(s, leaving.UserId)));
        Assert.Null(await _b.Db.Read(s => RequestsTable.Get(s, later.Row.Id)));
        Assert.Equal("leaving", await _b.Db.Read(s => s.First<string>("SELECT subject FROM audit WHERE action = 'user_removed'")));
        await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Ask(new RemoveUser(leaving.UserId)));
    }
}
