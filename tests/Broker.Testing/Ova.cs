using System.Security.Cryptography;
using System.Text;

namespace Broker.Testing;

/// <summary>Machines in one file, as VirtualBox exports them: a description, a disk and the sums of both, packed by tar.</summary>
public static class Ova
{
    private const int Block = 512;

    /// <summary>A machine with one disk.</summary>
    /// <param name="disk">A vmdk image.</param>
    /// <param name="capacity">How big the description says that the guest sees it.</param>
    public static byte[] Machine(byte[] disk, long capacity)
    {
        var description = Encoding.UTF8.GetBytes(Description(capacity));
        return Pack(("machine.ovf", description), ("disk.vmdk", disk), ("machine.mf", Encoding.UTF8.GetBytes(Manifest(("machine.ovf", description), ("disk.vmdk", disk)))));
    }

    /// <summary>A description of a machine whose disk is in disk.vmdk, shortened from one of VirtualBox 7.2.</summary>
    public static string Description(long capacity) => $"""
        <?xml version="1.0"?>
        <Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
          <References>
            <File ovf:id="file1" ovf:href="disk.vmdk"/>
          </References>
          <DiskSection>
            <Info>List of the virtual disks used in the package</Info>
            <Disk ovf:capacity="{capacity}" ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized" vbox:uuid="9e3bef63-242e-4625-ab09-9bb7e7798d74"/>
          </DiskSection>
          <VirtualSystem ovf:id="machine">
            <Info>A virtual machine</Info>
          </VirtualSystem>
        </Envelope>
        """;

    /// <summary>A manifest with the SHA-1 sums of files, as VirtualBox writes it.</summary>
    public static string Manifest(params IEnumerable<(string Name, byte[] Bytes)> files) =>
        string.Concat(files.Select(f => $"SHA1 ({f.Name}) = {Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.SHA1, f.Bytes))}\n"));

    /// <summary>An archive without an end, as VirtualBox writes it.</summary>
    public static byte[] Pack(params IEnumerable<(string Name, byte[] Bytes)> files) =>
        [.. files.SelectMany(f => (byte[])[.. Header(f.Name, f.Bytes.Length), .. f.Bytes, .. new byte[(Block - (f.Bytes.Length % Block)) % Block]])];

    /// <summary>The block before a file's bytes.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="size">Its size.</param>
    /// <param name="kind">What it is: 0 for a plain file.</param>
    /// <param name="change">Does something to the block that its sum does not give away.</param>
    public static byte[] Header(string name, long size, char kind = '0', Action<byte[]>? change = null)
    {
        var block = new byte[Block];
        Encoding.UTF8.GetBytes(name).CopyTo(block, 0);
        "0100640\0"u8.CopyTo(block.AsSpan(100));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(block, 124);
        block[156] = (byte)kind;
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        change?.Invoke(block);
        return Repaired(block);
    }

    /// <summary>Gives an archive's first block the sum that it should have.</summary>
    public static byte[] Repaired(byte[] archive)
    {
        archive.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(archive.Take(Block).Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(archive, 148);
        return archive;
    }
}
