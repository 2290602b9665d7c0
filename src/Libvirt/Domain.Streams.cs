using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Its screen, consoles and displays.</summary>
public sealed partial class Domain
{
    /// <summary>Sends the screen's picture into the stream, which then is read to its end and finished. (virDomainScreenshot)</summary>
    /// <param name="stream">A new stream of this domain's connection.</param>
    /// <param name="screen">Which screen, from 0.</param>
    /// <returns>The picture's media type, such as <c>image/png</c>.</returns>
    public unsafe string Screenshot(Stream stream, uint screen = 0)
    {
        using var self = Handle.Use();
        using var s = stream.Begin();
        return Text.Take(virDomainScreenshot(self.Pointer, s.Pointer, screen, 0));
    }

    /// <summary>Writes the screen's picture, whole.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="screen">Which screen, from 0.</param>
    /// <returns>The picture's media type, such as <c>image/png</c>.</returns>
    public string Screenshot(System.IO.Stream destination, uint screen = 0)
    {
        using var stream = NewStream(default);
        var type = Screenshot(stream, screen);
        stream.RecvAll(destination);
        stream.Finish();
        return type;
    }

    /// <summary>Writes the screen's picture, whole.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="screen">Which screen, from 0.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>The picture's media type, such as <c>image/png</c>.</returns>
    public async Task<string> ScreenshotAsync(System.IO.Stream destination, uint screen = 0, CancellationToken cancellationToken = default)
    {
        var type = "";
        await using var stream = await Stream.Start(Handle.Calls, () => NewStream(StreamFlags.Nonblock), s => type = Screenshot(s, screen), cancellationToken)
            .ConfigureAwait(false);
        await stream.RecvAllAsync(destination, sparse: false, null, cancellationToken).ConfigureAwait(false);
        await stream.FinishAsync(cancellationToken).ConfigureAwait(false);
        return type;
    }

    /// <summary>
    /// Connects a serial port or console of the running machine with a stream, to be read and written until it is disposed. (virDomainOpenConsole)
    /// </summary>
    /// <param name="name">The device's alias, such as <c>serial0</c>; null is the first.</param>
    /// <param name="stream">A new stream of this domain's connection, best one that doesn't block. It ends when the machine stops.</param>
    /// <param name="flags">What if somebody else has it open.</param>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.OperationFailed"/>: somebody has it open; <see cref="ErrorNumber.OperationInvalid"/>: it doesn't run;
    /// <see cref="ErrorNumber.InternalError"/>, <see cref="ErrorNumber.InvalidArg"/>: it has none such, or one whose other end isn't libvirt's (a console is a
    /// <c>pty</c>, a channel <c>unix</c>).
    /// </exception>
    public unsafe void OpenConsole(string? name, Stream stream, DomainConsoleFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(name);
        using var s = stream.Begin();
        Check(virDomainOpenConsole(self.Pointer, text.Pointer, s.Pointer, flags));
    }

    /// <summary>Connects a channel of the running machine with a stream, to be read and written until it is disposed. (virDomainOpenChannel)</summary>
    /// <param name="name">The device's alias, such as <c>channel0</c>, or the guest's name for it; null is the first.</param>
    /// <param name="stream">A new stream of this domain's connection, best one that doesn't block. It ends when the machine stops.</param>
    /// <param name="flags">What if somebody else has it open.</param>
    /// <exception cref="LibvirtException">As with <see cref="OpenConsole"/>.</exception>
    public unsafe void OpenChannel(string? name, Stream stream, DomainChannelFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(name);
        using var s = stream.Begin();
        Check(virDomainOpenChannel(self.Pointer, text.Pointer, s.Pointer, flags));
    }

    /// <summary>
    /// Connects a display with one end of a pair of sockets; the other stays with the caller. Only for a daemon on this host. (virDomainOpenGraphics)
    /// </summary>
    /// <param name="index">Which display, from 0.</param>
    /// <param name="socket">A Unix socket. It may be closed after the call.</param>
    /// <param name="flags">Whether a password is asked.</param>
    public unsafe void OpenGraphics(uint index, SafeHandle socket, DomainOpenGraphicsFlags flags = default)
    {
        using var self = Handle.Use();
        using var fd = new Descriptors([socket]);
        Check(virDomainOpenGraphics(self.Pointer, index, *fd.Pointer, flags));
    }

    /// <summary>A connection to a display, which talks VNC or SPICE at once. Only for a daemon on this host. (virDomainOpenGraphicsFD)</summary>
    /// <param name="index">Which display, from 0.</param>
    /// <param name="flags">Whether a password is asked.</param>
    /// <returns>What <c>new Socket(...)</c> takes.</returns>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run; <see cref="ErrorNumber.NoSupport"/>.</exception>
    public unsafe SafeSocketHandle OpenGraphicsFD(uint index, DomainOpenGraphicsFlags flags = default)
    {
        using var self = Handle.Use();
        return new(Check(virDomainOpenGraphicsFD(self.Pointer, index, flags)), ownsHandle: true);
    }

    private unsafe Stream NewStream(StreamFlags flags)
    {
        using var self = Handle.Use();
        return new(Check(virDomainGetConnect(self.Pointer)), flags, Handle.Calls);
    }
}
