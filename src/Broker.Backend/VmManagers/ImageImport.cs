using Broker.Core.Library;

namespace Broker.Backend.VmManagers;

/// <summary>
/// Makes volumes that stand alone, empty ones, and of images in the library and of overlays: a copy that nobody else can change, looked into and converted by a qemu-img
/// that may do little. The volume appears under its name whole or not at all.
/// </summary>
/// <param name="settings">The node.</param>
/// <param name="format">What volumes are, as qemu-img calls it.</param>
internal sealed class ImageImport(NodeSettings settings, string format)
{
    private const string Source = ".source";
    private const string Part = ".part";
    private const int CopyPercent = 30;
    private const int RebasePercent = 60;
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>As <see cref="IDisks.Import"/>.</summary>
    public long Run(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel)
    {
        using var image = LibraryFolder.Open(settings.LibraryFolder, libraryFile);
        var disk = LibraryDisk.Find(image);
        var words = new Words($"'{libraryFile}'", "imported");
        if (disk.Header.Problem != null) throw words.Refused(disk.Header.Problem);
        if (disk.Header.Format == ImageHeader.Cd) throw words.Refused("It is a CD. Put it into a machine's drive, or make a machine with an empty disk from it.");
        if (File.Exists(target)) return CapacityOf(target);
        Make(disk, [], target, isNew: true, words, percent, (source, part) => Convert(disk, [], source, part, words, percent, cancel), cancel);
        return disk.Image.CapacityBytes;
    }

    /// <summary>Makes a volume anew, of a qcow2 overlay and what is below it.</summary>
    /// <param name="path">The overlay. It is replaced at the end.</param>
    /// <param name="backing">Images below it, nearest first, readable by everybody.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    public void Flatten(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel) =>
        Anew(path, backing, "made to stand alone", percent, (disk, source, part, words) => Convert(disk, backing, source, part, words, percent, cancel), cancel);

    /// <summary>Makes a qcow2 overlay anew, on another image.</summary>
    /// <inheritdoc cref="IDisks.Rebase"/>
    public void Rebase(string path, IReadOnlyList<string> backing, IReadOnlyList<string> onto, IProgress<int> percent, CancellationToken cancel) =>
        Anew(path, backing, "put onto another image", percent, (disk, source, part, words) =>
        {
            CheckRoom(part, words, QemuImg.Measure(source, "qcow2", backing));
            var most = MostBytes(disk.Image.CapacityBytes, disk.Image.CapacityBytes);
            QemuImg.Rebase(source, backing, onto, most, new Share(percent, CopyPercent, RebasePercent), cancel);
            CreateOverlayForNobody(onto[0], part, disk.Image.CapacityBytes);
            QemuImg.ConvertOverlay(source, onto, part, most, new Share(percent, RebasePercent, 99), cancel);
            return true;
        }, cancel);

    /// <summary>Makes a qcow2 image anew, as small as its content allows.</summary>
    /// <inheritdoc cref="IDisks.Compact"/>
    public long Compact(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        var before = Posix.RoomOf(path);
        Anew(path, backing, "made smaller", percent, (disk, source, part, words) =>
        {
            if (backing.Count == 0)
            {
                Convert(disk, backing, source, part, words, percent, cancel);
            }
            else
            {
                CreateOverlayForNobody(backing[0], part, disk.Image.CapacityBytes);
                QemuImg.ConvertOverlay(source, backing, part, MostBytes(disk.Bytes.Length, disk.Image.CapacityBytes), new Share(percent, CopyPercent, 99), cancel);
            }
            // one that was as small as can be stays
            return Posix.RoomOf(part) < before;
        }, cancel);
        return before - Posix.RoomOf(path);
    }

