using System.Buffers;
using Broker.Core.Library;
using Broker.Core.Settings;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Win32.SafeHandles;

namespace Broker.Frontend.Library;

/// <summary>
/// The folder of uploaded images. What is being received has a hidden name that is locked while its writer lives and gets its own when it is whole, so an upload
/// that is broken off leaves nothing, or, when its front end dies, a file that an upload takes away a minute later.
/// </summary>
public sealed class Uploads(FrontEndSettings settings, TimeProvider clock)
{
    private const string Partial = ".part";
    private const long RoomToLeave = 256L << 20;
    private const int PieceBytes = 1 << 20;
    // Between a file's making and its locking nobody holds it.
    private static readonly TimeSpan LeftAfter = TimeSpan.FromMinutes(1);
    // The back end reads it as another user.
    private const UnixFileMode ForAllToRead = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Receives an image and puts it into the library. Its name was judged by <see cref="ImageNames"/>.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="length">How many bytes come.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>What it is.</returns>
    /// <exception cref="RefusedException">It can't be taken; nothing of it is left.</exception>
    public async Task<ImageHeader> Receive(string file, long length, Stream body, CancellationToken cancel)
    {
        if (length > (long)settings.LargestUploadGib << 30)
            throw new RefusedException(StatusCodes.Status413PayloadTooLarge, "too_large", $"At most {settings.LargestUploadGib} GiB can be uploaded. Copy larger images into the library folder on the host.");
        if (!Directory.Exists(settings.Uploads))
            throw new RefusedException(StatusCodes.Status409Conflict, "no_uploads", $"Nothing can be uploaded here: there is no folder {settings.Uploads}. Copy the image into the library folder on the host.");
        if (Exists(file)) throw Taken(file);
        if (IsBeingReceived(file)) throw new RefusedException(StatusCodes.Status409Conflict, "being_uploaded", $"Somebody is just uploading '{file}'.");
        CheckRoom(length);

        var part = Path.Combine(settings.Uploads, $".{file}.{Guid.NewGuid():n}{Partial}");
        try
        {
            ImageHeader header;
            using (var handle = File.OpenHandle(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous))
            {
                header = await Copy(body, length, handle, cancel);
                File.SetUnixFileMode(handle, ForAllToRead);
                RandomAccess.FlushToDisk(handle);
                // While it is locked, so that nobody takes it for left. Whoever comes second, also from another front end, finds the name taken.
                File.Move(part, Path.Combine(settings.Uploads, file), overwrite: false);
            }

            return header;
        }
        catch (ConnectionResetException e)
        {
            throw new OperationCanceledException("Whoever uploaded it is gone.", e);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            if (Exists(file)) throw Taken(file);
            CheckRoom(length);
            throw;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>Whether an image of this name was uploaded.</summary>
    public bool Exists(string file) => File.Exists(Path.Combine(settings.Uploads, file));

    /// <summary>Deletes an uploaded image. An import that is reading it goes on.</summary>
    public void Delete(string file) => File.Delete(Path.Combine(settings.Uploads, file));

    private async Task<ImageHeader> Copy(Stream body, long length, SafeFileHandle handle, CancellationToken cancel)
    {
        if (length == 0) throw NotImportable(ImageHeader.Read([], 0));
        ImageHeader? header = null;
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (long at = 0; at < length;)
            {
                var count = await body.ReadAtLeastAsync(piece.AsMemory(0, PieceBytes), PieceBytes, throwOnEndOfStream: false, cancel);
                if (count == 0) throw new RefusedException(StatusCodes.Status400BadRequest, "broken_off", "The upload ended too early.");
                // judged before the rest is sent for nothing
                header ??= ImageHeader.Read(piece.AsSpan(0, Math.Min(count, ImageHeader.Length)), length);
                if (header.Problem is not null) throw NotImportable(header);
                // others write here, too
                CheckRoom(length - at);
                await RandomAccess.WriteAsync(handle, piece.AsMemory(0, count), at, cancel);
                at += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return header!;
    }

    private bool IsBeingReceived(string file)
    {
        foreach (var part in Directory.EnumerateFiles(settings.Uploads, ".*" + Partial))
        {
            if (TakeAway(part)) continue;
            var name = Path.GetFileName(part);
            if (name.Length == file.Length + 34 + Partial.Length && name.AsSpan(1).StartsWith(file, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    // What nobody writes or holds any more was left by a front end that died. True: it is gone.
    private bool TakeAway(string part)
    {
        try
        {
            if (clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(part) < LeftAfter) return false;
            using (File.OpenHandle(part, FileMode.Open, FileAccess.Write, FileShare.None))
                File.Delete(part);
            return true;
        }
        catch (FileNotFoundException)
        {
            // it came to its end just now
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void CheckRoom(long toCome)
    {
        var free = new DriveInfo(settings.Uploads).AvailableFreeSpace;
        if (free - toCome < RoomToLeave)
        {
            throw new RefusedException(StatusCodes.Status507InsufficientStorage, "no_room",
                $"There is no room: {toCome >> 20} MiB are to come, {free >> 20} MiB are free and {RoomToLeave >> 20} MiB have to stay free. Delete images that are not needed any more.");
        }
    }

    private static RefusedException NotImportable(ImageHeader header) => new(StatusCodes.Status422UnprocessableEntity, "not_importable", header.Problem!);

    private static RefusedException Taken(string file) => new(StatusCodes.Status409Conflict, "exists", $"There is an image '{file}' already. Delete it first or choose another name.");
}
