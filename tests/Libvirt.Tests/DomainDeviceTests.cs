using System.Threading.Channels;
using System.Xml.Linq;

namespace Libvirt.Tests;

/// <summary>A running guest, changed, looked into and written down.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class DomainDeviceTests(Qemu qemu)
{
    [Fact]
    public void ADisplayGetsAnotherPasswordWhileItRuns()
    {
        var domain = qemu.Start(Driver.Qemu, "<graphics type='vnc' autoport='yes' passwd='before'/>");
        var graphics = Graphics(domain, DomainXMLFlags.Secure);
        Assert.InRange((int)graphics.Attribute("port")!, 5900, 65535);
        graphics.SetAttributeValue("passwd", "after");
        domain.UpdateDeviceFlags(graphics.ToString(), DomainDeviceModifyFlags.Live);
        Assert.Equal("after", (string?)Graphics(domain, DomainXMLFlags.Secure).Attribute("passwd"));
        Assert.Null(Graphics(domain, default).Attribute("passwd"));
        Qemu.Remove(domain);

        static XElement Graphics(Domain domain, DomainXMLFlags flags) => XElement.Parse(domain.GetXMLDesc(flags)).Element("devices")!.Element("graphics")!;
    }

    [Fact]
    public void TheInventedDriverChangesNoDevices()
    {
        var domain = qemu.Define(Driver.Test);
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => domain.UpdateDeviceFlags("<graphics type='vnc'/>")).Code);
        Qemu.Remove(domain);
    }

    [Fact]
    public void ThreadsForDisksComeAndGo()
    {
        var domain = qemu.Start(Driver.Qemu);
        domain.AddIOThread(1, DomainModificationImpact.Live);
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => domain.AddIOThread(1, DomainModificationImpact.Live)).Code);
        domain.DelIOThread(1, DomainModificationImpact.Live);
        Qemu.Remove(domain);
    }

    [Fact]
    public async Task ItsMemoryIsWrittenAsACoreFile()
    {
        var domain = qemu.Start(Driver.Qemu);
        var file = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.core");
        await domain.CoreDumpWithFormatAsync(file, DomainCoreDumpFormat.Raw, DomainCoreDumpFlags.MemoryOnly);
        Assert.Equal([0x7f, (byte)'E', (byte)'L', (byte)'F'], File.ReadAllBytes(file)[..4]);
        Assert.Equal(DomainState.Running, domain.GetState().State);
        Qemu.Remove(domain);
    }

    [Fact]
    public async Task ASaveFileIsGivenAnotherDescriptionBeforeItIsRestored()
    {
        var domain = qemu.Start(Driver.Qemu);
        var file = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.save");
        await domain.SaveAsync(file);
        var xml = qemu.Connect.DomainSaveImageGetXMLDesc(file);
        qemu.Connect.DomainSaveImageDefineXML(file, xml.Replace("</uuid>", "</uuid><title>kept</title>", StringComparison.Ordinal));
        await qemu.Connect.DomainRestoreFlagsAsync(file, null, DomainSaveRestoreFlags.Paused);
        Assert.Equal(DomainState.Paused, domain.GetState().State);
        Assert.Contains("<title>kept</title>", domain.GetXMLDesc());
        Qemu.Remove(domain);
    }

    [Fact]
    public async Task WhatIsToHappenAtItsEndIsChanged()
    {
        var domain = qemu.Start(Driver.Qemu);
        var events = Channel.CreateUnbounded<DomainEventReboot>();
        using var registration = qemu.Connect.DomainEventRebootRegister(e => events.Writer.TryWrite(e), domain);
        domain.SetLifecycleAction(DomainLifecycle.Crash, DomainLifecycleAction.Preserve, DomainModificationImpact.Live);
        Assert.Contains("<on_crash>preserve</on_crash>", domain.GetXMLDesc());
        domain.Reset();
        Assert.Equal(domain.GetUUID(), (await events.Next(e => true)).UUID);
        Qemu.Remove(domain);
    }

    [Fact]
    public void ItsCommandLineIsTold()
    {
        var line = qemu.Connect.DomainXMLToNative("qemu-argv", qemu.Guest());
        Assert.Contains("qemu-system-x86_64", line);
        Assert.Contains("-m 64", line);
    }

    [Fact]
    public void ProcessorsAreCompared() =>
        Assert.Equal(CPUCompareResult.Incompatible, qemu.Connect.CompareCPU("<cpu match='exact'><model>qemu64</model><feature name='3dnowext' policy='require'/></cpu>"));
}
