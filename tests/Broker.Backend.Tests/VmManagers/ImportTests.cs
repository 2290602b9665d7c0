using System.Buffers.Binary;
using System.Text;
using Broker.Backend.VmManagers;
using Broker.Core.Library;
using Broker.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What becomes of images that qemu-img made, and of those that somebody has tampered with.</summary>
public sealed class ImportTests : Qcow2Tests
{
    private const string Secret = "nobody is to read this";

    [Theory]
    [InlineData("qcow2", "")]
    [InlineData("qcow2", "compat=0.10")]
    [InlineData("qcow2", "cluster_size=2M")]
    [InlineData("qcow2", "extended_l2=on,cluster_size=128k")]
    [InlineData("vmdk", "")]
    [InlineData("vmdk", "subformat=streamOptimized")]
    [InlineData("vdi", "")]
    [InlineData("vdi", "static=on")]
    public async Task Every_format_comes_out_as_a_qcow2_with_the_same_content(string format, string options)
    {
        var raw = await RawDisk();
        await Convert(raw, format, InLibrary("disk"), options);
        var listed = _disks.Library().Single(i => i.File == "disk");
        Assert.Equal((format, 8 << 20, null), (listed.Format, listed.CapacityBytes, listed.Problem));
        var target = _disks.PathOf(Guid.NewGuid());

        Assert.Equal(8 << 20, Import(target));

        await Programs.Run("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", raw, target);
        using var file = File.OpenHandle(target);
        Assert.Equal("qcow2", LibraryFolder.ReadHeader(file).Format);
        Assert.Equal([target], Directory.GetFiles(_settings.PoolFolder));
    }

    [Fact]
    public async Task Snapshots_within_an_image_are_left_behind_and_its_content_is_taken()
    {
        var raw = await RawDisk();
        await Convert(raw, "qcow2", InLibrary("disk"));
        await Programs.Run("qemu-img", "snapshot", "-c", "before", InLibrary("disk"));
        var target = _disks.PathOf(Guid.NewGuid());

        Import(target);

        await Programs.Run("qemu-img", "compare", "-q", "-f", "raw", "-F", "qcow2", raw, target);
        Assert.DoesNotContain("before", await Programs.Run("qemu-img", "snapshot", "-l", target), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vmdk")]
    [InlineData("vmdk subformat=streamOptimized")]
    [InlineData("vdi")]
    public async Task An_image_whose_end_is_missing_is_refused(string kind)
    {
        var (format, options) = kind.Split(' ') is [var f, var o] ? (f, o) : (kind, "");
        await Convert(await RawDisk(), format, InLibrary("disk"), options);
        await using (var file = File.OpenWrite(InLibrary("disk"))) file.SetLength(file.Length - (3 << 20));

        var error = Refused();

        Assert.Contains("'disk'", error, StringComparison.Ordinal);
        Assert.DoesNotContain(_settings.PoolFolder, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, "/etc/shadow")]
    [InlineData(8, "json:{\"driver\":\"file\",\"filename\":\"/etc/shadow\"}")]
    public async Task An_overlay_on_a_file_of_the_host_is_refused(int at, string backing)
    {
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", InLibrary("disk"), "8M");
        await using (var file = File.OpenWrite(InLibrary("disk")))
        {
            file.Seek(0x1000, SeekOrigin.Begin);
            file.Write(Encoding.ASCII.GetBytes(backing));
            var header = new byte[12];
            BinaryPrimitives.WriteUInt64BigEndian(header, 0x1000);
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), (uint)backing.Length);
            file.Seek(at, SeekOrigin.Begin);
            file.Write(header);
        }

        Assert.Contains("backing file", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_file_that_is_named_without_its_feature_is_refused()
    {
        var data = InLibrary("secret.raw");
        await File.WriteAllTextAsync(data, Secret.PadRight(512));
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={InLibrary("other.raw")},data_file_raw=on", InLibrary("disk"), "1M");
        await using (var file = File.OpenWrite(InLibrary("disk")))
        {
            file.Seek(72, SeekOrigin.Begin);
            file.Write(new byte[8]);
        }

        Assert.Contains("another file", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("monolithicFlat")]
    [InlineData("twoGbMaxExtentFlat")]
    [InlineData("twoGbMaxExtentSparse")]
    public async Task A_description_of_other_files_is_refused(string subformat)
    {
        await Programs.Run("qemu-img", "create", "-q", "-f", "vmdk", "-o", $"subformat={subformat}", InLibrary("disk"), "8M");
        Assert.Contains("only describes", Refused(), StringComparison.Ordinal);
    }

    // The header alone looks like a disk of its own; what QEMU would open is what the description names.
    [Fact]
    public async Task A_vmdk_that_hides_a_description_is_refused()
    {
        await File.WriteAllTextAsync(InLibrary("secret.raw"), Secret.PadRight(512));
        await Programs.Run("qemu-img", "create", "-q", "-f", "vmdk", InLibrary("disk"), "1M");
        var bytes = await File.ReadAllBytesAsync(InLibrary("disk"));
        var at = bytes.AsSpan().IndexOf("RW "u8);
        Encoding.ASCII.GetBytes($"RW 1 FLAT \"{InLibrary("secret.raw")}\" 0\n\0").CopyTo(bytes, at);
        await File.WriteAllBytesAsync(InLibrary("disk"), bytes);
        Assert.Contains("names other files", Refused(), StringComparison.Ordinal);
        bytes.AsSpan(12, 8).Clear();
        await File.WriteAllBytesAsync(InLibrary("disk"), bytes);
        Assert.Contains("only describes", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("snapshots")]
    [InlineData("first table")]
    [InlineData("counters")]
    public async Task Tables_full_of_nonsense_are_refused_in_bounded_time(string what)
    {
        await Convert(await RawDisk(), "qcow2", InLibrary("disk"));
        var bytes = await File.ReadAllBytesAsync(InLibrary("disk"));
        switch (what)
        {
            case "snapshots":
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(60), 1000);
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(64), 0x10000);
                break;
            case "first table":
                bytes.AsSpan((int)BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(40)), 8).Fill(0x7F);
                break;
            default:
                bytes.AsSpan((int)BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(48)), 65536).Fill(0x7F);
                break;
        }

        await File.WriteAllBytesAsync(InLibrary("disk"), bytes);

        Assert.NotEmpty(Refused());
    }

