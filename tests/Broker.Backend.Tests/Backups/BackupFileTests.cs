using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Broker.Backend.Backups;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Backups;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;

namespace Broker.Backend.Tests.Backups;

/// <summary>Backups that strangers wrote.</summary>
public sealed class BackupFileTests : IDisposable
{
    private const string File = "forged.tar";
    private const string Content = "{\"simulated_disk\":1,\"capacity_bytes\":1048576,\"backing\":null}\nwhat the guest wrote";

    private readonly string _folder = Directory.CreateTempSubdirectory("backups-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OneThatAnotherProgramPackedAnewIsTaken()
    {
        Pack(Disk(), ManifestOf(Told(Content)));
        Look();
    }

    /// <summary>Each is refused before anything is done with it, and the message names the entry or what of it is wrong.</summary>
    [Theory]
    [InlineData("absolute", "Entry 1 ('/etc/cron.d/x')")]
    [InlineData("up", "Entry 1 ('../../etc/passwd')")]
    [InlineData("folder in name", "Entry 1 ('sub/vda.simulated')")]
    [InlineData("backslash", "Entry 1 ('..\\vda.simulated')")]
    [InlineData("dots", "Entry 1 ('..')")]
    [InlineData("symbolic link", "Entry 1 ('vda.simulated')")]
    [InlineData("hard link", "Entry 2 ('second.simulated')")]
    [InlineData("device", "Entry 1 ('vda.simulated')")]
    [InlineData("block device", "Entry 1 ('vda.simulated')")]
    [InlineData("pipe", "Entry 1 ('vda.simulated')")]
    [InlineData("folder", "Entry 1 ('vda.simulated')")]
    [InlineData("long name by another header", "Entry 1")]
    [InlineData("pax header", "Entry 1")]
    [InlineData("sparse", "Entry 1 ('vda.simulated')")]
    [InlineData("twice", "Entry 2 ('vda.simulated') is there twice")]
    [InlineData("manifest twice", "Entry 3 ('manifest.json') is there twice")]
    [InlineData("unnamed by the manifest", "'extra.txt' is in it")]
    [InlineData("missing", "'vda.simulated', which its manifest.json names, is not in it")]
    [InlineData("longer than declared", "'vda.simulated' has")]
    [InlineData("shorter than declared", "'vda.simulated' has")]
    [InlineData("larger than the file", "Entry 1 ('vda.simulated') is not there to its end")]
    [InlineData("negative size", "Entry 1 ('vda.simulated')")]
    [InlineData("cut off", "Entry 2 ('manifest.json') is not there to its end")]
    [InlineData("something behind", "follows behind its end")]
    [InlineData("many", "more than 100 entries")]
    [InlineData("damaged header", "Entry 1")]
    [InlineData("no manifest", "There is no manifest.json")]
    [InlineData("large manifest", "larger than 1 MiB")]
    [InlineData("no tar", "Entry 1")]
    [InlineData("empty", "ends too early")]
    [InlineData("compressed", "Entry 1")]
    [InlineData("other bytes", "'vda.simulated' is damaged")]
    [InlineData("foreign backing file", "'vda.simulated' can't be restored. It is an overlay")]
    [InlineData("other capacity", "'vda.simulated' can't be restored. It has 1048576 bytes")]
    [InlineData("another format", "'vda.qcow2' can't be restored. It is of a host whose disks are qcow2")]
    [InlineData("no disk", "'vda.simulated' can't be restored. It is no simulated disk")]
    public void WhatIsForgedIsRefused(string how, string says)
    {
        Forge(how);
        var e = Assert.Throws<VmException>(Look);
        Assert.StartsWith($"'{File}' is not restored. ", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("format", "2", "format 2")]
    [InlineData("surprise", "1", "surprise")]
    [InlineData("machine.name", "\"../x\"", "A machine's name has")]
    [InlineData("machine.name", "null", "can't be read")]
    [InlineData("machine.alias", "\"a\\u0007\"", "An alias has")]
    [InlineData("machine.memory_kib", "1", "64 MiB")]
    [InlineData("machine.vcpus", "1000", "64 processors")]
    [InlineData("machine.pool_clones", "-1", "A pool")]
    [InlineData("machine.settings.run_timeout_seconds", "-5", "run_timeout_seconds")]
    [InlineData("disks", "[]", "1 to 32 disks")]
    [InlineData("disks.0.target", "\"../../vda\"", "names a disk '../../vda'")]
    [InlineData("disks.0.file", "\"/etc/passwd\"", "is in '/etc/passwd'")]
    [InlineData("disks.0.format", "\"/../x\"", "which can't be")]
    [InlineData("disks.0.capacity_bytes", "9223372036854775807", "bytes large")]
    [InlineData("disks.0.size_bytes", "-1", "is empty")]
    [InlineData("disks.0.sha256", "\"abc\"", "no SHA-256")]
    [InlineData("disks.0.below", "[\"" + "0000000000000000000000000000000000000000000000000000000000000000" + "\"]", "names no base")]
    [InlineData("cds", "[{\"target\":\"hda\",\"file\":\"../secret.iso\"}]", "a CD outside the library")]
    [InlineData("cds", "[{\"target\":\"hda\\\"/>\",\"file\":null}]", "a CD drive")]
    public void AManifestThatSaysWhatCantBeIsRefused(string member, string json, string says)
    {
        var manifest = JsonNode.Parse(Described(Told(Content)).Write())!;
        var path = member.Split('.');
        var parent = path[..^1].Aggregate(manifest, (node, step) => node is JsonArray list ? list[int.Parse(step, null)]! : node[step]!);
        parent[path[^1]] = JsonNode.Parse(json);
        Pack(Disk(), new UstarTarEntry(TarEntryType.RegularFile, BackupManifest.File) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest.ToJsonString())) });
        Assert.Contains(says, Assert.Throws<VmException>(Look).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("pipe")]
    [InlineData("folder")]
    public async Task WhatIsNoPlainFileIsNotOpened(string what)
    {
        var path = Path.Combine(_folder, File);
        if (what == "link") System.IO.File.CreateSymbolicLink(path, "/etc/passwd");
        else if (what == "pipe") await Testing.Programs.Run("mkfifo", path);
        else Directory.CreateDirectory(path);
        Assert.Contains("in the backup folder", Assert.Throws<VmException>(Look).Message, StringComparison.Ordinal);
    }

