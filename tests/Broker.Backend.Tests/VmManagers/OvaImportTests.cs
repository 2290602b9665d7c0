using System.Text;
using Broker.Backend.VmManagers;
using Broker.Core.Library;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What becomes of exported machines, and of those that somebody has tampered with.</summary>
public sealed class OvaImportTests : Qcow2Tests
{
    private const int Capacity = 8 << 20;

    [Theory]
    [InlineData("streamOptimized")]
    [InlineData("monolithicSparse")]
    public async Task A_machine_comes_out_as_a_qcow2_with_the_content_of_its_disk(string subformat)
    {
        await Put(Ova.Machine(await Disk(subformat), Capacity));
        var listed = Assert.Single(_disks.Library());
        Assert.Equal(("ova", Capacity, null), (listed.Format, listed.CapacityBytes, listed.Problem));
        var target = _disks.PathOf(Guid.NewGuid());

        Assert.Equal(Capacity, Import(target));

        await Programs.Run("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", Raw, target);
        Assert.Equal([target], Directory.GetFiles(_settings.PoolFolder));
    }

    [Fact]
    public async Task What_tar_packs_is_taken_too()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "disk.vmdk"), await Disk());
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "machine.ovf"), Ova.Description(Capacity));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "machine.cert"), "who signed it is not our business");
        await Programs.Run("tar", "-C", _folder.FullName, "-cf", InLibrary("machine.ova"), "machine.ovf", "machine.cert", "disk.vmdk");
        var target = _disks.PathOf(Guid.NewGuid());

        Import(target);

        await Programs.Run("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", Raw, target);
    }

    [Theory]
    [InlineData("disk.vmdk")]
    [InlineData("machine.ovf")]
    public async Task What_does_not_have_its_sum_is_refused(string which)
    {
        var disk = await Disk();
        var description = Description();
        var wrong = Encoding.UTF8.GetBytes(Ova.Manifest(
            ("machine.ovf", which == "machine.ovf" ? disk : description), ("disk.vmdk", which == "disk.vmdk" ? description : disk)));
        await Put(Ova.Pack(("machine.ovf", description), ("disk.vmdk", disk), ("machine.mf", wrong)));

        Assert.Contains("sum", Refused(), StringComparison.Ordinal);
    }

    // VirtualBox leaves CDs out of the manifest, and writes an empty one for a machine with letters that are not in ASCII.
    [Theory]
    [InlineData("")]
    [InlineData("SHA256(cd.iso)= 0000000000000000000000000000000000000000000000000000000000000000\n")]
    public async Task What_no_manifest_speaks_of_is_taken(string manifest)
    {
        await Put(Ova.Pack(("machine.ovf", Description()), ("machine.mf", Encoding.ASCII.GetBytes(manifest)), ("disk.vmdk", await Disk())));
        Import(_disks.PathOf(Guid.NewGuid()));
    }

    [Theory]
    [InlineData("a my%20disk.vmdk", "a my disk.vmdk")]
    [InlineData("a 100%25.vmdk", "a 100%25.vmdk")]
    [InlineData("física&amp;&lt;x&gt;.vmdk", "física&<x>.vmdk")]
    public async Task A_disk_is_found_by_its_name_as_it_is_and_as_in_an_address(string address, string name)
    {
        await Put(Ova.Pack(("machine.ovf", Description("disk.vmdk", address)), (name, await Disk())));
        Import(_disks.PathOf(Guid.NewGuid()));
    }

    [Fact]
    public async Task An_archive_that_is_not_what_it_says_is_refused()
    {
        var (description, disk) = (Description(), await Disk());
        await Refuses("not in it", ("machine.ovf", description));
        await Refuses("not in it", ("machine.ovf", description), ("disk2.vmdk", disk));
        await Refuses("two files 'disk.vmdk'", ("machine.ovf", description), ("disk.vmdk", disk), ("disk.vmdk", disk));
        await Refuses("not a description", ("disk.vmdk", disk), ("machine.ovf", description));
        await Refuses("several manifests", ("machine.ovf", description), ("disk.vmdk", disk), ("a.mf", []), ("b.mf", []));
        await Refuses("too large", ("machine.ovf", description), ("disk.vmdk", disk), ("a.mf", new byte[OvaManifest.MostBytes + 1]));
        await Refuses("manifest (.mf) has a line", ("machine.ovf", description), ("disk.vmdk", disk), ("a.mf", "SHA1"u8.ToArray()));
        await Refuses("more than 100 files", [("machine.ovf", description), .. Enumerable.Range(0, 100).Select(n => ($"{n}", Array.Empty<byte>()))]);
        await Refuses("as large as", ("machine.ovf", Description("ovf:href=", "ovf:size=\"1\" ovf:href=")), ("disk.vmdk", disk));
        await Refuses("says that its disk has 4194304 bytes, and it has 8388608", ("machine.ovf", Description($"{Capacity}", "4194304")), ("disk.vmdk", disk));
    }

    [Fact]
    public async Task A_disk_of_another_format_in_a_machine_is_refused()
    {
        await Refuses("not the vmdk image", ("machine.ovf", Description()), ("disk.vmdk", await File.ReadAllBytesAsync(await MakeRaw())));
        await Refuses("not the vmdk image", ("machine.ovf", Description()), ("disk.vmdk", Ova.Machine(await Disk(), Capacity)));
        await Refuses("not the vmdk image", ("machine.ovf", Description()), ("disk.vmdk", []));
        var image = Path.Combine(_folder.FullName, "overlay");
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", Raw, "-F", "raw", image);
        await Refuses("not the vmdk image", ("machine.ovf", Description()), ("disk.vmdk", await File.ReadAllBytesAsync(image)));
    }

    [Fact]
    public async Task A_disk_that_names_other_files_is_refused_as_by_itself()
    {
        var disk = await Disk("monolithicSparse");
        var extent = disk.AsSpan().IndexOf("RW "u8);
        Encoding.ASCII.GetBytes("RW 1 FLAT \"/etc/shadow\" 0\n\0").CopyTo(disk, extent);
        await Refuses("names other files", ("machine.ovf", Description()), ("disk.vmdk", disk));
        await Refuses("only describes", ("machine.ovf", Description()), ("disk.vmdk", "# Disk DescriptorFile\n"u8.ToArray()));
    }

    [Theory]
    [InlineData('1')]
    [InlineData('2')]
    [InlineData('L')]
    [InlineData('S')]
    [InlineData('x')]
    public async Task A_link_a_hole_or_a_renaming_anywhere_in_the_archive_is_refused(char kind)
    {
        await Put([.. Ova.Machine(await Disk(), Capacity), .. Ova.Header("more", 0, kind, block => "/etc/shadow"u8.CopyTo(block.AsSpan(157)))]);
        Assert.Contains("It is an archive with", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_claims_more_than_there_is_is_refused()
    {
        var start = Ova.Pack(("machine.ovf", Description()));
        var disk = await Disk();
        foreach (var size in (long[])[disk.Length + 1, long.MaxValue >> 31])
        {
            await Put([.. start, .. Ova.Header("disk.vmdk", size), .. disk]);
            Assert.Contains("'disk.vmdk' is not there to its end", Refused(), StringComparison.Ordinal);
        }
        await Put([.. start, .. Ova.Header("disk.vmdk", 0, change: block =>
        {
            block.AsSpan(124, 4).Clear();
            block.AsSpan(128, 8).Fill(0xFF);
            (block[124], block[128]) = (0x80, 0x7F);
        }), .. disk]);
        Assert.Contains("'disk.vmdk' is not there to its end", Refused(), StringComparison.Ordinal);
    }

    // What was exported is often handed out over a bad line.
    [Fact]
    public async Task A_machine_whose_end_is_missing_is_refused_wherever_it_ends()
    {
        var machine = Ova.Pack(("machine.ovf", Description()), ("disk.vmdk", await Disk()));
        for (var length = 1; length < machine.Length - 512; length = (length * 3) + 1)
        {
            await Put(machine[..length]);
            Assert.NotEmpty(Refused());
        }
    }

    private string Raw => Path.Combine(_folder.FullName, "raw");

    private string InLibrary(string file) => Path.Combine(_settings.LibraryFolder, file);

    private static byte[] Description(string usual = "", string other = "") =>
        Encoding.UTF8.GetBytes(usual.Length == 0 ? Ova.Description(Capacity) : Ova.Description(Capacity).Replace(usual, other, StringComparison.Ordinal));

    private Task Put(byte[] machine) => File.WriteAllBytesAsync(InLibrary("machine.ova"), machine);

    private long Import(string target) => _disks.Import("machine.ova", target, new Progress<int>(), CancellationToken.None);

    private async Task Refuses(string reason, params (string Name, byte[] Bytes)[] files)
    {
        await Put(Ova.Pack(files));
        Assert.Contains(reason, Refused(), StringComparison.Ordinal);
    }

    private string Refused()
    {
        var error = Assert.Throws<VmException>(() => Import(_disks.PathOf(Guid.NewGuid()))).Message;
        Assert.Contains("'machine.ova'", error, StringComparison.Ordinal);
        Assert.DoesNotContain(_settings.PoolFolder, error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_settings.PoolFolder));
        return error;
    }

    private async Task<string> MakeRaw()
    {
        if (File.Exists(Raw)) return Raw;
        await using var file = File.Create(Raw);
        file.SetLength(Capacity);
        file.Seek(510, SeekOrigin.Begin);
        file.Write([0x55, 0xAA]);
        var content = new byte[2 << 20];
        new Random(7).NextBytes(content);
        file.Seek(3 << 20, SeekOrigin.Begin);
        file.Write(content);
        return Raw;
    }

    private async Task<byte[]> Disk(string subformat = "streamOptimized")
    {
        var disk = Path.Combine(_folder.FullName, subformat);
        await Programs.Run("qemu-img", "convert", "-q", "-f", "raw", "-O", "vmdk", "-o", $"subformat={subformat}", await MakeRaw(), disk);
        return await File.ReadAllBytesAsync(disk);
    }
}
