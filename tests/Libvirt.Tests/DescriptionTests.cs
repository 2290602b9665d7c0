using System.Net;
using System.Xml.Linq;

namespace Libvirt.Tests;

public class DescriptionTests
{
    public static DomainDescription Domain(string type) => new()
    {
        Type = type,
        Name = $"d-{Guid.NewGuid():N}",
        UUID = Guid.NewGuid(),
        Metadata = [new(XNamespace.Get("urn:test:1") + "note", "a & b")],
        MemoryKib = 65536,
        Vcpus = 2,
        Boot = ["hd", "network"],
        Features = ["acpi"],
        Clock = new("clock", new XAttribute("offset", "localtime")),
        OnPoweroff = "destroy",
        OnReboot = "restart",
        OnCrash = "destroy",
        Devices =
        [
            new DiskDescription
            {
                Source = "/nowhere/<disk>.qcow2",
                Target = "vda",
                Bus = "virtio",
                Cache = "none",
                Discard = "unmap",
                Backing = ["/nowhere/base.qcow2", "/dev/base"],
            },
            new DiskDescription { Device = "cdrom", Format = "raw", Target = "hdc", ReadOnly = true },
            new DiskDescription { Source = "/dev/nowhere", Format = "raw", Target = "vdb", More = [new XElement("serial", "0815")] },
            new InterfaceDescription { Network = "default", Mac = "52:54:00:00:00:01" },
            new InterfaceDescription { Bridge = "br0", Model = "e1000e" },
            new GraphicsDescription { Address = "127.0.0.1" },
            new XElement("video", new XElement("model", new XAttribute("type", "vga"))),
        ],
        More = [new XElement("description", "from a test")],
    };

    public static NetworkDescription Network() => new()
    {
        Name = $"n-{Guid.NewGuid():N}"[..12],
        UUID = Guid.NewGuid(),
        Forward = "nat",
        Bridge = $"b{Guid.NewGuid():N}"[..12],
        Domain = "guests.example",
        Addresses =
        [
            new()
            {
                Address = new([10, 98, 7, 1]),
                Prefix = 24,
                Dhcp = (new([10, 98, 7, 2]), new([10, 98, 7, 99])),
                Hosts = [("52:54:00:00:00:01", new([10, 98, 7, 100]))],
            },
            new() { Address = IPAddress.Parse("fd00:7::1"), Prefix = 64 },
        ],
    };

    public static VolumeDescription Volume() => new()
    {
        Name = $"{Guid.NewGuid():N}.qcow2",
        Capacity = 1 << 20,
        Allocation = 0,
        Format = "qcow2",
    };

    [Fact]
    public void TheTestDriverTakesADomain()
    {
        using var connect = Connect.Open("test:///default");
        var description = Domain("test");
        using var domain = connect.DomainDefineXML(description.ToString());
        var written = XElement.Parse(domain.GetXMLDesc());
        Assert.Equal(description.UUID, domain.GetUUID());
        Assert.Equal("a & b", written.Element("metadata")!.Value);
        Assert.Equal("from a test", (string?)written.Element("description"));
        Assert.Equal(65536, (int)written.Element("memory")!);
        Assert.Equal(2, (int)written.Element("vcpu")!);
        Assert.Equal(["hd", "network"], written.Element("os")!.Elements("boot").Select(b => (string?)b.Attribute("dev")));
        var disks = written.Element("devices")!.Elements("disk").ToList();
        Assert.Equal(["/nowhere/<disk>.qcow2", null, null], disks.Select(d => (string?)d.Element("source")?.Attribute("file")));
        Assert.Equal("/dev/base", (string?)disks[0].Descendants("backingStore").ElementAt(1).Element("source")!.Attribute("dev"));
        Assert.Empty(disks[0].Descendants("backingStore").ElementAt(2).Elements());
        Assert.Equal("0815", (string?)disks.Single(d => (string?)d.Element("target")!.Attribute("dev") == "vdb").Element("serial"));
        domain.Undefine();
    }

    [Fact]
    public void TheTestDriverTakesANetwork()
    {
        using var connect = Connect.Open("test:///default");
        using var network = connect.NetworkDefineXML(Network().ToString());
        var written = XElement.Parse(network.GetXMLDesc());
        Assert.Equal(["10.98.7.1", "fd00:7::1"], written.Elements("ip").Select(ip => (string?)ip.Attribute("address")));
        Assert.Equal("10.98.7.100", (string?)written.Descendants("host").Single().Attribute("ip"));
        network.Undefine();
    }

    [Fact]
    public void TheTestDriverTakesAVolumeAndOneAboveIt()
    {
        using var connect = Connect.Open("test:///default");
        using var pool = connect.LookupStoragePoolByName("default-pool");
        var description = Volume();
        using var below = pool.StorageVolCreateXML(description.ToString());
        var path = below.GetPath();
        var overlay = new VolumeDescription { Name = $"{Guid.NewGuid():N}", Capacity = 1 << 20, Format = "qcow2", Backing = (path, "qcow2") };
        using var above = pool.StorageVolCreateXML(overlay.ToString());
        Assert.Equal(path, (string?)XElement.Parse(above.GetXMLDesc()).Element("backingStore")!.Element("path"));
        Assert.Equal(description.Name, below.GetName());
        above.Delete();
        below.Delete();
    }

    [Fact]
    public void WhatContradictsItselfIsNotWritten()
    {
        Description[] contradictions =
        [
            new InterfaceDescription(),
            new InterfaceDescription { Network = "n", Bridge = "b" },
            new InterfaceDescription { Network = "n", Nat = true },
            new InterfaceDescription { Bridge = "b", Nat = true },
            new GraphicsDescription { Socket = "/s", Address = "::1" },
            new GraphicsDescription { Socket = "/s", Port = 5900 },
        ];
        Assert.All(contradictions, c => Assert.Contains("set", Assert.Throws<InvalidOperationException>(() => c.ToXml()).Message));
    }
}

/// <summary>The same against libvirt's own schemas.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class QemuDescriptionTests(Qemu qemu)
{
    [Fact]
    public void WhatIsWrittenKeepsToLibvirtsSchemas()
    {
        using var domain = qemu.Connect.DomainDefineXML(DescriptionTests.Domain(qemu.Daemon.DomainType).ToString(), DomainDefineFlags.Validate);
        domain.Undefine();
        using var handedOut = qemu.Connect.DomainDefineXML(new DomainDescription
        {
            Type = qemu.Daemon.DomainType,
            Name = $"g-{Guid.NewGuid():N}",
            MemoryKib = 65536,
            Arch = "x86_64",
            Machine = "q35",
            Devices =
            [
                new GraphicsDescription(),
                new GraphicsDescription { Type = "spice", Socket = "/nowhere/s" },
                new DiskDescription { Source = "/d", Target = "vda", Backing = [] },
            ],
        }.ToString(), DomainDefineFlags.Validate);
        handedOut.Undefine();
        using var network = qemu.Connect.NetworkDefineXML(DescriptionTests.Network().ToString(), NetworkDefineFlags.Validate);
        network.Undefine();
        using var pool = qemu.Connect.StoragePoolDefineXML(
            $"<pool type='dir'><name>p-{Guid.NewGuid():N}</name><target><path>{qemu.Folder}</path></target></pool>");
        pool.Create();
        using var volume = pool.StorageVolCreateXML(DescriptionTests.Volume().ToString());
        Assert.Equal(DescriptionTests.Volume().Capacity, volume.GetInfo().Capacity);
        volume.Delete();
        pool.Destroy();
        pool.Undefine();
    }
}
