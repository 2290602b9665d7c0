using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;
using Broker.Core.Schedules;
using Broker.Testing;

namespace Broker.Backend.Tests.Schedules;

/// <summary>A night of real guests, with the clock moved to a moment before it.</summary>
public sealed class NightOnLibvirtTests : GuestsOnLibvirt
{
    private readonly string _name = $"night-{Guid.NewGuid():N}"[..14];
    private DomainRow _base = null!;

    [Fact]
    public async Task AtNightDesktopsThatNobodyIsAtAreHibernatedAndInTheMorningTheyGoOnWhereTheyWere()
    {
        _base = await _b.Do(new ImportDomain("tiny.qcow2", _name, MemoryMib: 128));
        _made.Add(_base.Id);
        await _b.Do(new PrepareBase(_base.Id));
        var (left, used, server) = (await Clone("left"), await Clone("used"), await Clone("server"));
        await _b.Db.Transaction(s => DomainsTable.Set(s, server, new DomainSettingsChange(Autostart: true)));

        using var viewer = await Look(used);
        await Becomes(used, ClientStatus.Connected);
        await Becomes(left, ClientStatus.Disconnected);
        await Becomes(server, ClientStatus.Disconnected);
        var (boot, uptime) = await Guest(left);

        var schedule = await _b.Db.Transaction(async s =>
        {
            await SchedulesTable.Seed(s, "UTC");
            var night = (await SchedulesTable.Find(s, "nightly-hibernation"))!;
            await SchedulesTable.Set(s, night with { IsEnabled = true });
            return night.Id;
        });
        // the evening, and the next moment eleven o'clock is past: however long a start takes, the night does not begin without it
        await _b.Start(new MovedClock(new DateTimeOffset(2030, 11, 22, 22, 0, 0, TimeSpan.Zero)));
        await _b.Until(s => s.First<int>("SELECT COUNT(*) FROM QRTZ_CRON_TRIGGERS WHERE TRIGGER_NAME = @schedule", new { schedule }), count => count == 1);
        await _b.Start(new MovedClock(new DateTimeOffset(2030, 11, 22, 23, 0, 1, TimeSpan.Zero)));
        var run = (await _b.Until(async s => (await SchedulesTable.Runs(s, [schedule], 1))[schedule].FirstOrDefault(), r => r is { Done: > 0 } or { Failed: > 0 }))!;

        Assert.Equal((1, 1, 0), (run.Requested, run.Done, run.Refused));
        Assert.Equal(DomainState.Hibernated, await State(left));
        Assert.Equal(DomainState.Active, await State(used));
        Assert.Equal(DomainState.Active, await State(server));

        await _b.Do(new StartDomain(left.Id));
        var (bootInTheMorning, uptimeInTheMorning) = await Guest(left);
        Assert.Equal(boot, bootInTheMorning);
        Assert.True(uptimeInTheMorning >= uptime, $"{uptimeInTheMorning} s after {uptime} s");
    }

    private async Task<DomainRow> Clone(string name)
    {
        var clone = await _b.Do(new Clone(_base.Id, $"{_name}-{name}"));
        _made.Add(clone.Id);
        // nobody's browser is about to come
        return await _b.Do(new StartDomain(clone.Id), _b.Caller with { Address = null });
    }

    /// <summary>A viewer that has said all there is to say before the picture.</summary>
    private async Task<Socket> Look(DomainRow desktop)
    {
        var viewer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await viewer.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_b.Settings.DisplayFolder, $"{desktop.Id:N}.sock")));
        using var stream = new NetworkStream(viewer, ownsSocket: false);
        await stream.ReadExactlyAsync(new byte[12]);
        await stream.WriteAsync("RFB 003.008\n"u8.ToArray());
        var kinds = new byte[1];
        await stream.ReadExactlyAsync(kinds);
        await stream.ReadExactlyAsync(new byte[kinds[0]]);
        await stream.WriteAsync(new byte[] { 1 });
        await stream.ReadExactlyAsync(new byte[4]);
        await stream.WriteAsync(new byte[] { 1 });
        return viewer;
    }

    private Task<DomainRow?> Becomes(DomainRow desktop, ClientStatus status) => _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.ClientStatus == status);

    private async Task<DomainState> State(DomainRow desktop) => (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.State;

    /// <summary>Which boot the guest is in, and for how many seconds, as soon as it answers.</summary>
    private async Task<(string Boot, double Uptime)> Guest(DomainRow desktop)
    {
        var row = await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d is { State: DomainState.Active, Address: not null });
        var uptime = Regex.Match(await Page(row!.Address!, "who"), @"uptime (?<seconds>[0-9.]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["seconds"].Value;
        return (await Page(row.Address!, "boot"), double.Parse(uptime, CultureInfo.InvariantCulture));
    }
}
