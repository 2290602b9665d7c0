using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Tests.Requests;

/// <summary>What a clone is called, what it inherits, and what may be chosen for it.</summary>
public class CloneTests
{
    [Theory]
    [InlineData("maria.pia", "linux-maria.pia", null)]
    [InlineData("Núria", "linux-Nuria", "linux-Núria")]
    [InlineData("Иван", "linux-Ivan", "linux-Иван")]
    [InlineData("سلمى", "linux-slma", "linux-سلمى")]
    public async Task ItIsCalledAsItsBaseAndUserAndItsAliasKeepsTheLettersOfHisName(string user, string name, string? alias)
    {
        var (world, origin) = await Prepare();
        var clone = await Made(world, new Clone(origin.Id), await world.User(user));
        Assert.Equal((name, alias), (clone.Name, clone.Alias));
    }

    [Fact]
    public async Task ItInheritsWhatPeopleReadOfItsBaseAndItsHardwareAndHasAnAddressOfItsOwn()
    {
        var (world, origin) = await Prepare();
        await world.Db.Transaction(s => DomainsTable.Describe(s, origin.Id, "Aula 1", "For the first year."));
        var student = await world.User("Núria");
        var (first, second) = (await Made(world, new Clone(origin.Id), student), await Made(world, new Clone(origin.Id), student));
        Assert.Equal(("Aula 1", "For the first year.", origin.MemoryKib, origin.Vcpus), (first.Alias, first.Description, first.MemoryKib, first.Vcpus));
        Assert.Equal("linux-Nuria-2", second.Name);
        Assert.Equal(3, new[] { origin.Id, first.Id, second.Id }.Distinct().Count());
        Assert.Equal(3, new[] { origin.Mac, first.Mac, second.Mac }.Distinct().Count());
    }

    [Fact]
    public async Task ANameThatIsSomebodyElsesIsTakenAndOnesOwnOfTheSameBaseIsTheOneThatIsThere()
    {
        var (world, origin) = await Prepare();
        var (ada, bob) = (await world.User("bea"), await world.User("bob"));
        var first = await world.Add(new Clone(origin.Id, "Lab"), ada);
        var second = await world.Submit(new Clone(origin.Id, "LAB"), ada);
        Assert.Equal((first.Id, true, first.DomainId), (second.Row.Id, second.IsFolded, second.Row.DomainId));
        Assert.Equal("name_taken", (await world.Refused(new Clone(origin.Id, "lab"), bob)).Code);

        var other = await world.Machine("other", isBase: true, isPublic: true);
        Assert.Equal("name_taken", (await world.Refused(new Clone(other.Id, "Lab"), ada)).Code);
        // also long after its making is forgotten
        await world.Done(await world.ClaimOne());
        await world.Db.Transaction(s => DomainsTable.SetState(s, first.DomainId!.Value, DomainState.Shutdown));
        await world.Db.Read(s => s.Execute("DELETE FROM requests"));
        Assert.Equal(first.DomainId, (await world.Add(new Clone(origin.Id, "Lab"), ada)).DomainId);
        Assert.Equal(1, await world.Count("SELECT COUNT(*) FROM domains WHERE base_id = @Id", new { origin.Id }));
    }

