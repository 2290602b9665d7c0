using System.Diagnostics;
using System.Xml.Linq;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Nodes;
using Broker.Testing;
using Libvirt;
using Xunit.Abstractions;
using DomainState = Broker.Core.Domains.DomainState;

namespace Broker.Backend.Tests.Reconcile;

/// <summary>What an administrator does with virsh, and what Broker makes of it, with real guests.</summary>
public sealed class BehindBrokersBackTests(ITestOutputHelper output) : GuestsOnLibvirt
{
    [Fact]
    public async Task WhatIsDoneToAMachineWithVirshIsNoticed()
    {
        var machine = await _b.Do(new ImportDomain("tiny.qcow2", $"behind-{Guid.NewGuid().ToString("N")[..8]}", MemoryMib: 128));
        _made.Add(machine.Id);
        using var virsh = Connect.Open(_libvirt.Uri);
        using var domain = virsh.LookupDomainByUUID(machine.Id);

        await Noticed("started", () => domain.Create(), d => d.State is DomainState.Active);
        await Noticed("paused", () => domain.Suspend(), d => d.State is DomainState.Paused);
        await Noticed("resumed", () => domain.Resume(), d => d.State is DomainState.Active);
        await Noticed("switched off", () => domain.Destroy(), d => d is { State: DomainState.Shutdown, StateDetail: "destroyed" });
        await Noticed("renamed", () => domain.Rename(machine.Name + "-new"), d => d.Name == machine.Name + "-new");
        await Noticed("given memory", () => Edit(256), d => d.HostChanges is not null);
        await Noticed("given its memory back", () => Edit(128), d => d.HostChanges is null);
        await _b.Do(new StartDomain(machine.Id));
        await Noticed("killed", () => Kill(machine.Id), d => d is { State: DomainState.Shutdown, StateDetail: "crashed" or "failed" });
        await Noticed("removed", () => domain.Undefine(), d => !d.IsKnown);
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(machine.Id))).State);

        // as virsh edit does
        void Edit(int mib)
        {
            var xml = XElement.Parse(domain.GetXMLDesc(DomainXMLFlags.Inactive));
            foreach (var memory in (string[])["memory", "currentMemory"]) xml.Element(memory)!.Value = $"{mib * 1024}";
            virsh.DomainDefineXML(xml.ToString()).Dispose();
        }

        async Task Noticed(string what, Action act, Func<DomainRow, bool> fits)
        {
            act();
            var began = Stopwatch.GetTimestamp();
            await _b.Until(async s => (await DomainsTable.Get(s, machine.Id))!, fits);
            output.WriteLine($"{what}: noticed after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s");
        }
    }

    [Fact]
    public async Task AMachineOfVirtManagerIsAdoptedWhileItRunsAndOneWithWhatBrokerHasNoWordsForIsNot()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_libvirt.Shares, $"foreign-{Guid.NewGuid().ToString("N")[..8]}"));
        var disk = Path.Combine(folder.FullName, "theirs.img");
        await Programs.Run("qemu-img", "convert", "-O", "raw", await GuestImage.Tiny, disk);
        var (id, name) = (Guid.NewGuid(), $"theirs-{Guid.NewGuid().ToString("N")[..8]}");
        using var virsh = Connect.Open(_libvirt.Uri);
        var theirs = Theirs(id, name, disk);
        theirs.Add(new XElement("metadata", new XElement(XName.Get("note", "urn:theirs"), "for the exam")));
        using var domain = virsh.DomainDefineXML(theirs.ToString());
        domain.Create();
        _made.Add(id);
        var emulator = Path.Combine(folder.FullName, "qemu");
        File.CreateSymbolicLink(emulator, XElement.Parse(virsh.GetDomainCapabilities(null, "x86_64", "q35", "qemu")).Element("path")!.Value);
        using var strange = virsh.DomainDefineXML(Theirs(Guid.NewGuid(), name + "-tpm", disk,
            new XElement("emulator", emulator),
            new XElement("hostdev", new XAttribute("mode", "subsystem"), new XAttribute("type", "usb"), new XElement("source", new XElement("vendor", new XAttribute("id", "0x1234")), new XElement("product", new XAttribute("id", "0xabcd"))))).ToString());
        try
        {
            await _b.Ask(new DiscoverDomains("host"));
            var found = (await _b.Db.Read(async s => await UnknownDomainsTable.Of(s, (await NodesTable.All(s))[0].Id))).ToDictionary(u => u.Id);
            Assert.Contains(found[strange.GetUUID()].Obstacles, o => o.Contains("hostdev", StringComparison.Ordinal));
            Assert.Contains(found[strange.GetUUID()].Changes, c => c.Contains(emulator, StringComparison.Ordinal));
            Assert.Empty(found[id].Obstacles);
            Assert.Contains(found[id].Changes, c => c.Contains("metadata", StringComparison.Ordinal));
            Assert.DoesNotContain(found[id].Changes, c => c.Contains("qemu-system", StringComparison.Ordinal));
            Assert.Contains(found[id].Changes, c => c.Contains("spice", StringComparison.Ordinal));
            Assert.Contains(found[id].Changes, c => c.Contains("tablet", StringComparison.Ordinal));
            Assert.Contains(found[id].Changes, c => c.Contains("watchdog", StringComparison.Ordinal) || c.Contains("panic", StringComparison.Ordinal));

            var adopted = await _b.Do(new AdoptDomain("host", $"{id}", AcceptChanges: true));
            Assert.Equal((id, DomainState.Active, true), (adopted.Id, adopted.State, adopted.NeedsRestart));
            Assert.True(domain.IsActive());
            await _b.Ask(new ForceShutdownDomain(id));
            var started = await _b.Do(new StartDomain(id));
            Assert.False(started.NeedsRestart);
            Assert.True(File.Exists(Path.Combine(_b.Settings.DisplayFolder, $"{id:N}.sock")));
            var xml = XElement.Parse(domain.GetXMLDesc());
            Assert.Equal(("ich9", "sata", "raw", "e1000e"), ((string?)xml.Element("devices")!.Element("sound")!.Attribute("model"), (string?)xml.Element("devices")!.Element("disk")!.Element("target")!.Attribute("bus"),
                (string?)xml.Element("devices")!.Element("disk")!.Element("driver")!.Attribute("type"), (string?)xml.Element("devices")!.Element("interface")!.Element("model")!.Attribute("type")));

            await _b.Ask(new ForceShutdownDomain(id));
            var copy = await _b.Do(new CopyDomain(id));
            _made.Add(copy.Id);
            Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(copy.Id))).State);
            await _b.Ask(new RemoveDomain(id));
            Assert.True(File.Exists(disk));
            Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(copy.Id))).State);
        }
        finally
        {
            strange.Undefine();
            folder.Delete(recursive: true);
        }
    }

    private static XElement Theirs(Guid id, string name, string disk, params XElement[] more)
    {
        var xml = XElement.Parse($"""
            <domain type='qemu'>
              <name>{name}</name><uuid>{id}</uuid><memory unit='MiB'>128</memory><vcpu>1</vcpu>
              <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>
              <features><acpi/><apic/></features>
              <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>Nehalem</model></cpu>
              <devices>
                <disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='{disk}'/><target dev='sda' bus='sata'/></disk>
                <disk type='file' device='cdrom'><target dev='sdb' bus='sata'/><readonly/></disk>
                <interface type='network'><source network='default'/><model type='e1000e'/></interface>
                <graphics type='spice' autoport='yes'/><video><model type='vga'/></video><sound model='ich9'/>
                <input type='tablet' bus='usb'/><panic model='isa'/><memballoon model='virtio'/>
              </devices>
            </domain>
            """);
        xml.Element("devices")!.Add(more);
        return xml;
    }

    // QEMU itself, as the kernel does when there is no memory left
    private static void Kill(Guid id)
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (process.ProcessName.StartsWith("qemu-system", StringComparison.Ordinal) && File.ReadAllText($"/proc/{process.Id}/cmdline").Contains(id.ToString("D"), StringComparison.Ordinal)) process.Kill();
            }
        }
    }
}