    private void Look()
    {
        using var backup = BackupFile.Open(_folder, File);
        using var node = new SimulatedVmManager().Connect(new("host", Path.Combine(_folder, "node"), _folder, _folder, _folder));
        try
        {
            backup.Verify(node.As<ICanBackup>()!, new Progress<int>(), CancellationToken.None);
        }
        catch (InvalidDataException e)
        {
            throw BackupFile.Refused(File, e);
        }
    }

    private void Forge(string how)
    {
        var (disk, manifest) = (Disk(), ManifestOf(Told(Content)));
        switch (how)
        {
            case "absolute": Pack(Disk("/etc/cron.d/x"), manifest); break;
            case "up": Pack(Disk("../../etc/passwd"), manifest); break;
            case "folder in name": Pack(Disk("sub/vda.simulated"), manifest); break;
            case "backslash": Pack(Disk("..\\vda.simulated"), manifest); break;
            case "dots": Pack(Disk(".."), manifest); break;
            case "symbolic link": Pack(new UstarTarEntry(TarEntryType.SymbolicLink, "vda.simulated") { LinkName = "/etc/shadow" }, manifest); break;
            case "hard link": Pack(disk, new UstarTarEntry(TarEntryType.HardLink, "second.simulated") { LinkName = "/etc/shadow" }, manifest); break;
            case "device": Pack(new UstarTarEntry(TarEntryType.CharacterDevice, "vda.simulated") { DeviceMajor = 1, DeviceMinor = 5 }, manifest); break;
            case "block device": Pack(new UstarTarEntry(TarEntryType.BlockDevice, "vda.simulated") { DeviceMajor = 8, DeviceMinor = 0 }, manifest); break;
            case "pipe": Pack(new UstarTarEntry(TarEntryType.Fifo, "vda.simulated"), manifest); break;
            case "folder": Pack(new UstarTarEntry(TarEntryType.Directory, "vda.simulated"), manifest); break;
            case "long name by another header": Pack(new GnuTarEntry(TarEntryType.RegularFile, new string('x', 200)) { DataStream = Stream() }, manifest); break;
            case "pax header": Pack(new PaxTarEntry(TarEntryType.RegularFile, "vda.simulated", [KeyValuePair.Create("path", "/etc/passwd")]) { DataStream = Stream() }, manifest); break;
            case "sparse": Change(0, block => block[156] = (byte)'S'); break;
            case "twice": Pack(disk, Disk(), manifest); break;
            case "manifest twice": Pack(disk, manifest, ManifestOf(Told(Content))); break;
            case "unnamed by the manifest": Pack(disk, Disk("extra.txt"), manifest); break;
            case "missing": Pack(manifest); break;
            case "longer than declared": Pack(Disk(content: Content + "and more"), manifest); break;
            case "shorter than declared": Pack(Disk(content: Content[..^3]), manifest); break;
            case "larger than the file": Change(0, block => Encoding.ASCII.GetBytes("77777777777\0").CopyTo(block, 124)); break;
            case "negative size": Change(0, block => Enumerable.Repeat((byte)0xFF, 12).ToArray().CopyTo(block, 124)); break;
            case "cut off": Pack(disk, manifest); Cut(-1600); break;
            case "something behind": Pack(disk, manifest); System.IO.File.AppendAllText(PathOf, "PK\x03\x04"); break;
            case "many": Pack([.. Enumerable.Range(0, 101).Select(i => Disk($"{i}.txt")), manifest]); break;
            case "damaged header": Change(0, block => block[0] ^= 1, isSummed: false); break;
            case "no manifest": Pack(disk); break;
            case "large manifest": Pack(disk, new UstarTarEntry(TarEntryType.RegularFile, BackupManifest.File) { DataStream = new MemoryStream(new byte[(1 << 20) + 1]) }); break;
            case "no tar": System.IO.File.WriteAllText(PathOf, new string('x', 4096)); break;
            case "empty": System.IO.File.WriteAllBytes(PathOf, []); break;
            case "compressed": Compress(); break;
            case "other bytes": Pack(Disk(content: Content[..^1] + "X"), manifest); break;
            case "foreign backing file": Forge(Content.Replace("null", "\"/etc/shadow\"", StringComparison.Ordinal)); break;
            case "other capacity": Forge(Content, d => d with { CapacityBytes = 2 << 20 }); break;
            case "another format": Forge(Content, d => d with { Format = "qcow2", File = "vda.qcow2" }); break;
            case "no disk": Forge("anything else"); break;
        }

        // with a manifest that fits
        void Forge(string content, Func<BackedUpVolume, BackedUpVolume>? change = null)
        {
            var told = Told(content);
            if (change is not null) told = change(told);
            Pack(Disk(told.File, content), ManifestOf(told));
        }
    }

