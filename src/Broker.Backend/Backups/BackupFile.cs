using System.Security.Cryptography;
using Broker.Backend.VmManagers;
using Broker.Core.Backups;
using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.Backups;

/// <summary>
/// A backup that is opened to be restored. Whoever wrote it is a stranger: it is opened without following links, nothing of it is unpacked, and only what its
/// manifest names may be in it.
/// </summary>
internal sealed class BackupFile : IDisposable
{
    private const int MostMembers = 100;

    // what tar programs fill their last record up with
    private const long MostBehindEnd = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, FilePart> _members;

    private BackupFile(SafeFileHandle file, Dictionary<string, FilePart> members, BackupManifest manifest, string sha256)
    {
        (_file, _members, Manifest, Sha256) = (file, members, manifest, sha256);
    }

    /// <summary>What it says of itself. It fits together, and with the files that are there.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>SHA-256 of that.</summary>
    public string Sha256 { get; }

    /// <summary>Its disks.</summary>
    public IEnumerable<BackedUpDisk> Disks => Manifest.Disks.Select(d =>
        new BackedUpDisk(d.File, d.Format, _members[d.File], new(HashAlgorithmName.SHA256, d.Sha256), d.CapacityBytes, d.Below.Count > 0));

    /// <summary>Opens a backup and looks at what is in it; the disks' sums are not counted yet.</summary>
    /// <param name="folder">The backup folder.</param>
    /// <param name="file">Its name there.</param>
    /// <exception cref="VmException">It must not be restored; the message says what of it is wrong.</exception>
    public static BackupFile Open(string folder, string file)
    {
        var handle = LibraryFolder.OpenPlain(folder, file, "backup folder");
        try
        {
            var members = Members(FilePart.Whole(handle));
            if (!members.TryGetValue(BackupManifest.File, out var described)) throw new InvalidDataException($"There is no {BackupManifest.File} in it: it is no backup, or not all of one.");
            if (described.Length > BackupManifest.MostBytes) throw new InvalidDataException($"Its {BackupManifest.File} is larger than {BackupManifest.MostBytes >> 20} MiB.");
            var bytes = described.Read(0, BackupManifest.MostBytes);
            var manifest = BackupManifest.Read(bytes);
            if (manifest.Problems().ToList() is { Count: > 0 } problems) throw new InvalidDataException(string.Join(' ', problems));
            foreach (var disk in manifest.Disks)
            {
                if (!members.TryGetValue(disk.File, out var part)) throw new InvalidDataException($"'{disk.File}', which its {BackupManifest.File} names, is not in it.");
                if (part.Length != disk.SizeBytes) throw new InvalidDataException($"'{disk.File}' has {part.Length} bytes, and its {BackupManifest.File} says {disk.SizeBytes}.");
            }

            if (members.Keys.Except(manifest.Disks.Select(d => d.File)).FirstOrDefault(m => m != BackupManifest.File) is { } foreign)
                throw new InvalidDataException($"'{foreign}' is in it, and its {BackupManifest.File} does not name it.");
            return new(handle, members, manifest, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }
        catch (InvalidDataException e)
        {
            handle.Dispose();
            throw Refused(file, e);
        }
    }

    /// <summary>Reads all of it: whether every disk has the sum that the manifest says, and is what a host would take.</summary>
    /// <param name="host">Looks into disks.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="InvalidDataException">One is not; the message says which and why.</exception>
    public void Verify(ICanBackup host, IProgress<int> percent, CancellationToken cancel)
    {
        var (all, done) = (Manifest.Disks.Sum(d => d.SizeBytes), 0L);
        foreach (var disk in Disks)
        {
            var (from, to) = ((int)(done * 100 / all), (int)((done + disk.Bytes.Length) * 100 / all));
            if (disk.Bytes.ReadAll(null, new Share(percent, from, to), cancel) != disk.Sum.Hex)
                throw new InvalidDataException($"'{disk.Name}' is damaged: it does not have the sum that {BackupManifest.File} says.");
            if (host.Problem(disk) is { } problem) throw new InvalidDataException($"'{disk.Name}' can't be restored. {problem}");
            done += disk.Bytes.Length;
        }
    }

    /// <summary>Says of which file something is wrong.</summary>
    public static VmException Refused(string file, InvalidDataException e) => new($"'{file}' is not restored. {e.Message}", e);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static Dictionary<string, FilePart> Members(FilePart archive)
    {
        var members = new Dictionary<string, FilePart>(StringComparer.Ordinal);
        for (long at = 0; ;)
        {
            var block = archive.Read(at, TarMember.BlockBytes);
            if (block.Length < TarMember.BlockBytes) throw new InvalidDataException("It ends too early.");
            if (TarMember.IsEnd(block))
            {
                CheckNothingFollows(archive, at);
                return members;
            }

            var called = $"Entry {members.Count + 1} ('{TarMember.NameIn(block)}')";
            TarMember member;
            try
            {
                member = TarMember.Read(block);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{called}: {e.Message}", e);
            }

            at += TarMember.BlockBytes;
            if (member.SizeBytes > archive.Length - at) throw new InvalidDataException($"{called} is not there to its end.");
            if (members.Count == MostMembers) throw new InvalidDataException($"It has more than {MostMembers} entries.");
            if (!members.TryAdd(member.Name, new(archive.File, archive.Offset + at, member.SizeBytes))) throw new InvalidDataException($"{called} is there twice.");
            at += (member.SizeBytes + TarMember.BlockBytes - 1) / TarMember.BlockBytes * TarMember.BlockBytes;
        }
    }

    private static void CheckNothingFollows(FilePart archive, long at)
    {
        if (archive.Length - at > MostBehindEnd || archive.Read(at, (int)MostBehindEnd).AsSpan().ContainsAnyExcept((byte)0))
            throw new InvalidDataException("Something follows behind its end.");
    }
}
