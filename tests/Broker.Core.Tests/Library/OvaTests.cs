using System.Text;
using Broker.Core.Library;
using Broker.Testing;

namespace Broker.Core.Tests.Library;

/// <summary>Machines in one file, judged by their start.</summary>
public sealed class OvaTests
{
    private const long Capacity = 64 << 20;

    private static readonly byte[] Disk = new byte[512];

    [Fact]
    public void A_machine_is_taken_with_the_size_of_its_disk() => Assert.Equal(new("ova", Capacity, null), Read(Ova.Machine(Disk, Capacity)));

    [Theory]
    // the namespaces of 0.9 and 2.0
    [InlineData("http://schemas.dmtf.org/ovf/envelope/1", "http://www.vmware.com/schema/ovf/1/envelope")]
    [InlineData("http://schemas.dmtf.org/ovf/envelope/1", "http://schemas.dmtf.org/ovf/envelope/2")]
    [InlineData("DiskSection>", "Section>")]
    [InlineData("67108864", "65536\" ovf:capacityAllocationUnits=\"byte * 2^10")]
    [InlineData("67108864", "64\" ovf:capacityAllocationUnits=\"byte*2^20")]
    [InlineData("67108864", "67108864\" ovf:capacityAllocationUnits=\"byte")]
    [InlineData("ovf:href=\"disk.vmdk\"", "ovf:href=\"disk.vmdk\" ovf:size=\"512\" ovf:compression=\"identity\"")]
    [InlineData("<File ", "<File ovf:id=\"file2\" ovf:href=\"cd.iso\"/><File ")]
    [InlineData("<Disk ", "<Disk ovf:capacity=\"1\" ovf:fileRef=\"cd\" ovf:format=\"http://www.ecma-international.org/publications/standards/Ecma-119.htm\"/><Disk ")]
    [InlineData("<VirtualSystem ", "<other:x xmlns:other=\"urn:x\"><other:Disk/></other:x><VirtualSystem ")]
    public void What_exporters_write_in_other_ways_is_understood(string usual, string other) => Assert.Equal(new("ova", Capacity, null), Read(Described(usual, other)));

    [Theory]
    [InlineData("<?xml version=\"1.0\"?>", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "proper XML")]
    [InlineData("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"no-such\"?>", "proper XML")]
    [InlineData("</References>", "", "proper XML")]
    [InlineData("A virtual machine", "&undefined;", "proper XML")]
    [InlineData("Envelope", "Machine", "not that of a machine")]
    [InlineData("<Disk ", "<Disc ", "no hard disk")]
    [InlineData("<Disk ", "<Disk ovf:fileRef=\"file1\"/><Disk ovf:fileRef=\"file9\"/><Disk ", "3 hard disks (disk.vmdk, an empty one, disk.vmdk)")]
    [InlineData("<Disk ", "<Disk/><Disk/><Disk/><Disk/><Disk ", "5 hard disks (an empty one, an empty one, an empty one, an empty one, …)")]
    [InlineData("ovf:fileRef=\"file1\"", "ovf:fileRef=\"file1\" ovf:parentRef=\"vmdisk0\"", "snapshot")]
    [InlineData("ovf:fileRef=\"file1\"", "", "empty one")]
    [InlineData("ovf:fileRef=\"file1\"", "ovf:fileRef=\"file2\"", "where its disk lies")]
    [InlineData("<File ", "<File ovf:id=\"file1\" ovf:href=\"other.vmdk\"/><File ", "the same id")]
    [InlineData("<File ", "<File ovf:compression=\"gzip\" ", "packed")]
    [InlineData("<File ", "<File ovf:chunkSize=\"1000\" ", "several files")]
    [InlineData("<File ", "<File ovf:size=\"-1\" ", "no number")]
    [InlineData("vmdk.html#streamOptimized", "qcow-image-format.html", "not a vmdk")]
    [InlineData("disk.vmdk", "/etc/shadow", "elsewhere")]
    [InlineData("disk.vmdk", "../disk.vmdk", "elsewhere")]
    [InlineData("disk.vmdk", "http://example.org/disk.vmdk", "elsewhere")]
    [InlineData("disk.vmdk", "", "elsewhere")]
    [InlineData("\"67108864\"", "\"${size}\"", "no number")]
    [InlineData("\"67108864\"", "\"99999999999999999999\"", "no number")]
    [InlineData("ovf:capacity=\"67108864\"", "", "how big")]
    [InlineData("67108864", "0", "empty")]
    [InlineData("67108864", "9000000000000000000", "GiB")]
    [InlineData("67108864", "64\" ovf:capacityAllocationUnits=\"byte * 2^99", "GiB")]
    [InlineData("67108864", "64\" ovf:capacityAllocationUnits=\"byte * 2^62", "GiB")]
    [InlineData("67108864", "64\" ovf:capacityAllocationUnits=\"MegaBytes", "unit")]
    public void A_description_that_leads_astray_is_refused_with_the_reason(string usual, string other, string reason) => Refuses(Described(usual, other), reason);

