using Libvirt.Generated;

namespace Libvirt.Tests;

public class TypedParameterTests
{
    private static readonly Dictionary<string, object> OneOfEachType = new()
    {
        ["int"] = -1,
        ["uint"] = uint.MaxValue,
        ["long"] = long.MinValue,
        ["ulong"] = ulong.MaxValue,
        ["double"] = 0.5,
        ["bool"] = true,
        ["string"] = "un valor",
    };

    [Fact]
    public void EachOfTheSevenTypesIsSentAndComesBackAsItself() =>
        Assert.Equal(OneOfEachType, RoundTrip(new DomainBlkioParameters { Others = OneOfEachType }).Others);

    [Fact]
    public void WhatIsNullIsNotSent()
    {
        using var list = new ParameterList(new DomainMemoryParameters { SoftLimit = 0 }.Members(), []);
        Assert.Equal(1, list.Count);
    }

    [Fact]
    public void WhatIsAbsentStaysNullAndZeroStaysZero()
    {
        var memory = DomainMemoryParameters.Read(new(new Dictionary<string, object> { ["soft_limit"] = 0ul }));
        Assert.Equal(0ul, memory.SoftLimit);
        Assert.Null(memory.HardLimit);
        Assert.Equal(new DomainMemoryParameters { SoftLimit = 0 }, memory);
    }

    [Fact]
    public void WhatNobodyKnowsIsKept()
    {
        var memory = DomainMemoryParameters.Read(new(new Dictionary<string, object> { ["soft_limit"] = 5ul, ["of_tomorrow"] = 1.5 }));
        Assert.Equal(5ul, memory.SoftLimit);
        Assert.Equal([KeyValuePair.Create<string, object>("of_tomorrow", 1.5)], memory.Others);
    }

    [Fact]
    public void AValueOfAnotherTypeIsKeptAmongTheOthers()
    {
        var memory = DomainMemoryParameters.Read(new(new Dictionary<string, object> { ["soft_limit"] = "much", ["hard_limit"] = 7u }));
        Assert.Null(memory.SoftLimit);
        Assert.Equal("much", memory.Others["soft_limit"]);
        Assert.Equal(7ul, memory.HardLimit);        // a narrower number is no other type
    }

