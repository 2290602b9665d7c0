using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Broker.Core.Library;
using Broker.Testing;

namespace Broker.Core.Tests.Library;

/// <summary>Headers of images that qemu-img made, as they are and with the bytes of somebody who means harm.</summary>
public sealed class ImageHeaderTests
{
    private const long Capacity = 64 << 20;

    private static readonly ConcurrentDictionary<string, Lazy<Task<byte[]>>> Made = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_CD_is_told_by_its_sign_also_when_it_boots_from_a_stick(bool isHybrid)
    {
        var cd = new byte[40 * 2048];
        "CD001"u8.CopyTo(cd.AsSpan((16 * 2048) + 1));
        if (isHybrid) (cd[510], cd[511]) = (0x55, 0xAA);

        Assert.Equal(new ImageHeader("iso", cd.Length, null), ImageHeader.Read(cd, cd.Length));
        cd[(16 * 2048) + 1] = 0;
        Assert.Equal(isHybrid ? "raw" : null, ImageHeader.Read(cd, cd.Length).Format);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("qcow2 compat=0.10")]
    [InlineData("qcow2 cluster_size=512")]
    [InlineData("qcow2 cluster_size=2M")]
    [InlineData("qcow2 extended_l2=on,cluster_size=128k")]
    [InlineData("qcow2 compression_type=zstd")]
    [InlineData("qcow2 lazy_refcounts=on,refcount_bits=1")]
    [InlineData("vmdk")]
    [InlineData("vmdk subformat=monolithicSparse,adapter_type=lsilogic")]
    [InlineData("vmdk subformat=streamOptimized")]
    [InlineData("vdi")]
    [InlineData("vdi static=on")]
    public async Task What_qemu_img_makes_is_taken_with_its_size(string kind)
    {
        var image = await Make(kind);
        Assert.Equal(new(kind.Split(' ')[0], Capacity, null), Read(image));
    }

    [Fact]
    public void A_raw_disk_is_known_by_its_boot_sector_and_has_whole_sectors()
    {
        var sector = new byte[512];
        (sector[510], sector[511]) = (0x55, 0xAA);
        Assert.Equal(new("raw", 1 << 20, null), ImageHeader.Read(sector, 1 << 20));
        Assert.NotNull(ImageHeader.Read(sector, (1 << 20) + 1).Problem);
        Assert.NotNull(ImageHeader.Read(sector.AsSpan(0, 511), 511).Problem);
    }

