using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Many desktops at once.</summary>
public sealed class CloneBaseTests() : BackEndTests()
{
    [Fact]
    public async Task SoManyAreMadeAsWereAskedForWithNumbersAndOneRequestTellsHowFarTheyAre()
    {
        var origin = await Base();
        var asked = await _b.Ask(new CloneBase(origin.Id, 5, Volatile: true, MemoryMib: 128));
        Assert.Equal(RequestState.Done, asked.State);
        var caused = await _b.Until(s => RequestsTable.CausedBy(s, asked.Id), c => c.Done == 5);
        Assert.Equal((5, 0), (caused.Total, caused.Failed));
        var clones = await Clones(origin);
        Assert.Equal(["tiny-01", "tiny-02", "tiny-03", "tiny-04", "tiny-05"], clones.Select(c => c.Name));
        Assert.All(clones, c => Assert.Equal((true, 128L * 1024, DomainState.Shutdown), (c.IsVolatile, c.MemoryKib, c.State)));

        // a back end that was killed after it had asked, and whose claim another takes up
        await _b.Db.Transaction(s => s.Execute("UPDATE requests SET state = 'requested', ended_at = NULL WHERE id = @Id", asked));
        Assert.Equal(RequestState.Done, (await _b.Ended(asked.Id)).State);
        Assert.Equal(5, (await Clones(origin)).Count);

        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(clones[^1].Id))).State);
        await _b.Ask(new CloneBase(origin.Id));
        Assert.Equal("tiny-06", (await Clones(origin))[^1].Name);
    }

    [Fact]
    public async Task EachOfSomePeopleGetsOneUnlessHeHasOneAndAllOfThemHaveToExist()
    {
        var origin = await Base();
        foreach (var name in (string[])["ada", "Núria", "bob"]) await _b.Person(name);
        Assert.Equal("unknown_user", (await _b.Ask(new CloneBase(origin.Id, Users: ["ada", "nobody", "bob"]))).ErrorCode);
        Assert.Empty(await Clones(origin));

        Assert.Equal(RequestState.Done, (await _b.Ask(new CloneBase(origin.Id, Users: ["ADA", "ada ", "Núria"]))).State);
        Assert.Equal(RequestState.Done, (await _b.Ask(new CloneBase(origin.Id, Users: ["ada", "bob"]))).State);
        var clones = await Clones(origin);
        Assert.Equal(["tiny-ada", "tiny-bob", "tiny-Nuria"], clones.Select(c => c.Name));
        Assert.Equal(3, clones.Select(c => c.OwnerId).Distinct().Count());

        var student = await _b.Person("student");
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(new CloneBase(origin.Id, 2), student));
        Assert.Equal("unknown_domain", refused.Code);
        Assert.Equal(2, new CloneBase(origin.Id, 501, Users: []).Problems().Count(p => p.Contains("number", StringComparison.Ordinal)));
    }

    private async Task<DomainRow> Base() => await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));

    private Task<IReadOnlyList<DomainRow>> Clones(DomainRow origin) =>
        _b.Db.Read(s => s.Query<DomainRow>($"SELECT {DomainsTable.Columns} FROM domains d WHERE d.base_id = @Id ORDER BY d.name", new { origin.Id }));
}