    /// <summary>Works on a copy of a qcow2 image that has one of ours below it, or none.</summary>
    /// <param name="path">The image, which is replaced at the end.</param>
    /// <param name="backing">Images below it, nearest first, readable by everybody.</param>
    /// <param name="done">What is being done with it.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="make">Makes the file that takes its name, and says whether it is to.</param>
    /// <param name="cancel">Stops it.</param>
    private static void Anew(string path, IReadOnlyList<string> backing, string done, IProgress<int> percent, Func<LibraryDisk, string, string, Words, bool> make,
        CancellationToken cancel)
    {
        var words = new Words(path, done);
        using var overlay = File.OpenHandle(path);
        foreach (var below in backing)
        {
            using var image = File.OpenHandle(below);
            if (Qcow2Overlay.ReadHeader(FilePart.Whole(image)).Problem is { } problem) throw words.Refused($"Of {below}, which is below it: {problem}");
        }

        var whole = FilePart.Whole(overlay);
        var header = Qcow2Overlay.ReadHeader(whole);
        if (header.Problem != null) throw words.Refused(header.Problem);
        var disk = new LibraryDisk(header, header, whole, null);
        Make(disk, backing, path, isNew: false, words, percent, (source, part) => make(disk, source, part, words), cancel);
    }

    /// <summary>Makes a second volume of one, byte by byte but for what is zero.</summary>
    /// <param name="path">The volume.</param>
    /// <param name="target">The copy.</param>
    /// <param name="finish">Does to the copy's file what it needs before it gets its name.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    public static void Copy(string path, string target, Action<string> finish, IProgress<int> percent, CancellationToken cancel)
    {
        var words = new Words(path, "copied");
        var part = target + Part;
        try
        {
            percent.Report(0);
            File.Delete(part);
            using (var from = File.OpenHandle(path))
            using (var to = File.OpenHandle(part, FileMode.CreateNew, FileAccess.Write))
            {
                var length = RandomAccess.GetLength(from);
                CheckRoom(target, words, Posix.RoomOf(path));
                File.SetUnixFileMode(to, Writable);
                RandomAccess.SetLength(to, length);
                var buffer = new byte[1 << 20];
                for (long at = 0; at < length;)
                {
                    cancel.ThrowIfCancellationRequested();
                    var piece = buffer.AsSpan(0, RandomAccess.Read(from, buffer, at));
                    if (piece.Length == 0) throw new VmException($"{path} got shorter while it was copied.");
                    if (piece.ContainsAnyExcept((byte)0)) RandomAccess.Write(to, piece, at);
                    at += piece.Length;
                    percent.Report((int)(at * 99 / length));
                }
            }

            finish(part);
            cancel.ThrowIfCancellationRequested();
            Settle(part, target);
            percent.Report(100);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"{words.Name} could not be {words.Done} in {Path.GetDirectoryName(target)}: {e.Message}", e);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Makes a compressed copy of a qcow2 image.</summary>
    /// <inheritdoc cref="ICanBackup.Save"/>
    public void Save(string path, IReadOnlyList<string> backing, bool isWhole, string target, IProgress<int> percent, CancellationToken cancel)
    {
        var words = new Words(path, "backed up");
        long length, capacity;
        using (var file = File.OpenHandle(path))
        {
            var header = Qcow2Overlay.ReadHeader(FilePart.Whole(file));
            if (header.Problem != null) throw words.Refused(header.Problem);
            (length, capacity) = (RandomAccess.GetLength(file), header.CapacityBytes);
        }

        // base images are everybody's to read; all else is lent to the qemu-img that may do little
        var isLent = !PoolFiles.IsFrozen(path);
        if (isLent) Give(path, QemuImg.Nobody);
        try
        {
            percent.Report(0);
            QemuImg.Check(path, "qcow2");
            var needed = isWhole ? QemuImg.Measure(path, "qcow2", backing) : length;
            CheckRoom(target, words, needed);
            CreateForNobody(target);
            QemuImg.Compress(path, backing, isWhole, target, MostBytes(needed, capacity), new Share(percent, 10, 99), cancel);
            TakeBack(target);
            percent.Report(100);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"{words.Name} could not be {words.Done}: {e.Message}", e);
        }
        finally
        {
            if (isLent) TakeBack(path);
        }
    }

