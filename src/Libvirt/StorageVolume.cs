using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Its content.</summary>
public sealed partial class StorageVolume
{
    /// <summary>
    /// Starts writing its content from a stream, which then is written to and finished. The file as it is: a qcow2 goes into a volume that shall be one.
    /// (virStorageVolUpload)
    /// </summary>
    /// <param name="stream">A new stream of this volume's connection.</param>
    /// <param name="offset">Byte at which to begin.</param>
    /// <param name="length">More bytes than these make it fail; 0 is no bound, and a file grows.</param>
    /// <param name="flags">
    /// With <see cref="StorageVolUploadFlags.SparseStream"/> holes can be sent. In a file they leave what was there before: only for volumes that are new.
    /// </param>
    public unsafe void Upload(Stream stream, ulong offset = 0, ulong length = 0, StorageVolUploadFlags flags = default)
    {
        using var self = Handle.Use();
        using var s = stream.Begin();
        Check(virStorageVolUpload(self.Pointer, s.Pointer, offset, length, flags));
    }

    /// <summary>Writes its content, to the end of the source.</summary>
    /// <param name="source">Where from, from its position on.</param>
    /// <param name="offset">Byte at which to begin.</param>
    /// <param name="flags">
    /// With <see cref="StorageVolUploadFlags.SparseStream"/> the holes of a file aren't sent. They leave what was there before: only for volumes that are new.
    /// </param>
    /// <param name="progress">Told how many bytes are done, holes included.</param>
    /// <param name="cancellationToken">Breaks the transfer off, and waits until it is: what has been written so far stays.</param>
    /// <exception cref="LibvirtException">Writing failed; what the source throws comes as it is.</exception>
    public async Task UploadAsync(System.IO.Stream source, ulong offset = 0, StorageVolUploadFlags flags = default, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var stream = await Stream.Start(Handle.Calls, NewStream, s => Upload(s, offset, 0, flags), cancellationToken).ConfigureAwait(false);
        await stream.SendAllAsync(source, flags.HasFlag(StorageVolUploadFlags.SparseStream), progress, cancellationToken).ConfigureAwait(false);
        await stream.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts reading its content into a stream, which then is read to its end and finished. The file as it is, not what a guest sees. (virStorageVolDownload)
    /// </summary>
    /// <param name="stream">A new stream of this volume's connection.</param>
    /// <param name="offset">Byte at which to begin.</param>
    /// <param name="length">So many bytes; 0 is all that follow.</param>
    /// <param name="flags">With <see cref="StorageVolDownloadFlags.SparseStream"/> holes can be told from zeros.</param>
    public unsafe void Download(Stream stream, ulong offset = 0, ulong length = 0, StorageVolDownloadFlags flags = default)
    {
        using var self = Handle.Use();
        using var s = stream.Begin();
        Check(virStorageVolDownload(self.Pointer, s.Pointer, offset, length, flags));
    }

    /// <summary>
    /// Reads its content. libvirt takes what the daemon sends as fast as it comes, so that what a slow destination hasn't taken yet is in memory: there, fetch a
    /// big volume in parts, by offset and length.
    /// </summary>
    /// <param name="destination">Where to, from its position on.</param>
    /// <param name="offset">Byte at which to begin.</param>
    /// <param name="length">So many bytes; 0 is all that follow.</param>
    /// <param name="flags">With <see cref="StorageVolDownloadFlags.SparseStream"/> holes aren't sent, and are kept where the destination can seek.</param>
    /// <param name="progress">Told how many bytes are done, holes included.</param>
    /// <param name="cancellationToken">Breaks the transfer off, and waits until it is.</param>
    /// <exception cref="LibvirtException">Reading failed; what the destination throws comes as it is.</exception>
    public async Task DownloadAsync(System.IO.Stream destination, ulong offset = 0, ulong length = 0, StorageVolDownloadFlags flags = default,
        IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        await using var stream = await Stream.Start(Handle.Calls, NewStream, s => Download(s, offset, length, flags), cancellationToken).ConfigureAwait(false);
        await stream.RecvAllAsync(destination, flags.HasFlag(StorageVolDownloadFlags.SparseStream), progress, cancellationToken).ConfigureAwait(false);
        await stream.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private unsafe Stream NewStream()
    {
        using var self = Handle.Use();
        return new(Check(virStorageVolGetConnect(self.Pointer)), StreamFlags.Nonblock, Handle.Calls);
    }
}
