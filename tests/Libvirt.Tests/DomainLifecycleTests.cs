using System.Threading.Channels;

namespace Libvirt.Tests;

/// <summary>A domain's life in both worlds.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class DomainLifecycleTests(Qemu qemu)
{
    [Theory, BothDrivers]
    public void RunsIsHaltedGoesOnAndIsStopped(Driver driver)
    {
        var domain = qemu.Define(driver);
        Assert.Equal(DomainState.Shutoff, domain.GetState().State);
        Assert.True(domain.IsPersistent());
        domain.Create();
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Booted), domain.GetState());
        Assert.NotNull(domain.GetID());
        domain.Suspend();
        Assert.Equal((DomainState.Paused, (int)DomainPausedReason.User), domain.GetState());
        domain.Resume();
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Unpaused), domain.GetState());
        domain.Destroy();
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Destroyed), domain.GetState());
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void StartingTwiceIsRefusedWithAnotherCodeByEach(Driver driver)
    {
        var domain = qemu.Start(driver);
        var error = Assert.Throws<LibvirtException>(() => domain.Create());
        Assert.Equal(driver == Driver.Test ? (ErrorNumber.InternalError, ErrorDomain.Test) : (ErrorNumber.OperationInvalid, ErrorDomain.Qemu), (error.Code, error.Domain));
        Assert.False(error.IsConnectionLost);
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void ShutdownIsObeyedByTheInventedGuestAndNotByOneWithoutSystem(Driver driver)
    {
        var domain = qemu.Start(driver);
        domain.Shutdown();
        Assert.Equal(driver == Driver.Test ? DomainState.Shutoff : DomainState.Running, domain.GetState().State);
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void SuspendingTwiceIsNoFailureAndResumingTwiceIs(Driver driver)
    {
        var domain = qemu.Start(driver);
        domain.Suspend();
        if (driver == Driver.Qemu)
            domain.Suspend();
        else
            Assert.Equal(ErrorNumber.InternalError, Code(domain.Suspend));
        domain.Resume();
        Assert.Equal(driver == Driver.Test ? ErrorNumber.InternalError : ErrorNumber.OperationInvalid, Code(domain.Resume));
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public async Task ManagedSaveIsRestoredAtTheNextStartAndTheEventsSaySo(Driver driver)
    {
        var domain = qemu.Start(driver);
        var events = Channel.CreateUnbounded<DomainEventLifecycle>();
        using var registration = qemu.To(driver).DomainEventLifecycleRegister(e => events.Writer.TryWrite(e), domain);
        domain.ManagedSave();
        Assert.True(domain.HasManagedSaveImage());
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Saved), domain.GetState());
        Assert.Equal((int)DomainEventStoppedDetailType.Saved, (await events.Next(e => e.Event == DomainEventType.Stopped)).Detail);
        domain.Create();
        var started = driver == Driver.Test ? DomainEventStartedDetailType.Booted : DomainEventStartedDetailType.Restored;
        Assert.Equal((int)started, (await events.Next(e => e.Event == DomainEventType.Started)).Detail);
        Assert.False(domain.HasManagedSaveImage());
        domain.ManagedSave();
        Assert.Equal(ErrorNumber.OperationInvalid, Code(() => domain.Undefine()));
        domain.ManagedSaveRemove();
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void SavedToAFileItIsRestoredFromThere(Driver driver)
    {
        var domain = qemu.Start(driver);
        var file = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.save");
        domain.Save(file);
        Assert.Equal(DomainState.Shutoff, domain.GetState().State);
        Assert.Contains(domain.GetUUIDString(), qemu.To(driver).DomainSaveImageGetXMLDesc(file));
        qemu.To(driver).DomainRestore(file);
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Restored), domain.GetState());
        File.Delete(file);
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void TransientDomainsAreGoneWhenTheyStop(Driver driver)
    {
        using var domain = qemu.To(driver).DomainCreateXML(driver == Driver.Test ? Xml.Domain() : qemu.Guest());
        Assert.False(domain.IsPersistent());
        domain.Destroy();
        Assert.Equal(ErrorNumber.NoDomain, Code(() => qemu.To(driver).LookupDomainByUUID(domain.GetUUID())));
        Assert.Equal(ErrorNumber.NoDomain, Code(() => domain.GetState()));
    }

    [Theory, BothDrivers]
    public void WhatIsMissingIsAcceptedByTheInventedAndRefusedByTheReal(Driver driver)
    {
        var disk = Qemu.Disk(Path.Combine(qemu.Folder, "absent.qcow2"));
        var domain = qemu.Define(driver, disk);
        if (driver == Driver.Test)
        {
            domain.Create();
        }
        else
        {
            var error = Assert.Throws<LibvirtException>(() => domain.Create());
            Assert.Equal((ErrorNumber.SystemError, ErrorDomain.Storage), (error.Code, error.Domain));
            Assert.Contains("absent.qcow2", error.Message);
        }
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void ProcessorsAndMemoryOfTheNextStartAreSet(Driver driver)
    {
        var domain = qemu.Define(driver);
        domain.SetVcpusFlags(2, DomainVcpuFlags.Config | DomainVcpuFlags.Maximum);
        domain.SetVcpusFlags(2, DomainVcpuFlags.Config);
        Assert.Equal(2, domain.GetVcpusFlags(DomainVcpuFlags.Config));
        domain.SetMaxMemory(128 * 1024);
        domain.SetMemoryFlags(96 * 1024, DomainMemoryModFlags.Config);
        var info = domain.GetInfo();
        Assert.Equal((128 * 1024, 2), (info.MaxMem, info.NrVirtCpu));
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void AutostartIsToldAndRemembered(Driver driver)
    {
        var domain = qemu.Define(driver);
        Assert.False(domain.GetAutostart());
        domain.SetAutostart(true);
        Assert.True(domain.GetAutostart());
        domain.SetAutostart(false);
        Assert.False(domain.GetAutostart());
        Qemu.Remove(domain);
    }

    [Fact]
    public void WhoStartedPausedWaitsToGoOn()
    {
        var domain = qemu.Define(Driver.Qemu);
        domain.Create(DomainCreateFlags.StartPaused);
        Assert.Equal((DomainState.Paused, (int)DomainPausedReason.User), domain.GetState());
        domain.Resume();
        Assert.Equal(DomainState.Running, domain.GetState().State);
        Qemu.Remove(domain);
    }

    private static ErrorNumber Code(Action call) => Assert.Throws<LibvirtException>(call).Code;

    private static ErrorNumber Code(Func<object?> call) => Assert.Throws<LibvirtException>(call).Code;
}
