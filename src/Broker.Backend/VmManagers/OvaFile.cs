using System.Security.Cryptography;
using Broker.Core.Library;

namespace Broker.Backend.VmManagers;

/// <summary>An .ova: a machine's description, its disk and perhaps more, one behind the other. All of it is gone through, nothing is unpacked.</summary>
internal static class OvaFile
{
    private const int MostMembers = 100;

    /// <summary>Finds the disk. Its own header has to go with the description.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="header">What its start says; nothing speaks against it.</param>
    public static LibraryDisk FindDisk(FilePart archive, ImageHeader header)
    {
        try
        {
            var members = Members(archive);
            var first = members[0].Bytes.Read(0, ImageHeader.Length);
            var description = OvfDescription.Read(first);
            var sums = Sums(members);
            if (sums.GetValueOrDefault(members[0].Name) is { } sum && !sum.Is(CryptographicOperations.HashData(sum.Kind, first)))
                throw new InvalidDataException("It is damaged: its description does not have the sum that its manifest (.mf) says. Copy or export it again.");

            var disk = members.Find(m => description.IsDisk(m.Name)) ?? throw new InvalidDataException("Its description names a disk that is not in it.");
            if (description.DiskBytes is { } bytes && bytes != disk.Bytes.Length)
                throw new InvalidDataException("Its disk is not as large as its description says.");
            var image = disk.Bytes.ReadHeader();
            if (image.Format != "vmdk") throw new InvalidDataException("Its disk is not the vmdk image that its description promises.");
            if (image.Problem is not null) throw new InvalidDataException($"Its disk can't be used. {image.Problem}");
            if (image.CapacityBytes != header.CapacityBytes)
                throw new InvalidDataException($"Its description says that its disk has {header.CapacityBytes} bytes, and it has {image.CapacityBytes}.");
            return new(header, image, disk.Bytes, sums.GetValueOrDefault(disk.Name));
        }
        catch (InvalidDataException e)
        {
            var refused = header with { CapacityBytes = 0, Problem = e.Message };
            return new(refused, refused, archive, null);
        }
    }

    private static List<Member> Members(FilePart archive)
    {
        var members = new List<Member>();
        long at = 0;
        // VirtualBox writes nothing behind the last one, others write blocks of zeros
        while (at < archive.Length)
        {
            var block = archive.Read(at, TarMember.BlockBytes);
            if (block.Length < TarMember.BlockBytes) throw new InvalidDataException("It is a damaged archive: it ends too early.");
            if (TarMember.IsEnd(block)) break;
            var member = TarMember.Read(block);
            at += TarMember.BlockBytes;
            if (member.SizeBytes > archive.Length - at) throw new InvalidDataException($"It is a damaged archive: '{member.Name}' is not there to its end.");
            if (members.Exists(m => m.Name == member.Name)) throw new InvalidDataException($"It is an archive with two files '{member.Name}'.");
            if (members.Count == MostMembers) throw new InvalidDataException($"It is an archive with more than {MostMembers} files.");
            members.Add(new(member.Name, new(archive.File, archive.Offset + at, member.SizeBytes)));
            at += (member.SizeBytes + TarMember.BlockBytes - 1) / TarMember.BlockBytes * TarMember.BlockBytes;
        }

        // it may have changed since its start was judged
        return members.Count > 0 ? members : throw new InvalidDataException("It is an empty archive.");
    }

    private static IReadOnlyDictionary<string, Checksum> Sums(List<Member> members)
    {
        switch (members.FindAll(m => m.Name.EndsWith(".mf", StringComparison.OrdinalIgnoreCase)))
        {
            case []:
                return new Dictionary<string, Checksum>();
            case [var manifest] when manifest.Bytes.Length <= OvaManifest.MostBytes:
                return OvaManifest.Read(manifest.Bytes.Read(0, OvaManifest.MostBytes));
            default:
                throw new InvalidDataException("It has several manifests (.mf) or one that is too large.");
        }
    }

    private sealed record Member(string Name, FilePart Bytes);
}
