using System.Diagnostics;
using System.Text;
using Broker.Core.Library;
using Broker.Testing;
using Xunit.Abstractions;

namespace Broker.Core.Tests.Library;

/// <summary>Images and exported machines with all kinds of damage: whatever comes, the answer is a header or a sentence, and soon.</summary>
[Trait("Category", "Long")]
public sealed class ImageHeaderFuzz(ITestOutputHelper output)
{
    private const int Rounds = 60_000;

    private static readonly string[] Pieces =
    [
        "<", ">", "\"", "&", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "&b;", "&#0;", "&#x110000;", "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
        "<Disk/>", "<File/>", "<Disk ", "ovf:fileRef=\"file1\"", " ovf:capacity=\"99999999999999999999\"", " ovf:size=\"0\"", "xmlns=\"\"", "</Envelope>", "\0", "\uFEFF", "é",
        "SHA1 (", ") = ", "parentFileNameHint", "RW 1 FLAT \"/etc/shadow\" 0\n",
    ];

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vmdk")]
    [InlineData("vmdk subformat=streamOptimized")]
    [InlineData("vdi")]
    [InlineData("ova")]
    [InlineData("manifest")]
    public async Task No_damage_makes_it_fail_or_believe_what_can_not_be(string kind)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var origin = await Origin(kind);
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(HashCode.Combine(seed, round));
            var bytes = Damage(origin, random);
            var began = Stopwatch.GetTimestamp();
            try
            {
                Judge(kind, bytes, random);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}");
            }
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5), $"seed {seed}, round {round}: it took too long.");
        }
    }

    private static void Judge(string kind, byte[] bytes, Random random)
    {
        if (kind == "manifest")
        {
            try
            {
                Assert.All(OvaManifest.Read(bytes), sum => Assert.Contains(sum.Value.Hex.Length, (int[])[40, 64, 128]));
            }
            catch (InvalidDataException e)
            {
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            }
            return;
        }

        var size = random.Next(4) == 0 ? random.NextInt64(long.MaxValue) : bytes.Length;
        var end = bytes.AsSpan(Math.Max(0, bytes.Length - ImageHeader.EndLength));
        var header = ImageHeader.Read(bytes.AsSpan(0, Math.Min(bytes.Length, ImageHeader.Length)), size, random.Next(2) == 0 ? end : default);
        Assert.True(header.Problem is null ? header is { Format: not null, CapacityBytes: > 0 and <= ImageHeader.MostCapacityBytes } : header.Problem.Length is > 10 and < 400, $"{header}");
        Assert.DoesNotContain(header.Problem ?? "", char.IsControl);
    }

    private static byte[] Damage(byte[] origin, Random random)
    {
        var bytes = origin.ToList();
        if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Count)];
        for (var change = random.Next(1, 8); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(random.Next(2) == 0 ? Math.Min(bytes.Count, 2048) : bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next(256) };
                    break;
                case 1:
                    var piece = Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]);
                    for (var i = 0; i < piece.Length && at + i < bytes.Count; i++) bytes[at + i] = piece[i];
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 200), bytes.Count - at)));
                    break;
            }
        }

        // else no damage would come through to what is behind the sum
        return random.Next(8) > 0 && bytes.Count >= 512 && TarMember.IsOne([.. bytes[..512]]) ? Ova.Repaired([.. bytes]) : [.. bytes];
    }

    private static async Task<byte[]> Origin(string kind)
    {
        if (kind == "ova") return Ova.Machine(new byte[2048], 64 << 20);
        if (kind == "manifest") return Encoding.UTF8.GetBytes(Ova.Manifest(("a.ovf", []), ("b.vmdk", [1])));
        var folder = System.IO.Directory.CreateTempSubdirectory("bk-image-");
        try
        {
            var (format, options) = kind.Split(' ') is [var f, var o] ? (f, o) : (kind, "");
            var path = Path.Combine(folder.FullName, "disk");
            await Programs.Run("qemu-img", ["create", "-q", "-f", format, .. options.Length > 0 ? new[] { "-o", options } : [], path, "64M"]);
            var image = await File.ReadAllBytesAsync(path);
            return image[..Math.Min(image.Length, 8192)];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
