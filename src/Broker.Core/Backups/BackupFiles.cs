using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Broker.Core.Backups;

/// <summary>How the files in a backup folder are called.</summary>
public static class BackupFiles
{
    private const string Extension = ".tar";
    private const int LongestName = 190;

    /// <summary>What a new backup is called: a name that people know again, and one that no other has.</summary>
    public static string NameOf(string domain, DateTimeOffset at, Guid id) =>
        string.Create(CultureInfo.InvariantCulture, $"{domain}-{at.UtcDateTime:yyyyMMdd-HHmmss}-{id.ToString("N")[..8]}{Extension}");

    /// <summary>What can't be the name of a backup's file, in sentences; empty when it can.</summary>
    public static IEnumerable<string> NameProblems(string file)
    {
        if (file.Length is 0 or > LongestName || file.Any(c => !char.IsAscii(c) || char.IsControl(c) || c is '/' or '\\') || file[0] == '.' || !file.EndsWith(Extension, StringComparison.Ordinal))
            yield return $"file is the name of a file in the backup folder, without a folder: plain characters, {LongestName} at most, ending in {Extension}.";
    }

    /// <summary>The name under which requests lock a file.</summary>
    public static string LockOf(string file) => $"backup:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file)))}";
}
