using System.Buffers.Binary;
using Broker.Backend.VmManagers;

namespace Broker.Backend.Tests.VmManagers;

public sealed class ImageHeaderTests
{
    [Fact]
    public void A_qcow2_is_known_by_its_magic() => Assert.Equal(new("qcow2", 1 << 30, null), ImageHeader.Read(Qcow2(), 200_000));

    [Fact]
    public void A_raw_disk_is_known_by_its_boot_sector() => Assert.Equal(new("raw", 1 << 20, null), ImageHeader.Read(BootSector(), 1 << 20));

    [Fact]
    public void A_raw_disk_has_whole_sectors() => Assert.NotNull(ImageHeader.Read(BootSector(), (1 << 20) + 1).Problem);

    [Theory]
    [InlineData(4, 9u, "version")]
    [InlineData(12, 1u, "backing file")]
    [InlineData(24, 0x7FFFFFFFu, "GiB")]
    [InlineData(24, 0xFFFFFFFFu, "damaged")]
    [InlineData(32, 1u, "encrypted")]
    [InlineData(32, 2u, "encrypted")]
    [InlineData(76, 4u, "another file")]
    public void A_dangerous_qcow2_is_refused_with_the_reason(int at, uint value, string reason)
    {
        var header = Qcow2();
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(at), value);

        Assert.Contains(reason, ImageHeader.Read(header, 200_000).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_of_a_data_file_is_found_among_the_extensions()
    {
        var header = Qcow2();
        Extension(header, 104, 0x6803F857, 5);      // another extension first, padded to 8
        Extension(header, 120, 0x44415441, 4);

        Assert.Contains("another file", ImageHeader.Read(header, 200_000).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_bytes_make_it_fail()
    {
        var random = new Random(1);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 300)];
            random.NextBytes(bytes);
            if (bytes.Length > 8 && round % 2 == 0) new byte[] { (byte)'Q', (byte)'F', (byte)'I', 0xFB, 0, 0, 0, 3 }.CopyTo(bytes, 0);
            var header = ImageHeader.Read(bytes, bytes.Length);
            Assert.True(header.Problem != null || header.CapacityBytes is > 0 and <= ImageHeader.MostCapacityBytes);
        }
    }

    private static byte[] Qcow2()
    {
        var header = new byte[ImageHeader.Length];
        "QFI"u8.CopyTo(header);
        header[3] = 0xFB;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 3);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), 16);
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(24), 1 << 30);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(100), 104);
        return header;
    }

    private static void Extension(byte[] header, int at, uint kind, uint length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(at), kind);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(at + 4), length);
    }

    private static byte[] BootSector()
    {
        var sector = new byte[512];
        (sector[510], sector[511]) = (0x55, 0xAA);
        return sector;
    }
}