    [Theory]
    [InlineData('1', "plain file")]
    [InlineData('2', "plain file")]
    [InlineData('5', "plain file")]
    [InlineData('S', "plain file")]
    [InlineData('x', "--format=ustar")]
    [InlineData('g', "--format=ustar")]
    [InlineData('L', "--format=ustar")]
    [InlineData('K', "--format=ustar")]
    public void What_is_no_plain_file_is_refused(char kind, string reason) => Refuses(Ova.Header("machine.ovf", 0, kind), reason);

    [Theory]
    [InlineData("../machine.ovf")]
    [InlineData("/machine.ovf")]
    [InlineData("a\\machine.ovf")]
    [InlineData("a\nmachine.ovf")]
    [InlineData("..")]
    [InlineData("")]
    public void A_name_that_leads_elsewhere_is_refused(string name) => Refuses(Ova.Header(name, 0), "not a plain one");

    [Fact]
    public void A_name_in_two_parts_or_of_no_known_letters_is_refused()
    {
        Refuses(Ova.Header("machine.ovf", 0, change: block => block[345] = (byte)'a'), "not a plain one");
        Refuses(Ova.Header("machine.ovf", 0, change: block => block[0] = 0xFF), "not a plain one");
    }

    [Fact]
    public void What_does_not_begin_with_a_description_is_refused()
    {
        Refuses(Ova.Pack(("disk.vmdk", Disk), ("machine.ovf", Encoding.UTF8.GetBytes(Ova.Description(Capacity)))), "not a description");
        Refuses(Ova.Header("machine.ovf", ImageHeader.Length), "larger than");
        Refuses(Ova.Header("machine.ovf", 1000), "ends within");
    }

    [Theory]
    [InlineData(148, (byte)'7', "damaged archive")]
    [InlineData(150, (byte)'x', "damaged archive")]
    public void A_header_with_a_wrong_sum_is_refused(int at, byte value, string reason)
    {
        var machine = Ova.Machine(Disk, Capacity);
        machine[at] = value;
        Refuses(machine, reason);
    }

    [Theory]
    [InlineData("00000x00000\0")]
    [InlineData("            ")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("00000000-01\0")]
    public void A_size_that_can_not_be_is_refused(string size) =>
        Refuses(Ova.Header("machine.ovf", 0, change: block => Encoding.ASCII.GetBytes(size).CopyTo(block, 124)), "a number");

    [Fact]
    public void A_size_above_8_GiB_is_a_binary_number()
    {
        var block = Ova.Header("disk.vmdk", 0, change: block =>
        {
            block.AsSpan(124, 12).Clear();
            (block[124], block[131]) = (0x80, 2);
        });
        Assert.Equal(new("disk.vmdk", 2L << 32), TarMember.Read(block));

        foreach (var (at, value) in ((int, byte)[])[(124, 0xFF), (125, 1), (128, 0x80)])
        {
            var bad = Ova.Header("disk.vmdk", 0, change: b =>
            {
                b.AsSpan(124, 12).Clear();
                b[124] = 0x80;
                b[at] = value;
            });
            Assert.Contains("size can't be", Assert.Throws<InvalidDataException>(() => TarMember.Read(bad)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Sums_are_read_as_VirtualBox_and_VMware_write_them()
    {
        var sums = OvaManifest.Read(Encoding.UTF8.GetBytes(
            $"SHA1 (a (1).ovf) = {new string('A', 40)}\r\nSHA256(disk.vmdk)= {new string('b', 64)}\n\nSHA512(x)= {new string('c', 128)}\n"));
        Assert.Equal([("a (1).ovf", "SHA1"), ("disk.vmdk", "SHA256"), ("x", "SHA512")], sums.Select(s => (s.Key, s.Value.Kind.Name)));
        Assert.True(sums["disk.vmdk"].Is([.. Enumerable.Repeat((byte)0xBB, 32)]));
        Assert.False(sums["disk.vmdk"].Is(new byte[32]));
        Assert.Empty(OvaManifest.Read([]));
    }

    [Theory]
    [InlineData("MD5(a)= 00000000000000000000000000000000")]
    [InlineData("SHA1(a)= 00")]
    [InlineData("SHA256(a)= 0000000000000000000000000000000000000000")]
    [InlineData("SHA1(a)= 0000000000000000000000000000000000000000\nSHA1(a)= 0000000000000000000000000000000000000001")]
    [InlineData("nonsense")]
    public void A_manifest_that_can_not_be_read_is_refused(string manifest) =>
        Assert.Contains("manifest", Assert.Throws<InvalidDataException>(() => OvaManifest.Read(Encoding.UTF8.GetBytes(manifest))).Message, StringComparison.Ordinal);

    private static byte[] Described(string usual, string other)
    {
        var description = Ova.Description(Capacity);
        Assert.Contains(usual, description, StringComparison.Ordinal);
        return Ova.Pack(("machine.ovf", Encoding.UTF8.GetBytes(description.Replace(usual, other, StringComparison.Ordinal))), ("disk.vmdk", Disk));
    }

    private static void Refuses(byte[] machine, string reason)
    {
        var header = Read(machine);
        Assert.Equal(("ova", 0), (header.Format, header.CapacityBytes));
        Assert.Contains(reason, header.Problem, StringComparison.Ordinal);
    }

    private static ImageHeader Read(byte[] machine) => ImageHeader.Read(machine.AsSpan(0, Math.Min(machine.Length, ImageHeader.Length)), machine.Length);
}
