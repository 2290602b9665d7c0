using System.ComponentModel;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>A file system of a test's own that can be full at any moment. Only the thread that made it sees it, and what that thread starts: it goes with it.</summary>
internal static partial class SmallDisk
{
    private const int NewMounts = 0x20000;
    private const ulong Remount = 0x20;
    private const ulong Bind = 0x1000;
    private const ulong RecursivePrivate = 0x44000;

    /// <summary>Does something on a thread for which a folder is such a file system. Needs root.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="mib">Its size; no memory is taken for it until it is written.</param>
    /// <param name="act">What is done.</param>
    public static void On(string folder, int mib, Action act)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Check(unshare(NewMounts));
                Check(mount("none", "/", null, RecursivePrivate, null));
                Check(mount("broker-test", folder, "tmpfs", 0, $"size={mib}m,mode=0755"));
                act();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>From now on there is only so much room left, as if others had taken the rest.</summary>
    public static void Leave(string folder, long bytes)
    {
        var drive = new DriveInfo(folder);
        var size = drive.TotalSize - drive.AvailableFreeSpace + bytes;
        Check(mount("broker-test", folder, "tmpfs", Remount, string.Create(CultureInfo.InvariantCulture, $"size={Math.Max(4096, size)}")));
    }

    /// <summary>Puts a program in the place of qemu-img that tells before it does what its first word says, and waits.</summary>
    /// <param name="word">The word: convert…</param>
    /// <param name="tools">An empty folder that everybody can enter.</param>
    /// <param name="then">What is done meanwhile, once; on a thread that sees the file system too.</param>
    public static void BeforeQemuImg(string word, string tools, Action then)
    {
        const string program = "/usr/bin/qemu-img";
        var (real, instead, asks, goes) = (Path.Combine(tools, "real"), Path.Combine(tools, "instead"), Path.Combine(tools, "asks"), Path.Combine(tools, "goes"));
        File.WriteAllText(real, "");
        File.WriteAllText(instead, $"#!/bin/sh\nif [ \"$1\" = {word} ]; then echo now >{asks}; read -r go <{goes}; fi\nexec {real} \"$@\"\n");
        File.SetUnixFileMode(instead, (UnixFileMode)0b111_101_101);
        foreach (var pipe in (string[])[asks, goes])
        {
            Check(mkfifo(pipe, 0));
            File.SetUnixFileMode(pipe, (UnixFileMode)0b110_110_110);
        }

        Check(mount(program, real, null, Bind, null));
        Check(mount(instead, program, null, Bind, null));
        new Thread(() =>
        {
            File.ReadAllText(asks);
            then();
            File.WriteAllText(goes, "go\n");
        })
        { IsBackground = true }.Start();
    }

    private static void Check(int result)
    {
        if (result != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string? type, ulong flags, string? data);
}
