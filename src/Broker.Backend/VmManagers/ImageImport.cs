using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers;

/// <summary>
/// Makes a volume of an image in the library: a copy that nobody else can change, looked into and converted by a qemu-img that may do little. The volume
/// appears under its name whole or not at all.
/// </summary>
/// <param name="settings">The node.</param>
/// <param name="format">What volumes are, as qemu-img calls it.</param>
internal sealed class ImageImport(NodeSettings settings, string format)
{
    private const string Source = ".source";
    private const string Part = ".part";
    private const long RoomToLeave = 256L << 20;
    private const int CopyPercent = 30;
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>As <see cref="IDisks.Import"/>.</summary>
    public long Run(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel)
    {
        using var image = LibraryFolder.Open(settings.LibraryFolder, libraryFile);
        var header = LibraryFolder.ReadHeader(image);
        if (header.Problem != null) throw Refused(libraryFile, header.Problem);
        if (File.Exists(target)) return CapacityOf(target);

        var (source, part) = (target + Source, target + Part);
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
            QemuImg.Convert(source, header.Format, part, format, MostBytes(needed, header.CapacityBytes), new Later(percent), cancel);
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

    /// <summary>Files that an import which was killed leaves beside its target.</summary>
    public static IReadOnlyList<string> Leftovers(string target) => [target + Source, target + Part];

    /// <summary>Gives a finished file its name, so that it is there whole after a power cut too.</summary>
    public static void Settle(string part, string target)
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

    /// <summary>A limit for the file that is made. Formats other than qcow2 fill up larger blocks than were measured; none gets larger than the disk and its tables.</summary>
    private long MostBytes(long needed, long capacity) => (format == "qcow2" ? needed + (needed / 8) : capacity + (capacity / 8)) + (64 << 20);

    /// <summary>Maps the conversion's own percents to what is left after the copy.</summary>
    private sealed class Later(IProgress<int> percent) : IProgress<int>
    {
        public void Report(int value) => percent.Report(CopyPercent + value * (99 - CopyPercent) / 100);
    }
}
