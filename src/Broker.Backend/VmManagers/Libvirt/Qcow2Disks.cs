using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// Disk images as qcow2 files <c>UUID.qcow2</c> in a folder of this host. A frozen one can't be written and has a template beside it: an empty overlay that clones
/// are copies of, because all overlays of one image are alike and a copy is fifty times quicker than another qemu-img.
/// Each file appears under its name whole or not at all.
/// </summary>
internal sealed class Qcow2Disks(NodeSettings settings) : IDisks
{
    private const string Extension = ".qcow2";
    private const long RoomToLeave = 256L << 20;
    private const int CopyPercent = 30;
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Frozen = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Format => "qcow2";

    public string PathOf(Guid volume) => Path.Combine(settings.PoolFolder, volume.ToString("D") + Extension);

    public IReadOnlyList<LibraryImage> Library() => LibraryFolder.List(settings.LibraryFolder, LibraryFolder.ReadHeader);

    public long Import(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel)
    {
        using var image = LibraryFolder.Open(settings.LibraryFolder, libraryFile);
        var header = LibraryFolder.ReadHeader(image);
        if (header.Problem != null) throw Refused(libraryFile, header.Problem);
        if (File.Exists(target)) return CapacityOf(target);

        var source = target + ".source";
        var part = target + ".part";
        try
        {
            percent.Report(0);
            CheckRoom(libraryFile, RandomAccess.GetLength(image));
            // What is looked at must be what is converted, so we take a copy that nobody else can change. It is also what lets an unprivileged qemu-img read the
            // image without the library being open to everybody: an open file can't be handed to a user who may not open it.
            CopyForNobody(image, source, percent, cancel);
            using (var copy = File.OpenHandle(source))
                header = LibraryFolder.ReadHeader(copy);
            if (header.Problem != null || header.Format == null) throw Refused(libraryFile, header.Problem ?? "It changed while it was copied.");

            var report = QemuImg.Info(source, header.Format);
            if (report.HasBackingFile) throw Refused(libraryFile, "It is an overlay on another file (a backing file).");
            if (report.HasDataFile) throw Refused(libraryFile, "It keeps its data in another file.");
            if (report.IsEncrypted) throw Refused(libraryFile, "It is encrypted.");
            if (report.CapacityBytes != header.CapacityBytes) throw Refused(libraryFile, "Its header contradicts itself.");

            if (header.Format != "raw") QemuImg.Check(source, header.Format);

            var needed = QemuImg.Measure(source, header.Format);
            CheckRoom(libraryFile, needed);
            CreateForNobody(part);
            QemuImg.Convert(source, header.Format, part, needed + (needed / 8) + (64 << 20), new Later(percent), cancel);
            cancel.ThrowIfCancellationRequested();
            TakeBack(part);
            Settle(part, target);
            percent.Report(100);
            return header.CapacityBytes;
        }
        catch (VmException e) when (e.Message.Contains(source, StringComparison.Ordinal))
        {
            // our copy's name says nothing to people
            throw new VmException(e.Message.Replace(source, $"'{libraryFile}'", StringComparison.Ordinal), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"'{libraryFile}' could not be imported to {settings.PoolFolder}: {e.Message}", e);
        }
        finally
        {
            File.Delete(source);
            File.Delete(part);
        }
    }

    public void Freeze(string path)
    {
        CheckExists(path);
        File.SetUnixFileMode(path, Frozen);
        var template = TemplateOf(path);
        if (File.Exists(template)) return;
        var part = template + ".part";
        File.Delete(part);
        QemuImg.CreateOverlay(path, part);
        File.SetUnixFileMode(part, Writable);       // clones inherit it
        Settle(part, template);
    }

    public void Thaw(string path)
    {
        CheckExists(path);
        File.Delete(TemplateOf(path));
        File.SetUnixFileMode(path, Writable);
    }

    public void Clone(string frozen, string target)
    {
        if (File.Exists(target))
        {
            if (BackingOf(target) == frozen) return;
            throw new VmException($"{target} is in the way: it is not an overlay on {frozen}. It is left as it is; move it away.");
        }
        var part = target + ".part";
        try
        {
            File.Copy(TemplateOf(frozen), part, overwrite: true);
        }
        catch (FileNotFoundException e)
        {
            throw new VmException($"{frozen} is not frozen: it has no template. Prepare the base again.", e);
        }
        Settle(part, target);
    }