    /// <summary>Judges what was kept of a qcow2 image.</summary>
    /// <inheritdoc cref="ICanBackup.Problem"/>
    public static string? Problem(BackedUpDisk disk) => Judge(disk) switch
    {
        _ when disk.Format != "qcow2" => $"It is of a host whose disks are {disk.Format}.",
        { Problem: { } problem } => problem,
        { Format: not "qcow2" } => "It is no qcow2 image.",
        { CapacityBytes: var bytes } when bytes != disk.CapacityBytes => $"It has {bytes} bytes, and was to have {disk.CapacityBytes}.",
        _ => null,
    };

    /// <inheritdoc cref="ICanBackup.Restore"/>
    public void Restore(BackedUpDisk disk, string target, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        var words = new Words($"'{disk.Name}'", "restored");
        if (Problem(disk) is { } problem) throw words.Refused(problem);
        var header = Judge(disk);
        var image = new LibraryDisk(header, header, disk.Bytes, disk.Sum);
        Make(image, backing, target, isNew: true, words, percent, (source, part) =>
        {
            if (backing.Count == 0) return Convert(image, backing, source, part, words, percent, cancel);
            // of what it holds itself
            var needed = QemuImg.Measure(source, "qcow2", []);
            CheckRoom(part, words, needed);
            CreateOverlayForNobody(backing[0], part, disk.CapacityBytes);
            QemuImg.ConvertOverlay(source, backing, part, MostBytes(needed, disk.CapacityBytes), new Share(percent, CopyPercent, 99), cancel);
            return true;
        }, cancel);
    }

    // what an overlay says of the image below it nobody follows
    private static ImageHeader Judge(BackedUpDisk disk) => disk.IsOverlay ? Qcow2Overlay.ReadHeader(disk.Bytes) : disk.Bytes.ReadHeader();

