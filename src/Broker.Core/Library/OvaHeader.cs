namespace Broker.Core.Library;

/// <summary>A machine exported into one file, as VirtualBox and VMware hand them out: a tar archive of a description (.ovf) and its disk.</summary>
internal static class OvaHeader
{
    private const string Format = "ova";

    public static bool IsOne(ReadOnlySpan<byte> start) => TarMember.IsOne(start);

    public static ImageHeader Read(ReadOnlySpan<byte> start, long sizeBytes)
    {
        try
        {
            var first = TarMember.Read(start[..TarMember.BlockBytes]);
            if (!first.Name.EndsWith(".ovf", StringComparison.OrdinalIgnoreCase))
                throw new InvalidDataException("It is an archive, but not that of a machine: its first file is not a description (.ovf).");
            if (first.SizeBytes > ImageHeader.Length - TarMember.BlockBytes)
                throw new InvalidDataException($"Its description is larger than {ImageHeader.Length >> 10} KiB. Take the disk out with 'tar -xf' and import that.");
            if (!ImageHeader.LiesWithin(TarMember.BlockBytes, (ulong)first.SizeBytes, Math.Min(start.Length, sizeBytes)))
                throw new InvalidDataException("It is a damaged archive: it ends within its description.");
            return ImageHeader.Judged(Format, (ulong)OvfDescription.Read(start.Slice(TarMember.BlockBytes, (int)first.SizeBytes).ToArray()).CapacityBytes);
        }
        catch (InvalidDataException e)
        {
            return ImageHeader.Refused(Format, e.Message);
        }
    }
}