    [Fact]
    public async Task ManyWhoAskForTheSameNameAtOnceGetOneDesktop()
    {
        var (world, origin) = await Prepare();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.Submit(new Clone(origin.Id, "lab"))));
        Assert.Single(all.Select(s => s.Row.DomainId).Distinct());
        Assert.Single(all, s => !s.IsFolded);
    }

    [Fact]
    public async Task ANameInOtherLettersBecomesPlainAndIsTheAlias()
    {
        var (world, origin) = await Prepare();
        var clone = await Made(world, new Clone(origin.Id, "Pràctiques d'informàtica"), await world.User("student"));
        Assert.Equal(("Practiques-d-informatica", "Pràctiques d'informàtica"), (clone.Name, clone.Alias));
    }

    [Fact]
    public async Task LessMemoryMayBeAskedForByAnybodyMoreOnlyByWhoMayPrepareTheBase()
    {
        var (world, origin) = await Prepare();
        var student = await world.User("student");
        Assert.Equal(64 * 1024, (await Made(world, new Clone(origin.Id, MemoryMib: 64), student)).MemoryKib);
        Assert.Equal("not_allowed", (await world.Refused(new Clone(origin.Id, MemoryMib: 65), student)).Code);
        Assert.Equal("not_allowed", (await world.Refused(new Clone(origin.Id, Vcpus: 2), student)).Code);
        var large = await Made(world, new Clone(origin.Id, MemoryMib: 2048, Vcpus: 4), world.Admin);
        Assert.Equal((2048L * 1024, 4), (large.MemoryKib, large.Vcpus));
        Assert.Equal("bad_arguments", (await world.Refused(new Clone(origin.Id, MemoryMib: 63, Vcpus: 65))).Code);
    }

    [Fact]
    public async Task WhoeverMadeTheBaseMakesDesktopsOfItForOthers()
    {
        var world = await World.New();
        var (teacher, student) = (await world.User("teacher"), await world.User("student"));
        var origin = await world.Machine("linux", teacher, isBase: true);
        Assert.Equal("not_allowed", (await world.Refused(new Clone(origin.Id, Owner: student.UserId), teacher)).Code);
        await world.Db.Read(s => s.Execute("INSERT INTO grants VALUES (@UserId, 'create_base', 'own')", teacher));
        teacher = (await world.Db.Read(s => Core.Users.UsersTable.Caller(s, teacher.UserId, null)))!;
        Assert.Equal(student.UserId, (await Made(world, new Clone(origin.Id, Owner: student.UserId), teacher)).OwnerId);
        Assert.Equal("bad_arguments", (await world.Refused(new Clone(origin.Id, Owner: 4711), teacher)).Code);
    }

    [Fact]
    public async Task ACopyIsASiblingOfADesktopAndNoDesktopOfIt()
    {
        var (world, origin) = await Prepare();
        var student = await world.User("student");
        var desktop = await Off(world, await Made(world, new Clone(origin.Id, MemoryMib: 64), student));
        var copy = await Made(world, new CopyDomain(desktop.Id), student);
        Assert.Equal(("linux-student-2", (Guid?)origin.Id, student.UserId, desktop.MemoryKib), (copy.Name, copy.BaseId, copy.OwnerId, copy.MemoryKib));
        Assert.Equal("unknown_domain", (await world.Refused(new CopyDomain(desktop.Id), await world.User("other"))).Code);
        Assert.Equal("is_a_base", (await world.Refused(new CopyDomain(origin.Id))).Code);
    }

    [Fact]
    public async Task AMachineOfItsOwnIsCopiedByWhoMayMakeSuch()
    {
        var world = await World.New();
        var owner = await world.User("owner");
        var machine = await world.Machine("server", owner);
        Assert.Equal("not_allowed", (await world.Refused(new CopyDomain(machine.Id), owner)).Code);
        var copy = await Made(world, new CopyDomain(machine.Id, "Còpia"), world.Admin);
        Assert.Equal(("Copia", "Còpia", (Guid?)null, world.Admin.UserId), (copy.Name, copy.Alias, copy.BaseId, copy.OwnerId));
    }

    private static async Task<(World World, DomainRow Origin)> Prepare()
    {
        var world = await World.New();
        return (world, await world.Machine("linux", isBase: true, isPublic: true));
    }

    private static async Task<DomainRow> Made(World world, IRequest request, Caller caller) => (await world.Domain((await world.Add(request, caller)).DomainId!.Value))!;

    private static async Task<DomainRow> Off(World world, DomainRow domain)
    {
        await world.Db.Transaction(s => DomainsTable.SetState(s, domain.Id, DomainState.Shutdown));
        return (await world.Domain(domain.Id))!;
    }
}
