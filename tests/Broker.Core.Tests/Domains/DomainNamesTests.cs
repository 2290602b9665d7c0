using Broker.Core.Domains;

namespace Broker.Core.Tests.Domains;

public class DomainNamesTests
{
    [Theory]
    [InlineData("linux", "ada", "linux-ada")]
    [InlineData("linux", "Núria Òdena", "linux-Nuria-Odena")]
    [InlineData("linux", "José.Ángel_Güell", "linux-Jose.Angel_Guell")]
    [InlineData("linux", "Jürgen Weiß-Øster", "linux-Jurgen-Weiss-Oster")]
    [InlineData("linux", "L·luïsa Ŝoïłęž", "linux-L-luisa-Soilez")]
    [InlineData("linux", "e\u0301va", "linux-eva")]
    [InlineData("linux", "Ÿan", "linux-Yan")]
    [InlineData("linux", "ada@example.org", "linux-ada-example.org")]
    [InlineData("linux", "Иван.Щербаков", "linux-Ivan.Shcherbakov")]
    [InlineData("linux", "Юлія Їжакевич", "linux-Yuliya-Yizhakevich")]
    [InlineData("linux", "объезд", "linux-obezd")]
    [InlineData("linux", "Ђорђе Љубић", "linux-Djordje-Ljubic")]
    [InlineData("linux", "Γιώργος Ψαρράς", "linux-Giorgos-Psarras")]
    [InlineData("linux", "محمد علي", "linux-mhmd-aly")]
    [InlineData("linux", "مُحَمَّد۲", "linux-mhmd2")]
    [InlineData("linux", "გიორგი", "linux-0042")]
    [InlineData("linux", "李小龙", "linux-0042")]
    [InlineData("linux", "...", "linux-0042")]
    [InlineData("linux", "Ж1", "linux-Zh1")]
    [InlineData("linux", "ь", "linux-0042")]
    [InlineData("linux", "😀", "linux-0042")]
    public void AClonesNameIsTheBasesAndTheUsersInPlainLetters(string baseName, string user, string expected) =>
        Assert.Equal(expected, DomainNames.ForClone(baseName, user, 42));

    [Theory]
    [InlineData("plain-Name_1.x", "plain-Name_1.x", null)]
    [InlineData("Màquina de l'Ànna", "Maquina-de-l-Anna", "Màquina de l'Ànna")]
    [InlineData(" Дом ", "Dom", "Дом")]
    [InlineData("Lab 3", "Lab-3", "Lab 3")]
    public void ANameThatPeopleWriteBecomesPlainAndStaysAsItWasWrittenAsTheAlias(string written, string name, string? alias)
    {
        Assert.Equal((name, alias), DomainNames.Written(written));
        Assert.Empty(DomainNames.WrittenProblems(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("李小龙")]
    [InlineData("é\rb")]
    [InlineData("-x")]
    [InlineData("é234567890123456789012345678901234567890123456789012345678901234")]
    public void WhatCanNotBecomeANameHasAProblem(string written) => Assert.Single(DomainNames.WrittenProblems(written));

    [Theory]
    [InlineData("linux-ada", "linux-ada")]
    [InlineData("Linux-24.04_a_", "Linux-24-04-a")]
    public void AGuestIsToldANameThatHostsMayHave(string name, string expected) => Assert.Equal(expected, DomainNames.HostName(name));

    [Theory]
    [InlineData("linux", 300)]
    [InlineData("a-base-whose-own-name-is-already-as-long-as-names-may-be-000000", 5)]
    public void AClonesNameLeavesRoomForANumber(string baseName, int length)
    {
        var name = DomainNames.ForClone(baseName, new string('x', length), 1);
        Assert.Empty(DomainNames.Problems(name));
        Assert.Empty(DomainNames.Problems(name + "-9999"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-linux")]
    [InlineData(".linux")]
    [InlineData("li nux")]
    [InlineData("li/nux")]
    [InlineData("línux")]
    [InlineData("linux\n")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void OtherNamesHaveAProblem(string name) => Assert.All(Assert.Single(DomainNames.Problems(name)).AsEnumerable().TakeLast(1), c => Assert.Equal('.', c));

    [Theory]
    [InlineData("l")]
    [InlineData("Linux-24.04_a")]
    [InlineData("012345678901234567890123456789012345678901234567890123456789012")]
    public void PlainNamesAreFine(string name) => Assert.Empty(DomainNames.Problems(name));

    [Fact]
    public async Task ANameThatIsTakenGetsTheFirstFreeNumber()
    {
        var world = await World.New();
        Assert.Equal("linux-ada", await FirstFree(world, "linux-ada"));
        await world.Machine("linux-ada");
        Assert.Equal("linux-ada-2", await FirstFree(world, "linux-ada"));
        await world.Machine("linux-ada-2");
        await world.Machine("linux-ada-4");
        Assert.Equal("linux-ada-3", await FirstFree(world, "LINUX-ADA").ContinueWith(n => n.GetAwaiter().GetResult().ToLowerInvariant(), TaskScheduler.Default));
    }

    [Fact]
    public async Task LikesWildcardsInNamesAreLetters()
    {
        var world = await World.New();
        await world.Machine("a_b");
        await world.Machine("axb-2");
        await world.Machine("axb-3");
        Assert.Equal("a_b-2", await FirstFree(world, "a_b"));
        await world.Machine("a_b-2");
        Assert.Equal("a_b-3", await FirstFree(world, "a_b"));
        Assert.Equal("axb", await FirstFree(world, "axb"));
    }

    [Fact]
    public async Task NumberedClonesGoOnAfterTheLastNumberAlsoWhenSomeWereRemovedOrTakenByHand()
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true);
        Assert.Equal(["linux-01", "linux-02", "linux-03"], await Numbered(world, origin, 3));
        var last = await world.Machine("linux-03");
        await world.Db.Transaction(s => DomainsTable.Delete(s, last.Id));
        await world.Machine("Linux-05");
        Assert.Equal(["linux-04", "linux-06"], await Numbered(world, origin, 2));
        Assert.Equal("linux-99", (await Numbered(world, origin, 93))[^1]);
        Assert.Equal(["linux-100"], await Numbered(world, origin, 1));
    }

    [Fact]
    public async Task NumbersThatManyWantAtOnceAreGivenOnce()
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true);
        var names = (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Numbered(world, origin, 5)))).SelectMany(n => n).ToList();
        Assert.Equal(Enumerable.Range(1, 40).Select(n => $"linux-{n:00}"), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task NumbersThatWereTakenInATransactionThatFailedAreGivenAgain()
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true);
        await Assert.ThrowsAsync<InvalidOperationException>(() => world.Db.Transaction(async s =>
        {
            await DomainNames.Numbered(s, origin, 3);
            throw new InvalidOperationException("Nothing came of it.");
        }));
        Assert.Equal(["linux-01"], await Numbered(world, origin, 1));
    }

    private static Task<IReadOnlyList<string>> Numbered(World world, DomainRow origin, int count) =>
        world.Db.Transaction(s => DomainNames.Numbered(s, origin, count));

    private static Task<string> FirstFree(World world, string name) => world.Db.Read(s => DomainNames.FirstFree(s, name));
}
