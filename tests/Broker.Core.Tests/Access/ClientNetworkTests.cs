using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Core.Tests.Access;

public class ClientNetworkTests
{
    private static readonly Guid Linux = Guid.NewGuid();
    private static readonly Guid Windows = Guid.NewGuid();

    private static readonly ClientNetwork[] Networks =
    [
        new() { Id = 1, Name = "Room 7", Addresses = ["10.1.7.0/24", "2001:db8:7::/64"], Bases = NetworkBases.Chosen, Said = Said((Linux, true, true)) },
        new() { Id = 2, Name = "Lab", Addresses = ["10.1.0.0/16"], Bases = NetworkBases.All, Said = Said((Windows, false, false)) },
        new() { Id = 3, Name = "Guests", Addresses = ["192.0.2.0/24", "192.0.2.128/25"], Bases = NetworkBases.None, Said = Said((Linux, true, true)) },
        new() { Id = 4, Name = "Everybody", Addresses = ["0.0.0.0/0"], Bases = NetworkBases.All },
    ];

    [Theory]
    [InlineData("10.1.7.9", "Room 7")]
    [InlineData("::ffff:10.1.7.9", "Room 7")]
    [InlineData("2001:db8:7::1", "Room 7")]
    [InlineData("10.1.8.9", "Lab")]
    [InlineData("192.0.2.200", "Guests")]
    [InlineData("203.0.113.5", "Everybody")]
    [InlineData("2001:db8:8::1", "")]
    [InlineData("no address", "")]
    public void TheFirstThatHoldsTheAddressCounts(string address, string name) => Assert.Equal(name, ClientNetwork.Of(Networks, address)!.Name);

    [Fact]
    public void WhoHasNoAddressIsInNoNetworkAndNoneCounts() => Assert.Null(ClientNetwork.Of(Networks, null));

    [Fact]
    public void OrderDecidesAndNotHowNarrowANetworkIs() => Assert.Equal("Everybody", ClientNetwork.Of(Networks.Reverse(), "10.1.7.9")!.Name);

    [Theory]
    [InlineData("10.1.7.9", true, false, true)]
    [InlineData("10.1.8.9", true, false, false)]
    [InlineData("192.0.2.200", false, false, false)]
    [InlineData("203.0.113.5", true, true, false)]
    [InlineData("2001:db8:8::1", false, false, false)]
    public void ItSaysWhichBasesCanBeUsedAndWhichWithoutSigningIn(string address, bool linux, bool windows, bool linuxByGuests)
    {
        var network = ClientNetwork.Of(Networks, address)!;
        var answers = (Judgement[])[network.Judge(Linux, "linux"), network.Judge(Windows, "windows"), network.JudgeGuest(Linux, "linux"), network.JudgeGuest(Windows, "windows")];
        Assert.Equal([linux, windows, linuxByGuests, false], answers.Select(a => a.IsAllowed));
        Assert.All(answers, a => Assert.Matches(@"^[A-Za-z].{10,}\.$", a.Reason));
    }

    [Fact]
    public void WhatCanNotBeUsedFromThereIsNeitherSeenNorMadeNorStartedThereButCanBeShutDown()
    {
        const long teacher = 1, student = 2;
        var origin = DomainsTable.New("linux", teacher, 1, 1024, 1) with { Id = Linux, IsBase = true, IsPublic = true };
        var desktop = DomainsTable.New("linux-ana", student, 1, 1024, 1) with { BaseId = Linux, BaseOwnerId = teacher };
        var own = DomainsTable.New("mine", student, 1, 1024, 1);
        foreach (var (address, isThere) in ((string?, bool)[])[("10.1.7.9", true), ("192.0.2.1", false), ("2001:db8:8::1", false), (null, true)])
        {
            var caller = new Caller(student, "ana", false, address, Holdings.Everybodys) { Network = ClientNetwork.Of(Networks, address) };
            Assert.Equal((isThere, isThere, isThere, isThere), (May.Do(caller, Grant.View, origin).IsAllowed, May.Do(caller, Grant.Clone, origin).IsAllowed,
                May.Do(caller, Grant.Start, desktop).IsAllowed, May.FromHere(caller, desktop).IsAllowed));
            Assert.True(May.Do(caller, Grant.View, desktop).IsAllowed && May.Do(caller, Grant.Shutdown, desktop).IsAllowed && May.Do(caller, Grant.Remove, desktop).IsAllowed);
            Assert.True(May.Do(caller, Grant.Start, own).IsAllowed);
            foreach (var exempt in (Caller[])[caller with { UserId = teacher }, caller with { IsAdmin = true }])
                Assert.True(May.Do(exempt, Grant.Clone, origin).IsAllowed && May.FromHere(exempt, desktop).IsAllowed && May.FromHere(exempt, origin).IsAllowed);
        }
    }