    public void Delete(string path)
    {
        foreach (var file in (string[])[TemplateOf(path), TemplateOf(path) + ".part", path + ".source", path + ".part", path])
            File.Delete(file);
    }

    public IReadOnlyList<Guid> List() =>
    [
        .. Directory.EnumerateFiles(settings.PoolFolder, "*" + Extension)
            .Select(file => Guid.TryParseExact(Path.GetFileNameWithoutExtension(file), "D", out var id) ? id : Guid.Empty)
            .Where(id => id != Guid.Empty),
    ];

    private static string TemplateOf(string path) => path + ".template";

    private static void CheckExists(string path)
    {
        if (!File.Exists(path)) throw new VmException($"The disk image {path} is missing. Restore the file.");
    }

    /// <summary>Gives a finished file its name, so that it is there whole after a power cut too.</summary>
    private static void Settle(string part, string target)
    {
        using (var file = File.OpenHandle(part)) RandomAccess.FlushToDisk(file);
        File.Move(part, target, overwrite: false);
        Posix.FlushFolder(Path.GetDirectoryName(target)!);
    }

    private static VmException Refused(string libraryFile, string problem) => new($"'{libraryFile}' can't be imported. {problem}");

    private void CheckRoom(string libraryFile, long needed)
    {
        var free = new DriveInfo(settings.PoolFolder).AvailableFreeSpace;
        if (free - needed < RoomToLeave)
        {
            throw new VmException($"There is no room for '{libraryFile}' in {settings.PoolFolder}: it takes {needed >> 20} MiB, {free >> 20} MiB are free and " +
                $"{RoomToLeave >> 20} MiB have to stay free. Make room or use a larger disk.");
        }
    }

    private static void CreateForNobody(string path)
    {
        File.Delete(path);
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        File.SetUnixFileMode(file, Writable);
        if (Posix.IsRoot) Posix.ChangeOwner(file, QemuImg.Nobody, QemuImg.Nobody);
    }

    private static void TakeBack(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        if (Posix.IsRoot) Posix.ChangeOwner(file, 0, 0);
        File.SetUnixFileMode(file, Writable);
    }

    /// <summary>Copies what isn't zero: raw images are mostly holes.</summary>
    private static void CopyForNobody(SafeFileHandle image, string target, IProgress<int> percent, CancellationToken cancel)
    {
        CreateForNobody(target);
        using var copy = File.OpenHandle(target, FileMode.Open, FileAccess.Write);
        var length = RandomAccess.GetLength(image);
        var buffer = new byte[1 << 20];
        for (long at = 0; at < length;)
        {
            cancel.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(image, buffer, at);
            if (count == 0) break;
            var piece = buffer.AsSpan(0, count);
            if (piece.ContainsAnyExcept((byte)0)) RandomAccess.Write(copy, piece, at);
            at += count;
            percent.Report((int)(at * CopyPercent / length));
        }
        if (RandomAccess.GetLength(copy) < length) RandomAccess.SetLength(copy, length);
    }

    private static long CapacityOf(string path)
    {
        using var file = File.OpenHandle(path);
        return LibraryFolder.ReadHeader(file).CapacityBytes;
    }

    /// <summary>The backing file that a qcow2 image names, or null.</summary>
    private static string? BackingOf(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[20];
        if (RandomAccess.Read(file, header, 0) < header.Length) return null;
        var offset = BinaryPrimitives.ReadInt64BigEndian(header[8..]);
        var length = BinaryPrimitives.ReadInt32BigEndian(header[16..]);
        if (offset <= 0 || length is <= 0 or > 1023) return null;
        var name = new byte[length];
        return RandomAccess.Read(file, name, offset) == length ? Encoding.UTF8.GetString(name) : null;
    }

    /// <summary>Maps the conversion's own percents to what is left after the copy.</summary>
    private sealed class Later(IProgress<int> percent) : IProgress<int>
    {
        public void Report(int value) => percent.Report(CopyPercent + value * (99 - CopyPercent) / 100);
    }
}
