using System.Diagnostics;
using System.Net.Sockets;
using Broker.Core.Events;
using Broker.Testing;

namespace Broker.Core.Tests.Events;

public class DoorbellTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly string _folder = Repository.NewFolder("bell");
    private readonly Doorbell _bell;

    public DoorbellTests() => _bell = new Doorbell(_folder);

    [Fact]
    public async Task ARingWakesWithinMilliseconds()
    {
        using var door = _bell.Open(Side.BackEnd);
        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var rung = door.Rung(Long, CancellationToken.None);
            var started = Stopwatch.GetTimestamp();
            _bell.Ring(Side.BackEnd);
            await rung.WaitAsync(TimeSpan.FromSeconds(20));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Assert.InRange(times.Order().ElementAt(10), 0, 50);
    }

    [Fact]
    public async Task ARingBeforeAnybodyListensIsNotLost()
    {
        using var door = _bell.Open(Side.BackEnd);
        _bell.Ring(Side.BackEnd);
        await door.Rung(Long, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task ManyRingsAreOne()
    {
        using var door = _bell.Open(Side.BackEnd);
        for (var i = 0; i < 5; i++) _bell.Ring(Side.BackEnd);
        await door.Rung(Long, CancellationToken.None);
        Assert.False(await IsRung(door));
    }

    [Fact]
    public void RingingNeverWaitsForSomebodyWhoIsBusy()
    {
        using var door = _bell.Open(Side.BackEnd);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 2000; i++) _bell.Ring(Side.BackEnd);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task AllOfASideAreRungAndNobodyOfTheOther()
    {
        using var first = _bell.Open(Side.BackEnd);
        using var second = _bell.Open(Side.BackEnd);
        using var other = _bell.Open(Side.FrontEnd);
        _bell.Ring(Side.BackEnd);
        await Task.WhenAll(first.Rung(Long, CancellationToken.None), second.Rung(Long, CancellationToken.None)).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(await IsRung(other));
    }

    [Fact]
    public void NobodyThereIsFine()
    {
        _bell.Ring(Side.FrontEnd);
        new Doorbell(Path.Combine(_folder, "not", "there")).Ring(Side.FrontEnd);
        new Doorbell(Path.Combine(_folder, new string('x', 200))).Ring(Side.FrontEnd);
    }

    [Fact]
    public async Task ADoorNobodyIsBehindAnyMoreIsPassedOver()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
            dead.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "backend-1-dead")));
        await File.WriteAllTextAsync(Path.Combine(_folder, "backend-2-file"), "not a socket");
        System.IO.Directory.CreateDirectory(Path.Combine(_folder, "backend-3-folder"));
        // a name so long that it can't be a socket's
        await File.WriteAllTextAsync(Path.Combine(_folder, "backend-" + new string('x', 150)), "");
        using var door = _bell.Open(Side.BackEnd);
        _bell.Ring(Side.BackEnd);
        await door.Rung(Long, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void AClosedDoorLeavesNothingBehind()
    {
        using (_bell.Open(Side.BackEnd)) Assert.Single(System.IO.Directory.GetFiles(_folder));
        Assert.Empty(System.IO.Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task AnImpatientListenerLooksByHimself()
    {
        using var door = _bell.Open(Side.BackEnd);
        await door.Rung(TimeSpan.FromMilliseconds(20), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task AListenerThatIsToStopStops()
    {
        using var door = _bell.Open(Side.BackEnd);
        using var stop = new CancellationTokenSource();
        var rung = door.Rung(Long, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rung);
    }

    private static async Task<bool> IsRung(Door door)
    {
        var started = Stopwatch.GetTimestamp();
        await door.Rung(TimeSpan.FromMilliseconds(300), CancellationToken.None);
        return Stopwatch.GetElapsedTime(started) < TimeSpan.FromMilliseconds(200);
    }
}