    [Fact]
    public void ATypeThatLibvirtDoesNotHaveIsRefusedByName()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            RoundTrip(new DomainBlkioParameters { Weight = 1, Others = new Dictionary<string, object> { ["since"] = TimeSpan.Zero } }));
        Assert.Contains("'since'", error.Message);
        Assert.Contains("TimeSpan", error.Message);
    }

    [Fact]
    public void AMemberCanNotBeAmongTheOthersAsWell()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            RoundTrip(new DomainBlkioParameters { Weight = 1, Others = new Dictionary<string, object> { ["weight"] = 2u } }));
        Assert.Contains("'weight'", error.Message);
    }

    [Fact]
    public unsafe void AnEnumIsSentAsItsNumber()
    {
        var numa = new DomainNumaParameters { Mode = DomainNumatuneMemMode.Interleave, Nodeset = "0" };
        using var list = new ParameterList(numa.Members(), numa.Others);
        Assert.Equal(numa, DomainNumaParameters.Read(new(list.Pointer, list.Count)));
    }

    [Fact]
    public unsafe void AListOfStringsIsSentAsTheSameNameSeveralTimes()
    {
        var others = new Dictionary<string, object> { ["of_tomorrow"] = new[] { "x", "y", "z" } };
        var parameters = new DomainMigrateParameters { MigrateDisks = ["vda", "vdb"], Others = others };
        using var list = new ParameterList(parameters.Members(), parameters.Others);
        var sent = new List<(string?, string?)>();
        for (var p = list.Pointer; p < list.Pointer + list.Count; p++)
            sent.Add((Text.Copy(p->field), Text.Copy(p->value.s)));
        Assert.Equal([("migrate_disks", "vda"), ("migrate_disks", "vdb"), ("of_tomorrow", "x"), ("of_tomorrow", "y"), ("of_tomorrow", "z")], sent);
    }

    [Fact]
    public void EachFieldNameOfTheApiHasItsMember()
    {
        var text = File.ReadAllText(Path.Combine(Source.Folder, "Generated", "Parameters.cs"));
        var missing = Source.Symbols("libvirt-api.xml").Where(s => s.Name == "macro" && s.Attribute("string") != null).Select(s => s.Attribute("name")!.Value)
            .Where(name => !text.Contains($"<summary>{name}, ", StringComparison.Ordinal));
        // patterns with a number
        Assert.Equal(["VIR_DOMAIN_TUNABLE_CPU_IOTHREADSPIN", "VIR_DOMAIN_TUNABLE_CPU_VCPUPIN"], missing.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void NumberedNamesAreListsThatMayHaveGaps()
    {
        var stats = Stats(new()
        {
            ["vcpu.current"] = 2u,
            ["vcpu.maximum"] = 4u,
            ["vcpu.0.state"] = 1,
            ["vcpu.0.time"] = 7ul,
            ["vcpu.3.state"] = 0,
            ["vcpu.3.halted"] = false,
            ["vcpu.3.exits.sum"] = 9ul,
            ["net.count"] = 0u,
        });
        Assert.Equal((2u, 4u), (stats.VcpuCurrent, stats.VcpuMaximum));
        Assert.Equal(
        [
            new DomainStatsVcpu { Number = 0, State = VcpuState.Running, Time = 7 },
            new DomainStatsVcpu { Number = 3, State = VcpuState.Offline, Halted = false },
        ], stats.Vcpu);
        Assert.Equal([], stats.Net!);
        Assert.Null(stats.Block);
        Assert.Equal([KeyValuePair.Create<string, object>("vcpu.3.exits.sum", 9ul)], stats.Others);
    }

    [Fact]
    public void ListsStandInLists()
    {
        var guest = DomainGuestInfo.Read(new(new Dictionary<string, object>
        {
            ["hostname"] = "h",
            ["if.count"] = 1u,
            ["if.0.name"] = "eth0",
            ["if.0.addr.count"] = 2u,
            ["if.0.addr.0.addr"] = "10.0.0.2",
            ["if.0.addr.0.prefix"] = 24u,
            ["if.0.addr.1.addr"] = "fe80::1",
            ["os.pretty-name"] = "Debian",
        }));
        Assert.Equal("h", guest.Hostname);
        Assert.Equal(new DomainGuestOS { PrettyName = "Debian" }, guest.Os);
        var face = Assert.Single(guest.If!);
        Assert.Equal("eth0", face.Name);
        Assert.Equal([new DomainGuestAddress { Addr = "10.0.0.2", Prefix = 24 }, new DomainGuestAddress { Addr = "fe80::1" }], face.Addr);
        Assert.Null(guest.Fs);
        Assert.Empty(guest.Others);
    }

    [Fact]
    public void ACountThatIsNotTheLengthIsKept()
    {
        var stats = Stats(new() { ["iothread.count"] = 2u, ["iothread.5.poll-max-ns"] = 0ul });
        Assert.Equal([new DomainStatsIOThread { Number = 5, PollMaxNs = 0 }], stats.Iothread);
        Assert.Equal(2u, stats.Others["iothread.count"]);
    }

    [Fact]
    public void MemoryStatsKeepWhatTheyDoNotKnow()
    {
        var stats = DomainMemoryStats.Read(
        [
            new virDomainMemoryStatStruct { tag = (int)DomainMemoryStatTags.Rss, val = 0 },
            new virDomainMemoryStatStruct { tag = 1000, val = 5 },
        ]);
        Assert.Equal((0ul, null), (stats.Rss, stats.Unused));
        Assert.Equal([KeyValuePair.Create(1000, 5ul)], stats.Others);
    }

    private static DomainStats Stats(Dictionary<string, object> values) => DomainStats.Read(new(values), null!);

    private static unsafe DomainBlkioParameters RoundTrip(DomainBlkioParameters parameters)
    {
        using var list = new ParameterList(parameters.Members(), parameters.Others);
        return DomainBlkioParameters.Read(new(list.Pointer, list.Count));
    }
}
