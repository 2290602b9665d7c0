using System.Xml.Linq;

namespace Libvirt.Tests;

/// <summary>
/// What the descriptions write for libvirt's VirtualBox driver. Here are no such driver and no VirtualBox, but the example of its page, and the schema.
/// </summary>
public sealed class VirtualBoxDescriptionTests
{
    private static readonly string Example = Path.Combine(Source.Tests, "vbox-example.xml");

    private static readonly DomainDescription AsInTheExample = new()
    {
        Type = "vbox",
        Name = "vbox",
        UUID = Guid.Parse("4dab22b3-1d52-d8f3-2516-782e98ab3fa0"),
        MemoryKib = 654321,
        Boot = ["cdrom", "hd", "fd", "network"],
        Features = ["pae", "acpi", "apic"],
        Devices =
        [
            new DiskDescription { Device = "cdrom", Source = "/home/user/Downloads/slax-6.0.9.iso", Format = null, Target = "hdc", ReadOnly = true },
            new DiskDescription { Source = "/home/user/tmp/vbox.vdi", Format = null, Target = "hdd" },
            new DiskDescription { Device = "floppy", Source = "/home/user/tmp/WIN98C.IMG", Format = null, Target = "fda" },
            new FilesystemDescription { Source = "/home/user/stuff", Target = "my-shared-folder" },
            new InterfaceDescription { Bridge = "eth0", Mac = "00:16:3e:5d:c7:9e", Model = "am79c973" },
            new InterfaceDescription { Nat = true, Mac = "56:16:3e:5d:c7:9e", Model = "82540eM" },
            new SoundDescription { Model = "sb16" },
            new PortDescription { Device = "parallel", Type = "dev", Path = "/dev/pts/1", Port = 0 },
            new PortDescription { Device = "parallel", Type = "dev", Path = "/dev/pts/2", Port = 1 },
            new PortDescription { Type = "dev", Path = "/dev/ttyS0", Port = 0 },
            new PortDescription { Type = "pipe", Path = "/tmp/serial.txt", Port = 1 },
            new UsbDescription { Vendor = 0x1234, Product = 0xbeef },
            new UsbDescription { Vendor = 0x4321, Product = 0xfeeb },
        ],
    };

    // What a desktop would be today: what the example doesn't have.
    private static readonly DomainDescription Desktop = new()
    {
        Type = "vbox",
        Name = "desktop",
        MemoryKib = 2 * 1024 * 1024,
        Vcpus = 2,
        Boot = ["hd"],
        Features = ["acpi", "apic"],
        Devices =
        [
            new DiskDescription { Source = "/machines/desktop.vdi", Format = null, Target = "sda", Bus = "sata" },
            new DiskDescription { Device = "cdrom", Format = null, Target = "hdc", Bus = "ide", ReadOnly = true },
            new DiskDescription { Device = "floppy", Format = null, Target = "fda", Bus = "fdc" },
            new FilesystemDescription { Source = "/home/user/<stuff>", Target = "stuff", ReadOnly = true },
            new InterfaceDescription { Nat = true, Model = "82540EM" },
            new GraphicsDescription { Type = "rdp", Address = "127.0.0.1", Port = 5901, MultiUser = true },
            new GraphicsDescription { Type = "rdp", Address = "::1" },
            new PortDescription(),
        ],
    };

    [Fact]
    public void TheExampleOfTheDriversPageCanBeSaid() =>
        Assert.Equal(Meaning(XElement.Load(Example)).ToString(), Meaning(AsInTheExample.ToXml()).ToString());

    // else the test above would hold of anything
    [Fact]
    public void AnotherValueIsAnotherMeaning()
    {
        var text = AsInTheExample.ToString();
        foreach (var value in (string[])["cdrom", "0xfeeb", "654321", "/dev/pts/2"])
        {
            var changed = XElement.Parse(text.Replace(value, "x", StringComparison.Ordinal));
            Assert.NotEqual(Meaning(XElement.Parse(text)).ToString(), Meaning(changed).ToString());
        }
    }

    [Fact]
    public void WhatIsWrittenKeepsToLibvirtsSchema()
    {
        Validate(AsInTheExample);
        Validate(Desktop);
        Programs.Run("virt-xml-validate", Example, "domain");
    }

    [Fact]
    public void TheSchemaRefusesWhatIsWrong() =>
        Assert.Contains("failed to validate", Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>
            Validate(new() { Type = "vbox", Name = "wrong", MemoryKib = 1, Boot = ["usb"] })).Message);

    [Fact]
    public void WithoutAFormatADiskNamesNoDriver()
    {
        Assert.Null(new DiskDescription { Source = "/d", Format = null, Target = "sda" }.ToXml().Element("driver"));
        Assert.Contains("set it", Assert.Throws<InvalidOperationException>(() =>
            new DiskDescription { Source = "/d", Format = null, Target = "sda", Backing = ["/below"] }.ToXml()).Message);
    }

    /// <summary>Holds it to libvirt's schema.</summary>
    internal static void Validate(DomainDescription description)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, description.ToString());
            Programs.Run("virt-xml-validate", file, "domain");
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// The same for documents that say the same to libvirt: elements of different names in any order (what repeats keeps its own), units that are the default,
    /// UUIDs with or without hyphens.
    /// </summary>
    private static XElement Meaning(XElement element) => new(element.Name,
        element.Attributes().Where(a => !(element.Name == "memory" && a.Name == "unit" && a.Value == "KiB"))
            .OrderBy(a => a.Name.ToString(), StringComparer.Ordinal),
        element.HasElements ? element.Elements().Select(Meaning).OrderBy(e => e.Name.ToString(), StringComparer.Ordinal)
            : element.Name == "uuid" ? Guid.Parse(element.Value).ToString("D")
            : element.Value.Trim());
}