    /// <summary>Makes a stand-alone volume of a disk that others made, with all that lies below it.</summary>
    /// <inheritdoc cref="ICanAdopt.CopyDisk"/>
    public long CopyIn(FoundDisk disk, string target, IProgress<int> percent, CancellationToken cancel)
    {
        if (File.Exists(target)) return CapacityOf(target);
        var (words, part) = (new Words(disk.Path, "copied"), target + Part);
        List<(string From, string Copy)> images = [.. disk.Below.Prepend(disk.Path).Select((path, i) => (path, $"{target}{Source}{(i == 0 ? "" : i)}"))];
        try
        {
            percent.Report(0);
            foreach (var ((from, copy), i) in images.Select((image, i) => (image, i)))
            {
                using var file = File.OpenHandle(from);
                var whole = FilePart.Whole(file);
                CheckRoom(target, words, whole.Length);
                var header = Qcow2Overlay.ReadHeader(whole);
                CopyForNobody(new(header, header, whole, null), copy, new Share(percent, CopyPercent * i / images.Count, CopyPercent * (i + 1) / images.Count), cancel);
                if (disk.Format == "qcow2")
                {
                    // what lies below it is what was told, whatever its header says
                    using (var copied = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite)) Qcow2Overlay.CutOff(copied);
                    QemuImg.Check(copy, disk.Format);
                }

                if (QemuImg.Info(copy, disk.Format) is { HasDataFile: true } or { IsEncrypted: true }) throw words.Refused($"{from} is encrypted, or keeps its data in another file.");
            }

            string[] below = [.. images.Skip(1).Select(i => i.Copy)];
            var needed = QemuImg.Measure(images[0].Copy, disk.Format, below);
            CheckRoom(target, words, needed);
            CreateForNobody(part);
            QemuImg.Convert(images[0].Copy, disk.Format, below, part, format, MostBytes(needed, disk.CapacityBytes ?? 0), new Share(percent, CopyPercent, 99), cancel);
            cancel.ThrowIfCancellationRequested();
            TakeBack(part);
            Settle(part, target);
            percent.Report(100);
            return CapacityOf(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"{words.Name} could not be {words.Done} to {Path.GetDirectoryName(target)}: {e.Message}", e);
        }
        finally
        {
            foreach (var (_, copy) in images) File.Delete(copy);
            File.Delete(part);
        }
    }

    /// <summary>As <see cref="IDisks.Create"/>, and in place of what is there when it may be.</summary>
    public void Create(string target, long capacityBytes, bool overwrite = false)
    {
        if (File.Exists(target) && !overwrite) return;
        var part = target + Part;
        File.Delete(part);
        try
        {
            QemuImg.Create(format, part, capacityBytes);
            File.SetUnixFileMode(part, Writable);
            Settle(part, target, overwrite);
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>As <see cref="IDisks.Grow"/>, of a qcow2.</summary>
    public static void Grow(string path, long capacityBytes)
    {
        long length;
        using (var file = File.OpenHandle(path))
        {
            var whole = FilePart.Whole(file);
            var header = Qcow2Overlay.ReadHeader(whole);
            if (header.Problem != null) throw new VmException($"{path} can't be made larger. {header.Problem}");
            if (header.CapacityBytes >= capacityBytes) return;
            PoolFiles.CheckRoomFor(path, $"what is added to {Path.GetFileName(path)}", capacityBytes - header.CapacityBytes);
            length = whole.Length;
        }

        Lent(path, () =>
        {
            QemuImg.Grow(path, "qcow2", capacityBytes, length + (64 << 20));
            return true;
        });
    }

    /// <summary>Does something with a volume that a qemu-img does which may do little: it is that user's meanwhile.</summary>
    public static T Lent<T>(string path, Func<T> use)
    {
        Give(path, QemuImg.Nobody);
        try
        {
            return use();
        }
        finally
        {
            TakeBack(path);
        }
    }

    private static void Make(LibraryDisk disk, IReadOnlyList<string> backing, string target, bool isNew, Words words, IProgress<int> percent, Func<string, string, bool> make,
        CancellationToken cancel)
    {
        var (source, part) = (target + Source, target + Part);
        var (from, capacity) = (disk.Image.Format!, disk.Image.CapacityBytes);
        try
        {
            percent.Report(0);
            CheckRoom(target, words, disk.Bytes.Length);
            // What is looked at must be what is converted, so we take a copy that nobody else can change. It is also what lets an unprivileged qemu-img read the
            // image without the library being open to everybody: an open file can't be handed to a user who may not open it.
            CopyForNobody(disk, source, new Share(percent, 0, CopyPercent), cancel);
            using (var copy = File.OpenHandle(source, FileMode.Open, FileAccess.ReadWrite))
            {
                if (backing.Count > 0) Qcow2Overlay.CutOff(copy);
                if (FilePart.Whole(copy).ReadHeader() != disk.Image) throw words.Refused("It changed while it was copied.");
            }

            var report = QemuImg.Info(source, from);
            if (report.HasBackingFile) throw words.Refused("It is an overlay on another file (a backing file).");
            if (report.HasDataFile) throw words.Refused("It keeps its data in another file.");
            if (report.IsEncrypted) throw words.Refused("It is encrypted.");
            if (report.CapacityBytes != capacity) throw words.Refused("Its header contradicts itself.");

            if (from != "raw") QemuImg.Check(source, from);

            var isBetter = make(source, part);
            cancel.ThrowIfCancellationRequested();
            if (isBetter)
            {
                TakeBack(part);
                Settle(part, target, overwrite: !isNew);
            }
            percent.Report(100);
        }
        catch (InvalidDataException e)
        {
            throw words.Refused(e.Message, e);
        }
        catch (VmException e) when (e.Message.Contains(source, StringComparison.Ordinal))
        {
            // our copy's name says nothing to people
            throw new VmException(e.Message.Replace(source, words.Name, StringComparison.Ordinal), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"{words.Name} could not be {words.Done} in {Path.GetDirectoryName(target)}: {e.Message}", e);
        }
        finally
        {
            File.Delete(source);
            File.Delete(part);
        }
    }

    private bool Convert(LibraryDisk disk, IReadOnlyList<string> backing, string source, string part, Words words, IProgress<int> percent, CancellationToken cancel)
    {
        var (from, capacity) = (disk.Image.Format!, disk.Image.CapacityBytes);
        var needed = QemuImg.Measure(source, from, backing);
        CheckRoom(part, words, needed);
        CreateForNobody(part);
        QemuImg.Convert(source, from, backing, part, format, MostBytes(needed, capacity), new Share(percent, CopyPercent, 99), cancel);
        return true;
    }

    /// <summary>Files that an import which was killed leaves beside its target.</summary>
    public static IReadOnlyList<string> Leftovers(string target) => [target + Source, target + Part];

    /// <summary>Gives a finished file its name, so that it is there whole after a power cut too, or else the one that had the name before.</summary>
    public static void Settle(string part, string target, bool overwrite = false)
    {
        using (var file = File.OpenHandle(part)) RandomAccess.FlushToDisk(file);
        File.Move(part, target, overwrite);
        Posix.FlushFolder(Path.GetDirectoryName(target)!);
    }

    private static void CheckRoom(string path, Words words, long needed) => PoolFiles.CheckRoomFor(path, words.Name, needed);

    private static void CreateForNobody(string path)
    {
        File.Delete(path);
        using (File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write)) { }
        Give(path, QemuImg.Nobody);
    }

    private static void CreateOverlayForNobody(string frozen, string path, long capacity)
    {
        CreateForNobody(path);
        File.WriteAllBytes(path, File.ReadAllBytes(PoolFiles.TemplateOf(frozen)));
        Resize(path, capacity);
    }

    /// <summary>Gives an empty overlay the capacity of its disk, which may have grown beyond the image it lies on.</summary>
    public static void Resize(string overlay, long capacityBytes)
    {
        long capacity;
        using (var file = File.OpenHandle(overlay)) capacity = Qcow2Overlay.ReadHeader(FilePart.Whole(file)).CapacityBytes;
        if (capacity != capacityBytes) QemuImg.Resize(overlay, capacityBytes);
    }

    private static void TakeBack(string path) => Give(path, 0);

    private static void Give(string path, uint user)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        if (Posix.IsRoot) Posix.ChangeOwner(file, user, user);
        File.SetUnixFileMode(file, Writable);
    }

    /// <summary>Copies what isn't zero: raw images are mostly holes.</summary>
    private static void CopyForNobody(LibraryDisk disk, string target, IProgress<int> percent, CancellationToken cancel)
    {
        CreateForNobody(target);
        using var copy = File.OpenHandle(target, FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(copy, disk.Bytes.Length);
        disk.Read((at, piece) =>
        {
            if (piece.Span.ContainsAnyExcept((byte)0)) RandomAccess.Write(copy, piece.Span, at);
        }, percent, cancel);
    }

    private static long CapacityOf(string path)
    {
        using var file = File.OpenHandle(path);
        return LibraryFolder.ReadHeader(file).CapacityBytes;
    }

    /// <summary>A limit for the file that is made. Formats other than qcow2 fill up larger blocks than were measured; none gets larger than the disk and its tables.</summary>
    private long MostBytes(long needed, long capacity) => (format == "qcow2" ? needed + (needed / 8) : capacity + (capacity / 8)) + (64 << 20);

    /// <summary>What people are told about.</summary>
    /// <param name="Name">What is worked on.</param>
    /// <param name="Done">What it can't be, when something is wrong.</param>
    private sealed record Words(string Name, string Done)
    {
        public VmException Refused(string problem, Exception? inner = null) => new($"{Name} can't be {Done}. {problem}", inner);
    }
}
