namespace Broker.Backend.VmManagers;

/// <summary>Whether two files hold the same.</summary>
internal static class SameContent
{
    /// <summary>Compares them byte by byte, the second as it is on the disk.</summary>
    /// <param name="path">A file.</param>
    /// <param name="copy">Its copy.</param>
    /// <param name="except">Bytes that may differ.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="VmException">They don't, or can't be read.</exception>
    public static void Check(string path, string copy, Range except, IProgress<int> percent, CancellationToken cancel)
    {
        PoolFiles.CheckExists(path);
        PoolFiles.CheckExists(copy);
        try
        {
            using var first = File.OpenHandle(path, options: FileOptions.SequentialScan);
            using var second = File.OpenHandle(copy, options: FileOptions.SequentialScan);
            Posix.ForgetPages(second);
            var length = RandomAccess.GetLength(first);
            if (RandomAccess.GetLength(second) != length) throw Differs(path, copy);
            var (one, other) = (new byte[1 << 20], new byte[1 << 20]);
            for (long at = 0; at < length;)
            {
                cancel.ThrowIfCancellationRequested();
                var count = ReadAll(first, one, at);
                if (count == 0 || ReadAll(second, other, at) != count) throw Differs(path, copy);
                for (var i = except.Start.Value - at; i < except.End.Value - at; i++)
                    if (i >= 0 && i < count) other[i] = one[i];
                if (!one.AsSpan(0, count).SequenceEqual(other.AsSpan(0, count))) throw Differs(path, copy);
                at += count;
                percent.Report((int)(at * 100 / length));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"The copy {copy} could not be held against {path}: {e.Message}", e);
        }
    }

    private static int ReadAll(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] buffer, long at)
    {
        var all = 0;
        for (int count; all < buffer.Length && (count = RandomAccess.Read(file, buffer.AsSpan(all), at + all)) > 0;) all += count;
        return all;
    }

    private static VmException Differs(string path, string copy) => new($"The copy {copy} does not hold what {path} holds. Look whether its disk is sound.");
}
