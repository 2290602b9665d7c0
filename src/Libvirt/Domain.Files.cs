using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Calls that pass open files, over the Unix socket of a daemon on this host. And QEMU's monitor, which can.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>Starts it, its first process having these files as descriptors 3, 4, ... (virDomainCreateWithFiles)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoSupport"/>: its driver has no containers.</exception>
    public void CreateWithFiles(IReadOnlyList<SafeHandle> files, DomainCreateFlags flags = default)
    {
        using var self = Handle.Use();
        using var f = new Descriptors(files);
        Check(virDomainCreateWithFiles(self.Pointer, f.Count, f.Pointer, flags));
    }

    /// <summary><see cref="CreateWithFiles"/> on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task CreateWithFilesAsync(IReadOnlyList<SafeHandle> files, DomainCreateFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => CreateWithFiles(files, flags), cancellationToken);

    /// <summary>
    /// Gives files a name by which the domain's description can use them (<c>fdgroup</c> of a disk's source), for as long as this connection lives.
    /// (virDomainFDAssociate)
    /// </summary>
    public void FDAssociate(string name, IReadOnlyList<SafeHandle> files, DomainFDAssociateFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(name);
        using var f = new Descriptors(files);
        Check(virDomainFDAssociate(self.Pointer, text.Pointer, f.Count, f.Pointer, flags));
    }

    /// <summary>
    /// Sends a command to QEMU's monitor and returns its answer. Safe for questions; behind libvirt's back, what changes the machine isn't.
    /// (virDomainQemuMonitorCommand)
    /// </summary>
    /// <param name="command">JSON such as <c>{"execute":"query-status"}</c>, or a line for people with <see cref="DomainQemuMonitorCommandFlags.Hmp"/>.</param>
    /// <param name="flags">Which of the two.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run. What QEMU refuses is in the answer.</exception>
    public string QemuMonitorCommand(string command, DomainQemuMonitorCommandFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(command);
        byte* result = null;
        Check(virDomainQemuMonitorCommand(self.Pointer, text.Pointer, &result, flags));
        return Text.TakeOrNull(result) ?? "";
    }

    /// <summary><see cref="QemuMonitorCommand"/> on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task<string> QemuMonitorCommandAsync(string command, DomainQemuMonitorCommandFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => QemuMonitorCommand(command, flags), cancellationToken);

    /// <summary>The same with files for QEMU, and files from it that are the caller's to dispose. (virDomainQemuMonitorCommandWithFiles)</summary>
    /// <param name="command">As for <see cref="QemuMonitorCommand"/>.</param>
    /// <param name="files">For example the one that <c>getfd</c> or <c>add-fd</c> takes.</param>
    /// <param name="flags">As for <see cref="QemuMonitorCommand"/>.</param>
    public (string Result, IReadOnlyList<SafeFileHandle> Files) QemuMonitorCommandWithFiles(string command, IReadOnlyList<SafeHandle> files,
        DomainQemuMonitorCommandFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(command);
        using var f = new Descriptors(files);
        byte* result = null;
        int* descriptors = null;
        uint count = 0;
        Check(virDomainQemuMonitorCommandWithFiles(self.Pointer, text.Pointer, f.Count, f.Pointer, &count, &descriptors, &result, flags));
        var received = new SafeFileHandle[count];
        for (var i = 0; i < received.Length; i++)
            received[i] = new(descriptors[i], ownsHandle: true);
        NativeMemory.Free(descriptors);
        return (Text.TakeOrNull(result) ?? "", received);
    }

    /// <summary><see cref="QemuMonitorCommandWithFiles"/> on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task<(string Result, IReadOnlyList<SafeFileHandle> Files)> QemuMonitorCommandWithFilesAsync(string command, IReadOnlyList<SafeHandle> files,
        DomainQemuMonitorCommandFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => QemuMonitorCommandWithFiles(command, files, flags), cancellationToken);
}