    [Theory]
    [InlineData("10.1.0.0/16", "10.1.0.0/16")]
    [InlineData("10.1.2.3/16", "10.1.0.0/16")]
    [InlineData("10.1.2.3", "10.1.2.3/32")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    [InlineData("::1", "::1/128")]
    [InlineData("10/8", null)]
    [InlineData("010.0.0.0/8", null)]
    [InlineData("10.1.0.0/33", null)]
    [InlineData("::ffff:10.1.0.0/112", null)]
    [InlineData("fe80::1%eth0/64", null)]
    [InlineData("10.1.0.0/255.255.0.0", null)]
    [InlineData("everybody", null)]
    [InlineData("", null)]
    public void ANetworkIsReadInOneWayOnly(string text, string? network) => Assert.Equal(network, ClientNetwork.Parse(text)?.ToString());

    [Fact]
    public async Task WhatAnInstallationBeginsWithLetsEverythingThrough()
    {
        var world = await World.New();
        var networks = await world.Db.Read(ClientNetworksTable.All);
        Assert.Equal([1, 2, 3], networks.Select(n => n.Position));
        foreach (var address in (string[])["127.0.0.1", "::1", "10.9.8.7", "172.16.0.1", "192.168.1.1", "fe80::1", "fd00::1", "8.8.8.8", "2001:db8::1"])
        {
            var network = ClientNetwork.Of(networks, address)!;
            Assert.True(network.Judge(Linux, "linux").IsAllowed, address);
            Assert.False(network.JudgeGuest(Linux, "linux").IsAllowed, address);
            Assert.Equal(network.Name == "Everywhere else", network.RequiresPassword);
        }
    }

    [Fact]
    public async Task OnesThatAreAddedMovedAndRemovedKeepTheirPlacesInOneRow()
    {
        var world = await World.New();
        await world.Db.Transaction(ClientNetworks("A"));
        await world.Db.Transaction(ClientNetworks("B", position: 3));
        Assert.Equal(["A", "This machine", "B", "Private addresses", "Everywhere else"], await Names());

        var b = (await world.Db.Read(ClientNetworksTable.All))[2];
        await world.Db.Transaction(async s => await ClientNetworksTable.Set(s, await ClientNetworksTable.Lock(s, b.Id) with { Position = 99, Addresses = ["10.2.3.4/8"] }));
        Assert.Equal(["A", "This machine", "Private addresses", "Everywhere else", "B"], await Names());
        Assert.Equal(["10.0.0.0/8"], (await world.Db.Read(ClientNetworksTable.All))[4].Addresses);

        await world.Db.Transaction(async s => await ClientNetworksTable.Delete(s, await ClientNetworksTable.Lock(s, b.Id)));
        Assert.Equal([1, 2, 3, 4], (await world.Db.Read(ClientNetworksTable.All)).Select(n => n.Position));
        Assert.Equal("unknown_network", (await Assert.ThrowsAsync<RequestRefusedException>(() => world.Db.Transaction(s => ClientNetworksTable.Lock(s, b.Id)))).Code);
        Assert.Equal("name_taken", (await Assert.ThrowsAsync<RequestRefusedException>(() => world.Db.Transaction(ClientNetworks("a")))).Code);
        Assert.Equal("bad_arguments", (await Assert.ThrowsAsync<RequestRefusedException>(() => world.Db.Transaction(ClientNetworks("C", address: "10/8")))).Code);

        async Task<IEnumerable<string>> Names() => (await world.Db.Read(ClientNetworksTable.All)).Select(n => n.Name);
        static Func<Core.Database.DbSession, Task<long>> ClientNetworks(string name, int position = 0, string address = "10.9.0.0/16") =>
            s => ClientNetworksTable.Insert(s, new ClientNetwork { Name = name, Position = position, Addresses = [address] });
    }

    [Fact]
    public async Task WhatIsSaidOfABaseIsKeptUntilItIsTakenBackAndCallersCarryIt()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        await Say(new NetworkBase(true, true));
        var student = await world.User("student");
        var here = await world.Db.Read(s => Core.Users.UsersTable.Caller(s, student.UserId, "127.0.0.1"));
        Assert.True(here!.Network!.JudgeGuest(linux.Id, linux.Name).IsAllowed);
        Assert.Null(student.Network);

        await Say(new NetworkBase(false, false));
        Assert.False((await Mine()).Judge(linux.Id, linux.Name).IsAllowed);
        Assert.Equal("bad_arguments", (await Assert.ThrowsAsync<RequestRefusedException>(() => Say(new NetworkBase(false, true)))).Code);
        await Say(null);
        Assert.Empty((await Mine()).Said);

        async Task<ClientNetwork> Mine() => (await world.Db.Read(s => ClientNetworksTable.Of(s, "127.0.0.1")))!;
        Task Say(NetworkBase? said) => world.Db.Transaction(async s => await ClientNetworksTable.Say(s, await ClientNetworksTable.Lock(s, (await ClientNetworksTable.All(s))[0].Id), linux.Id, said));
    }

    private static Dictionary<Guid, NetworkBase> Said(params (Guid Base, bool IsAllowed, bool IsAnonymous)[] said) => said.ToDictionary(s => s.Base, s => new NetworkBase(s.IsAllowed, s.IsAnonymous));
}
