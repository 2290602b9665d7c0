using System.Security.Cryptography;
using Broker.Backend.VmManagers;
using Broker.Core.Backups;
using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.Backups;

/// <summary>Writes a backup: plain files one behind the other in a tar, the manifest last. It has its name only when it is there to its end; zeros take no room.</summary>
internal sealed class BackupWriter : IDisposable
{
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly DateTimeOffset _at;
    private readonly SafeFileHandle _file;
    private long _end;

    /// <param name="path">Where it will be.</param>
    /// <param name="at">When it is taken.</param>
    /// <exception cref="VmException">The folder can't be written to.</exception>
    public BackupWriter(string path, DateTimeOffset at)
    {
        (_path, _at) = (path, at);
        try
        {
            File.Delete(PartOf(path));
            _file = File.OpenHandle(PartOf(path), FileMode.CreateNew, FileAccess.Write);
            File.SetUnixFileMode(_file, OwnersOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"{path} can't be written: {e.Message} Make the folder and let the back end's user in.", e);
        }
    }

    /// <summary>What it is called while it is being written.</summary>
    public static string PartOf(string path) => path + ".part";

    /// <summary>Puts a file into it.</summary>
    /// <returns>Its SHA-256, in hexadecimal digits.</returns>
    public string Add(string name, FilePart source, IProgress<int> percent, CancellationToken cancel)
    {
        Begin(name, source.Length);
        var sum = source.ReadAll((at, piece) =>
        {
            if (piece.Span.ContainsAnyExcept((byte)0)) RandomAccess.Write(_file, piece.Span, _end + at);
        }, percent, cancel);
        End(source.Length);
        return sum;
    }

    /// <summary>Puts the manifest behind everything else and gives the backup its name.</summary>
    /// <returns>How long it is, and the SHA-256 of its manifest.</returns>
    public (long SizeBytes, string Sha256) Finish(BackupManifest manifest)
    {
        var bytes = manifest.Write();
        Begin(BackupManifest.File, bytes.Length);
        RandomAccess.Write(_file, bytes, _end);
        End(bytes.Length);
        _end += 2 * TarMember.BlockBytes;
        RandomAccess.SetLength(_file, _end);
        ImageImport.Settle(PartOf(_path), _path, overwrite: true);
        return (_end, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Begin(string name, long length)
    {
        var block = new byte[TarMember.BlockBytes];
        new TarMember(name, length).Write(block, _at);
        RandomAccess.Write(_file, block, _end);
        _end += block.Length;
    }

    private void End(long length) => _end += (length + TarMember.BlockBytes - 1) / TarMember.BlockBytes * TarMember.BlockBytes;
}