    [Fact]
    public async Task What_was_uploaded_is_imported_unless_the_library_itself_has_that_name()
    {
        Directory.CreateDirectory(InLibrary(ImageNames.Uploads));
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", Path.Combine(InLibrary(ImageNames.Uploads), "disk"), "2M");
        await Programs.Run("qemu-img", "create", "-q", "-f", "vdi", Path.Combine(InLibrary(ImageNames.Uploads), "up"), "3M");
        await File.WriteAllTextAsync(Path.Combine(InLibrary(ImageNames.Uploads), ".half.part"), "");
        File.CreateSymbolicLink(Path.Combine(InLibrary(ImageNames.Uploads), "link"), "/etc/shadow");
        Assert.Equal([("disk", true), ("link", true), ("up", true)], _disks.Library().Select(i => (i.File, i.IsUpload)));
        Assert.Equal(2 << 20, Import(_disks.PathOf(Guid.NewGuid())));
        Assert.Contains("is a link", Assert.Throws<VmException>(() => Import(_disks.PathOf(Guid.NewGuid()), "link")).Message, StringComparison.Ordinal);

        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", InLibrary("disk"), "1M");
        Assert.Equal([("disk", false), ("link", true), ("up", true)], _disks.Library().Select(i => (i.File, i.IsUpload)));
        Assert.Equal(1 << 20, Import(_disks.PathOf(Guid.NewGuid())));
    }

    private string InLibrary(string file) => Path.Combine(_settings.LibraryFolder, file);

    private long Import(string target, string file = "disk") => _disks.Import(file, target, new Progress<int>(), CancellationToken.None);

    private string Refused()
    {
        var error = Assert.Throws<VmException>(() => Import(_disks.PathOf(Guid.NewGuid())));
        Assert.Empty(Directory.GetFiles(_settings.PoolFolder));
        return error.Message;
    }

    private async Task<string> RawDisk()
    {
        var path = Path.Combine(_folder.FullName, "content.raw");
        var bytes = new byte[8 << 20];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(path, bytes);
        return path;
    }

    private static async Task Convert(string raw, string format, string target, string options = "")
    {
        string[] arguments = ["convert", "-f", "raw", "-O", format, .. options.Length > 0 ? new[] { "-o", options } : [], raw, target];
        await Programs.Run("qemu-img", arguments);
    }
}
