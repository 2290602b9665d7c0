using System.Net;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;

namespace Broker.Frontend.Tests.SignIn;

public sealed class SignInLimitsTests : IDisposable
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    private readonly ManualClock _clock = new();
    private readonly SignInLimits _limits;

    public SignInLimitsTests() => _limits = new SignInLimits(_clock);

    [Fact]
    public void Some_failures_are_free_then_the_wait_doubles()
    {
        for (var i = 0; i < SignInLimits.FreeForName; i++) _limits.Begin("a", Here);
        _limits.Begin("a", Here);
        Assert.Equal(TimeSpan.FromSeconds(1), Refused("a", Here));
        _clock.Pass(TimeSpan.FromSeconds(1));
        _limits.Begin("a", Here);
        Assert.Equal(TimeSpan.FromSeconds(2), Refused("a", Here));
    }

    [Fact]
    public void The_wait_has_an_end()
    {
        for (var i = 0; i < 40; i++)
        {
            _limits.Begin("a", Here);
            _clock.Pass(TimeSpan.FromMinutes(5));
        }

        _limits.Begin("a", Here);
        Assert.Equal(TimeSpan.FromMinutes(5), Refused("a", Here));
    }

    [Fact]
    public void Names_and_addresses_do_not_slow_each_other_down()
    {
        for (var i = 0; i <= SignInLimits.FreeForName; i++) _limits.Begin("a", Here);
        Refused("A", Here);
        _limits.Begin("b", Here);
        _limits.Begin("a", There);
    }

    [Fact]
    public void Many_names_from_one_address_are_slowed_down_in_the_end()
    {
        for (var i = 0; i <= SignInLimits.FreeForAddress; i++) _limits.Begin($"name {i}", Here);
        Refused("another", Here);
        _limits.Begin("another", There);
    }

    [Fact]
    public void A_whole_school_may_sign_in_from_one_address()
    {
        for (var i = 0; i < 10 * SignInLimits.FreeForAddress; i++) _limits.Begin($"name {i}", Here).Succeeded();
    }

    [Fact]
    public void Success_forgives_the_name_but_not_the_address()
    {
        for (var i = 0; i < SignInLimits.FreeForAddress; i++) _limits.Begin($"name {i}", Here);
        _limits.Begin("mine", Here).Succeeded();
        _limits.Begin("guess", Here);
        Refused("guess", Here);
    }

    [Fact]
    public void One_network_counts_as_one_address()
    {
        for (var i = 0; i <= SignInLimits.FreeForName; i++) _limits.Begin("a", IPAddress.Parse($"2001:db8::{i}"));
        Refused("a", IPAddress.Parse("2001:db8::ffff"));
        _limits.Begin("a", IPAddress.Parse("2001:db8:0:1::1"));
    }

    [Fact]
    public void What_was_not_looked_at_does_not_count()
    {
        for (var i = 0; i < 3 * SignInLimits.FreeForName; i++) _limits.Begin("a", Here).Withdraw();
        for (var i = 0; i < SignInLimits.FreeForName; i++) _limits.Begin("a", Here);
        _limits.Begin("a", Here).Withdraw();
        _limits.Begin("a", Here);
        Refused("a", Here);
    }

    [Fact]
    public void Failures_are_forgotten()
    {
        for (var i = 0; i < SignInLimits.FreeForName; i++) _limits.Begin("a", Here);
        _clock.Pass(TimeSpan.FromMinutes(16));
        for (var i = 0; i < SignInLimits.FreeForName; i++) _limits.Begin("a", Here);
    }

    public void Dispose() => _limits.Dispose();

    private TimeSpan Refused(string name, IPAddress address)
    {
        var refused = Assert.Throws<RefusedException>(() => _limits.Begin(name, address));
        Assert.Equal("too_many_attempts", refused.Code);
        return refused.RetryAfter!.Value;
    }

    private sealed class ManualClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Pass(TimeSpan time) => _now += time;
    }
}
