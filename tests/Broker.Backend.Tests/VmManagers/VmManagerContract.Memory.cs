using Broker.Backend.VmManagers;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>Domains that stand still, and domains whose memory is saved.</summary>
public abstract partial class VmManagerContract
{
    /// <summary>Leaves so many bytes of a domain's saved memory.</summary>
    protected abstract Task CutMemory(DomainSpec spec, Func<long, long> length);

    /// <summary>Whether the host sees at once that a file is no saved memory, and drops it; others take it for a damaged one.</summary>
    protected virtual bool DropsWhatIsNoMemory => true;

    private ICanHibernate Hibernating => Node.As<ICanHibernate>()!;

    private ICanPause Pausing => Node.As<ICanPause>()!;

    [Fact]
    public async Task A_guest_that_was_hibernated_goes_on_where_it_was()
    {
        var spec = await DefineBootable();
        var screens = Node.As<ICanScreenshot>()!;
        Node.Start(spec.Id);
        Assert.False(Inventory(spec)!.IsRestored);
        await Until(() => Marked() > 0.5);
        using (await PaintScreen(spec))
            await Until(() => Marked() < 0.5);

        Hibernating.Hibernate(spec.Id);
        Assert.Equal(Power.Saved, Inventory(spec)!.Power);
        Hibernating.Hibernate(spec.Id);
        await Until(() => Last(spec)?.Power == Power.Saved);
        Assert.Throws<VmException>(() => screens.Screenshot(spec.Id));
        Node.Shutdown(spec.Id);
        Node.Destroy(spec.Id);
        Assert.Equal(Power.Saved, Inventory(spec)!.Power);

        Node.Define(spec);
        Node.Start(spec.Id);
        Assert.Equal((Power.Running, true), (Inventory(spec)!.Power, Inventory(spec)!.IsRestored));
        Node.Start(spec.Id);
        // a guest that had booted would be magenta before long; this one is as it was left
        Assert.True(PngPicture.FromPng(screens.Screenshot(spec.Id)).PartOf(0, Marker, 0) > 0.5);

        Node.Destroy(spec.Id);
        Node.Start(spec.Id);
        Assert.False(Inventory(spec)!.IsRestored);
        await Until(() => Marked() > 0.5);

        double Marked() => PngPicture.FromPng(screens.Screenshot(spec.Id)).PartOf(Marker, 0, Marker);
    }

    [Fact]
    public async Task Saved_memory_that_was_discarded_does_not_come_back()
    {
        var spec = await Hibernated();

        Hibernating.Discard(spec.Id);
        Hibernating.Discard(spec.Id);

        Assert.Equal(Power.Off, Inventory(spec)!.Power);
        Node.Start(spec.Id);
        Assert.Equal((Power.Running, false), (Inventory(spec)!.Power, Inventory(spec)!.IsRestored));
        Hibernating.Discard(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task Saved_memory_that_is_no_such_thing_is_dropped_and_the_guest_boots_where_that_can_be_told()
    {
        var spec = await Hibernated();
        await CutMemory(spec, _ => 1);

        if (!DropsWhatIsNoMemory)
        {
            Assert.Contains("saved memory", Assert.Throws<VmException>(() => Node.Start(spec.Id)).Message, StringComparison.Ordinal);
            Assert.Equal(Power.Saved, Inventory(spec)!.Power);
            return;
        }
        Node.Start(spec.Id);

        Assert.Equal((Power.Running, false), (Inventory(spec)!.Power, Inventory(spec)!.IsRestored));
    }

    [Fact]
    public async Task Saved_memory_that_lacks_its_end_fails_the_start_and_is_kept()
    {
        var spec = await Hibernated();
        await CutMemory(spec, length => length / 2);

        var error = Assert.Throws<VmException>(() => Node.Start(spec.Id));

        Assert.Contains("saved memory", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsConnectionLost);
        Assert.Equal(Power.Saved, Inventory(spec)!.Power);
        Hibernating.Discard(spec.Id);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_hibernated_domain_is_forgotten_with_its_memory()
    {
        var spec = await Hibernated();

        Node.Undefine(spec.Id);
        Assert.Null(Inventory(spec));

        Node.Define(spec);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
        Node.Start(spec.Id);
        Assert.False(Inventory(spec)!.IsRestored);
    }

    [Fact]
    public async Task What_is_off_has_no_memory_to_save_and_can_not_stand_still()
    {
        var spec = await DefineBlank();

        Assert.Contains("off", Assert.Throws<VmException>(() => Hibernating.Hibernate(spec.Id)).Message, StringComparison.Ordinal);
        Assert.Contains("off", Assert.Throws<VmException>(() => Pausing.Pause(spec.Id)).Message, StringComparison.Ordinal);
        Assert.Contains("off", Assert.Throws<VmException>(() => Pausing.Resume(spec.Id)).Message, StringComparison.Ordinal);
        Assert.Throws<VmException>(() => Hibernating.Hibernate(Guid.NewGuid()));
        Assert.Throws<VmException>(() => Pausing.Pause(Guid.NewGuid()));
        Hibernating.Discard(Guid.NewGuid());
    }

    [Fact]
    public async Task A_domain_stands_still_and_goes_on()
    {
        var spec = await DefineBlank();
        Node.Start(spec.Id);

        Pausing.Pause(spec.Id);
        Pausing.Pause(spec.Id);
        Assert.Equal(Power.Paused, Inventory(spec)!.Power);
        await Until(() => Last(spec)?.Power == Power.Paused);
        Assert.Contains("stands still", Assert.Throws<VmException>(() => Node.Shutdown(spec.Id)).Message, StringComparison.Ordinal);
        Assert.NotEmpty(Node.As<ICanScreenshot>()!.Screenshot(spec.Id));

        Pausing.Resume(spec.Id);
        Pausing.Resume(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Pausing.Pause(spec.Id);
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
        Pausing.Pause(spec.Id);
        Assert.Contains("running", Assert.Throws<VmException>(() => Node.Undefine(spec.Id)).Message, StringComparison.Ordinal);
        Node.Destroy(spec.Id);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_domain_that_was_hibernated_standing_still_runs_when_it_is_started()
    {
        var spec = await DefineBlank();
        Node.Start(spec.Id);
        Pausing.Pause(spec.Id);

        Hibernating.Hibernate(spec.Id);
        Node.Start(spec.Id);

        Assert.Equal((Power.Running, true), (Inventory(spec)!.Power, Inventory(spec)!.IsRestored));
    }

    private async Task<DomainSpec> Hibernated()
    {
        var spec = await DefineBlank();
        Node.Start(spec.Id);
        Hibernating.Hibernate(spec.Id);
        Assert.Equal(Power.Saved, Inventory(spec)!.Power);
        return spec;
    }
}