    [Theory]
    // the version; where a backing file's name is, and how long
    [InlineData(4, 9u, "version 9")]
    [InlineData(4, 1u, "version 1")]
    [InlineData(8, 1u, "backing file")]
    [InlineData(12, 1u, "backing file")]
    [InlineData(16, 20u, "backing file")]
    // clusters and size
    [InlineData(20, 8u, "2^8")]
    [InlineData(20, 22u, "2^22")]
    [InlineData(20, 0xFFFFFFFFu, "2^4294967295")]
    [InlineData(24, 0x7FFFFFFFu, "GiB")]
    [InlineData(24, 0xFFFFFFFFu, "damaged")]
    [InlineData(32, 1u, "encrypted")]
    [InlineData(32, 2u, "encrypted")]
    // the first table: count, place
    [InlineData(36, 0u, "too small")]
    [InlineData(36, 0x7FFFFFFFu, "entries can't be")]
    [InlineData(36, 0x400000u, "beyond its end")]
    [InlineData(40, 0xFFFFFFFFu, "beyond its end")]
    [InlineData(44, 0xFFFF0000u, "beyond its end")]
    [InlineData(44, 0x00030001u, "beyond its end")]
    // the counters: place, count
    [InlineData(48, 0x10u, "beyond its end")]
    [InlineData(52, 0u, "beyond its end")]
    [InlineData(56, 0u, "0 clusters can't be")]
    [InlineData(56, 0x10000u, "clusters can't be")]
    [InlineData(56, 0x7Fu, "beyond its end")]
    // snapshots: count
    [InlineData(60, 1u << 30, "snapshots; at most")]
    [InlineData(60, 1000u, "snapshots lie beyond")]
    // features: corrupt, data file, unknown ones, a compression that is not said
    [InlineData(76, 2u, "marked as damaged")]
    [InlineData(76, 4u, "another file")]
    [InlineData(76, 32u, "not known here (20)")]
    [InlineData(72, 0x80000000u, "not known here (8000000000000000)")]
    [InlineData(96, 7u, "counters can't be")]
    [InlineData(100, 96u, "length of its header")]
    [InlineData(100, 105u, "length of its header")]
    [InlineData(100, 0x7FFFFFF8u, "length of its header")]
    [InlineData(104, 0x07000000u, "not known here", 76, 8u)]
    // extensions: a data file's name, a key's place, one without end
    [InlineData(112, 0x44415441u, "another file")]
    [InlineData(112, 0x0537BE77u, "encrypted")]
    [InlineData(116, 0xFFFFFFFFu, "does not end")]
    public async Task A_dangerous_qcow2_is_refused_with_the_reason(int at, uint value, string reason, int andAt = 0, uint and = 0)
    {
        var image = (byte[])(await Make("qcow2")).Clone();
        BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(at), value);
        if (andAt > 0) BinaryPrimitives.WriteUInt32BigEndian(image.AsSpan(andAt), and);
        Refuses(image, reason);
    }

    [Theory]
    [InlineData(4, 4u, "version 4")]
    [InlineData(12, 0u, "only describes")]
    [InlineData(16, 0xFFFFFFFFu, "damaged")]
    [InlineData(16, 0x00000010u, "GiB")]
    [InlineData(20, 0u, "grains")]
    [InlineData(20, 127u, "grains")]
    [InlineData(24, 1u, "grains")]
    [InlineData(44, 0u, "tables can't be")]
    [InlineData(44, 513u, "tables can't be")]
    [InlineData(48, 0x7FFFFFFFu, "second tables lie beyond")]
    [InlineData(56, 0x7FFFFFFFu, "tables lie beyond")]
    [InlineData(28, 0u, "description is missing")]
    [InlineData(28, 0x7FFFFFFFu, "description does not lie")]
    [InlineData(36, 0x7FFFFFFFu, "description does not lie")]
    public async Task A_dangerous_vmdk_is_refused_with_the_reason(int at, uint value, string reason)
    {
        var image = (byte[])(await Make("vmdk")).Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);
        Refuses(image, reason);
    }

    [Theory]
    [InlineData("RW 131072 SPARSE \"disk\"\nRW 99 FLAT \"/etc/shadow\" 0", "names other files")]
    [InlineData("RW 131072 FLAT \"disk\" 0", "names other files")]
    [InlineData("RW 131072 SPARSE \"/etc/shadow\"", "names other files")]
    [InlineData("rw 131072 sparse \"..\\x\"", "names other files")]
    [InlineData("RW 131072 SPARSE \"disk\"\nparentFileNameHint=\"/etc/shadow\"", "snapshot")]
    [InlineData("RW 131072 SPARSE \"disk\"\n parentfilenamehint = \"x\"", "snapshot")]
    [InlineData("RW 131072 SPARSE \"disk\"\n# parentFileNameHint=\"/etc/hostname\"", "snapshot")]
    [InlineData("RW 131072 SPARSE \"disk\"\nddb.x = \"1\" parentFileNameHint=\"/etc/hostname\"", "snapshot")]
    [InlineData("RW 131072 SPARSE \"disk\"\nparentCID=12345678", "snapshot")]
    [InlineData("RW 131072 SPARSE \"disk\"\ncreateType=\"vmfsRaw<b>\"", "(vmfsRawb)")]
    [InlineData("", "names no data")]
    public async Task A_vmdk_whose_description_leads_elsewhere_is_refused(string extents, string reason)
    {
        var image = (byte[])(await Make("vmdk")).Clone();
        var at = (int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(28)) * 512;
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(36)) * 512;
        image.AsSpan(at, length).Clear();
        Encoding.ASCII.GetBytes($"# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicSparse\"\n\n{extents}\n").CopyTo(image, at);
        Refuses(image, reason);
    }

    // QEMU looks for a parent in the sectors from the first on, whatever the header says of the description.
    [Theory]
    [InlineData(60, 20, "description does not lie")]
    [InlineData(1, 1, "snapshot")]
    public async Task A_vmdk_that_shows_one_description_and_has_another_is_refused(int sector, int sectors, string reason)
    {
        var image = (byte[])(await Make("vmdk")).Clone();
        const string Description = "# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"monolithicSparse\"\n\nRW 131072 SPARSE \"disk\"\n";
        image.AsSpan(512, 20 * 512).Clear();
        Encoding.ASCII.GetBytes(Description.PadRight(512) + "\nparentFileNameHint=\"/etc/hostname\"\n").CopyTo(image, 512);
        Encoding.ASCII.GetBytes(Description + '\0').CopyTo(image, 60 * 512);
        BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(28), sector);
        BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(36), sectors);
        Refuses(image, reason);
    }

    // As VirtualBox exports disks: the place of the tables was not known when the header was written.
    [Fact]
    public async Task A_vmdk_whose_tables_are_named_at_its_end_is_judged_by_both_ends()
    {
        var image = await MakeWithFooter();
        Assert.Equal(new("vmdk", Capacity, null), Read(image));
        Assert.Null(ImageHeader.Read(image.AsSpan(0, 64 << 10), image.Length).Problem);     // while it is being uploaded
        Assert.NotNull(ImageHeader.Read(image, image.Length, image.AsSpan(image.Length - 512)).Problem);
    }

    [Theory]
    // the marks around the footer
    [InlineData(8, 1u, "its end does not go")]
    [InlineData(12, 2u, "its end does not go")]
    [InlineData(1024, 1u, "its end does not go")]
    [InlineData(1532, 1u, "its end does not go")]
    // the footer: signature, version, size, grains, where its description is, where its tables are
    [InlineData(512, 0u, "its end does not go")]
    [InlineData(516, 1u, "its end does not go")]
    [InlineData(524, 0u, "its end does not go")]
    [InlineData(528, 1u, "its end does not go")]
    [InlineData(532, 64u, "its end does not go")]
    [InlineData(540, 0u, "its end does not go")]
    [InlineData(548, 0u, "its end does not go")]
    [InlineData(588, 1u, "its end does not go")]
    [InlineData(560, 0x7FFFFFFFu, "second tables lie beyond")]
    [InlineData(568, 0x7FFFFFFFu, "tables lie beyond")]
    [InlineData(568, 0xFFFFFFFFu, "its end does not go", 572, 0xFFFFFFFFu)]
    public async Task A_vmdk_whose_end_says_something_else_is_refused(int at, uint value, string reason, int andAt = 0, uint and = 0)
    {
        var image = await MakeWithFooter();
        var end = image.AsSpan(image.Length - ImageHeader.EndLength);
        BinaryPrimitives.WriteUInt32LittleEndian(end[at..], value);
        if (andAt > 0) BinaryPrimitives.WriteUInt32LittleEndian(end[andAt..], and);
        Refuses(image, reason);
    }

    [Theory]
    [InlineData("vmdk subformat=monolithicFlat", "only describes")]
    [InlineData("vmdk subformat=twoGbMaxExtentSparse", "only describes")]
    public async Task A_vmdk_of_several_files_is_refused(string kind, string reason) => Refuses(await Make(kind), reason);

    [Theory]
    [InlineData(68, 0x00020000u, "version")]
    [InlineData(76, 4u, "snapshot")]
    [InlineData(424, 1u, "snapshot")]
    [InlineData(440, 1u, "snapshot")]
    [InlineData(368, 0u, "empty")]
    [InlineData(368, 511u, "sectors")]
    [InlineData(360, 4096u, "sectors")]
    [InlineData(372, 0x7FFFFFFFu, "GiB")]
    [InlineData(372, 0xFFFFFFFFu, "size can't be")]
    [InlineData(372, 0x00000400u, "blocks does not go")]
    [InlineData(376, 4096u, "1 MiB")]
    [InlineData(380, 1u, "1 MiB")]
    [InlineData(384, 0xFFFFFFFFu, "blocks does not go")]
    [InlineData(384, 0u, "blocks does not go")]
    [InlineData(388, 0xFFFFFFFFu, "blocks does not go")]
    [InlineData(388, 60u, "ends too early")]
    [InlineData(340, 0u, "map")]
    [InlineData(340, 513u, "map")]
    [InlineData(340, 0xFFFFFE00u, "map")]
    [InlineData(344, 512u, "map")]
    public async Task A_dangerous_vdi_is_refused_with_the_reason(int at, uint value, string reason)
    {
        var image = (byte[])(await Make("vdi")).Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);
        Refuses(image, reason);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vmdk")]
    [InlineData("vdi")]
    public async Task An_image_that_ends_within_its_tables_is_refused(string kind)
    {
        var image = await Make(kind);
        foreach (var length in (int[])[4, 70, 100, 300, 455, 512, 600])
            Assert.NotNull(ImageHeader.Read(image.AsSpan(0, length), length).Problem);
    }

    // Each round's bytes come from the seed and its number, so that a failure can be repeated.
    [Theory]
    [InlineData("qcow2")]
    [InlineData("qcow2 compat=0.10")]
    [InlineData("vmdk")]
    [InlineData("vmdk subformat=monolithicFlat")]
    [InlineData("vdi")]
    public async Task No_bytes_make_it_fail_or_believe_what_can_not_be(string kind)
    {
        var origin = await Make(kind);
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; round < 20_000; round++)
        {
            var random = new Random(round);
            var bytes = origin.AsSpan(0, random.Next(0, Math.Min(origin.Length, 4096))).ToArray();
            for (var change = random.Next(1, 8); change > 0 && bytes.Length > 0; change--)
            {
                var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Length, 512) : bytes.Length);
                bytes[at] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next(256) };
            }

            var size = random.Next(4) == 0 ? random.NextInt64(long.MaxValue) : origin.Length;
            var header = ImageHeader.Read(bytes, size);
            Assert.True(header.Problem is null ? header is { Format: not null, CapacityBytes: > 0 and <= ImageHeader.MostCapacityBytes } : header.Problem.Length is > 10 and < 300, $"round {round}: {header}");
        }

        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20), "It looks too long at some bytes.");
    }

    private static void Refuses(byte[] image, string reason) => Assert.Contains(reason, Read(image).Problem, StringComparison.Ordinal);

    private static ImageHeader Read(byte[] image) => ImageHeader.Read(image.AsSpan(0, Math.Min(image.Length, ImageHeader.Length)), image.Length,
        image.AsSpan(Math.Max(0, image.Length - ImageHeader.EndLength)));

    private static async Task<byte[]> MakeWithFooter()
    {
        var image = await Make("vmdk subformat=streamOptimized");
        var (mark, footer) = (new byte[512], image.AsSpan(0, 512).ToArray());
        mark[12] = 3;
        byte[] made = [.. image, .. mark, .. footer, .. new byte[512]];
        BinaryPrimitives.WriteUInt64LittleEndian(made.AsSpan(56), ulong.MaxValue);
        return made;
    }

    /// <summary>An empty image: its format and options as qemu-img knows them.</summary>
    private static Task<byte[]> Make(string kind) => Made.GetOrAdd(kind, _ => new(async () =>
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("bk-image-");
        try
        {
            var (format, options) = kind.Split(' ') is [var f, var o] ? (f, o) : (kind, "");
            var path = Path.Combine(folder.FullName, "disk");
            string[] arguments = ["create", "-q", "-f", format, .. options.Length > 0 ? new[] { "-o", options } : [], path, $"{Capacity}"];
            await Programs.Run("qemu-img", arguments);
            return await File.ReadAllBytesAsync(path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    })).Value;
}