    private string PathOf => Path.Combine(_folder, File);

    private void Pack(params IEnumerable<TarEntry> entries)
    {
        using var stream = System.IO.File.Create(PathOf);
        using var tar = new TarWriter(stream, TarEntryFormat.Ustar);
        foreach (var entry in entries) tar.WriteEntry(entry);
    }

    private void Change(int at, Action<byte[]> change, bool isSummed = true)
    {
        Pack(Disk(), ManifestOf(Told(Content)));
        var bytes = System.IO.File.ReadAllBytes(PathOf);
        var block = bytes[at..(at + 512)];
        change(block);
        if (isSummed)
        {
            Encoding.ASCII.GetBytes("        ").CopyTo(block, 148);
            Encoding.ASCII.GetBytes(Convert.ToString(block.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(block, 148);
        }

        block.CopyTo(bytes, at);
        System.IO.File.WriteAllBytes(PathOf, bytes);
    }

    private void Cut(int bytes)
    {
        using var file = System.IO.File.OpenWrite(PathOf);
        file.SetLength(file.Length + bytes);
    }

    private void Compress()
    {
        Pack(Disk(), ManifestOf(Told(Content)));
        var bytes = System.IO.File.ReadAllBytes(PathOf);
        using var stream = new System.IO.Compression.GZipStream(System.IO.File.Create(PathOf), System.IO.Compression.CompressionLevel.NoCompression);
        stream.Write(bytes);
    }

    private static UstarTarEntry Disk(string name = "vda.simulated", string content = Content) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static MemoryStream Stream() => new(Encoding.UTF8.GetBytes(Content));

    private static BackedUpVolume Told(string content) =>
        new("vda", VolumeKind.Sys, "vda.simulated", "simulated", 1 << 20, Encoding.UTF8.GetByteCount(content), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content))), []);

    private static BackupManifest Described(BackedUpVolume disk) => new(
        BackupManifest.Newest, TimeProvider.System.GetUtcNow(), VmManagerKind.Simulated, "host",
        new(Guid.NewGuid(), "server", "bea", 512 << 10, 1, "52:00:00:00:00:01", Hardware.Usual, new()), [disk], []);

    private static UstarTarEntry ManifestOf(BackedUpVolume disk) =>
        new(TarEntryType.RegularFile, BackupManifest.File) { DataStream = new MemoryStream(Described(disk).Write()) };
}
