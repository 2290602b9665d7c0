using System.Net;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What the kernel lists of connections.</summary>
public sealed class ConnectionTests
{
    private static readonly TimeSpan FiveDays = TimeSpan.FromDays(5);

    [Fact]
    public void OfSocketsThoseCountThatAreConnected() =>
        Assert.Equal(["10.0.0.9:50000 to 10.0.0.1:5900", "[2001:db8::9]:50001 to [2001:db8::1]:5901", "10.0.0.9:50002 to 10.0.0.1:5902"], Connection.Sockets(
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 00000000:170C 00000000:0000 0A 00000000:00000000 00:00000000 00000000    64055        0 1 1 0 100 0 0 10 0",
            "   1: 0100000A:170C 0900000A:C350 01 00000000:00000000 00:00000000 00000000    64055        0 2 1 0 20 4 30 10 -1",
            "   2: 0100000A:170C 0900000A:C353 06 00000000:00000000 00:00000000 00000000        0        0 0 3 0",
            "   3: B80D0120000000000000000001000000:170D B80D0120000000000000000009000000:C351 01 00000000:00000000 00:00000000 00000000 64055 0 3 1 0 20 4 30 10 -1",
            "   4: 0000000000000000FFFF00000100000A:170E 0000000000000000FFFF00000900000A:C352 01 00000000:00000000 00:00000000 00000000 64055 0 4 1 0 20 4 30 10 -1",
        ]).Select(Text));

    [Fact]
    public void OfWhatTheHostTracksTheEndsThatAreReallyReached() =>
        Assert.Equal(["10.77.0.2:40000 to 192.168.122.7:80", "[2001:db8::9]:40001 to [2001:db8::7]:22", "10.77.0.2:40002 to 192.168.122.8:3389"], Connection.Tracked(
        [
            "ipv4     2 tcp      6 431999 ESTABLISHED src=10.77.0.2 dst=10.77.0.1 sport=40000 dport=30001 src=192.168.122.7 dst=10.77.0.2 sport=80 dport=40000 [ASSURED] mark=0 zone=0 use=2",
            "ipv6     10 tcp      6 431999 ESTABLISHED src=2001:db8::9 dst=2001:db8::7 sport=40001 dport=22 src=2001:db8::7 dst=2001:db8::9 sport=22 dport=40001 [ASSURED] mark=0 zone=0 use=2",
            // as the program writes it
            "tcp      6 431500 ESTABLISHED src=10.77.0.2 dst=192.168.122.8 sport=40002 dport=3389 src=192.168.122.8 dst=10.77.0.2 sport=3389 dport=40002 [ASSURED] mark=0 use=1",
            "tcp      6 100 TIME_WAIT src=10.77.0.2 dst=192.168.122.8 sport=40003 dport=3389 src=192.168.122.8 dst=10.77.0.2 sport=3389 dport=40003 [ASSURED] mark=0 use=1",
            "udp      17 20 src=192.168.122.7 dst=192.168.122.1 sport=68 dport=67 src=192.168.122.1 dst=192.168.122.7 sport=67 dport=68 mark=0 use=1",
            "conntrack v1.4.7 (conntrack-tools): 5 flow entries have been shown.",
            "",
        ], FiveDays).Select(Text));

    [Fact]
    public void AClientThatVanishedIsForgottenAfterTenMinutesAlthoughTheHostTracksItForDays() =>
        Assert.Equal([1], Connection.Tracked(((int[])[431999 - 300, 431999 - 700]).Select((left, i) =>
            $"tcp 6 {left} ESTABLISHED src=10.77.0.2 dst=192.168.122.8 sport={i + 1} dport=22 src=192.168.122.8 dst=10.77.0.2 sport=22 dport={i + 1} [ASSURED] use=1"), FiveDays).Select(c => c.From.Port));

    [Fact]
    public void WhatIsTrackedCountsWhenItLastsAndWhereItCantBeReadThatIsSaidAndTheRestWorks()
    {
        var folder = Directory.CreateTempSubdirectory("bk-").FullName;
        var (running, desktop, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var guests = new Dictionary<IPAddress, Guid> { [IPAddress.Parse("192.168.122.7")] = desktop, [IPAddress.Parse("192.168.122.8")] = other };
        File.WriteAllText(Path.Combine(folder, "tcp"), "   1: 0100000A:170C 0900000A:C350 01 00000000:00000000 00:00000000 00000000    64055        0 2 1 0 20 4 30 10 -1");
        var program = Path.Combine(folder, "conntrack");
        var clock = new Advanced();
        var clients = new DirectClients(folder, clock, program);
        clients.Found(running, 5900);

        Assert.Equal([running], Look());
        Assert.Contains(program, clients.Untracked, StringComparison.Ordinal);

        // one from outside, and one of a guest to another
        File.WriteAllText(program, """
            #!/bin/sh
            echo 'tcp 6 431999 ESTABLISHED src=10.77.0.2 dst=192.168.122.7 sport=1 dport=22 src=192.168.122.7 dst=10.77.0.2 sport=22 dport=1 [ASSURED] use=1'
            echo 'tcp 6 431999 ESTABLISHED src=192.168.122.7 dst=192.168.122.8 sport=2 dport=22 src=192.168.122.8 dst=192.168.122.7 sport=22 dport=2 [ASSURED] use=1'
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        clock.By += TimeSpan.FromMinutes(1);
        Assert.Equal([running], Look());
        Assert.Null(clients.Untracked);
        clock.By += TimeSpan.FromSeconds(5);
        Assert.Equal([running, desktop], Look());
        Assert.Equal(IPAddress.Parse("10.77.0.2"), clients.Look(guests)[desktop]);

        clients.Ended(running);
        Assert.Equal([desktop], Look());
        Directory.Delete(folder, recursive: true);

        IEnumerable<Guid> Look() => clients.Look(guests).Keys;
    }

    private sealed class Advanced : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override long GetTimestamp() => By.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }

    private static string Text(Connection connection) => $"{connection.From} to {connection.To}";
}
