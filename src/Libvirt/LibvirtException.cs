using System.Runtime.CompilerServices;
using Libvirt.Generated;

namespace Libvirt;

/// <summary>
/// A call failed: C's <c>virError</c>. Decide on <see cref="Code"/>, never on the text. A connection that was lost has no code of its own: see
/// <see cref="IsConnectionLost"/>.
/// </summary>
public sealed class LibvirtException : Exception
{
    internal LibvirtException(ErrorNumber code, ErrorDomain domain, string message) : base(message)
    {
        Code = code;
        Domain = domain;
        Level = ErrorLevel.Error;
    }

    private unsafe LibvirtException(virError* error) : base(Text.Copy(error->message) ?? $"libvirt error {error->code}")
    {
        Code = (ErrorNumber)error->code;
        Domain = (ErrorDomain)error->domain;
        Level = error->level;
        Strings = [Text.Copy(error->str1), Text.Copy(error->str2), Text.Copy(error->str3)];
        Numbers = [error->int1, error->int2];
    }

    /// <summary>What went wrong.</summary>
    public ErrorNumber Code { get; }

    /// <summary>Which part of libvirt says so.</summary>
    public ErrorDomain Domain { get; }

    /// <summary>How bad it is; <see cref="ErrorLevel.Error"/> nearly always.</summary>
    public ErrorLevel Level { get; }

    /// <summary>C's <c>str1</c> to <c>str3</c>: pieces of the message. Empty if the failure didn't come from libvirt itself.</summary>
    public IReadOnlyList<string?> Strings { get; } = [];

    /// <summary>C's <c>int1</c> and <c>int2</c>. Empty if the failure didn't come from libvirt itself.</summary>
    public IReadOnlyList<int> Numbers { get; } = [];

    /// <summary>
    /// The connection is gone: nothing that belongs to it will work again. Open a new one, look the objects up again, register events again.
    /// (<see cref="ErrorNumber.InternalError"/> of <see cref="ErrorDomain.Rpc"/>; the same code of another domain is a fault of the object.)
    /// </summary>
    public bool IsConnectionLost => Code == ErrorNumber.InternalError && Domain == ErrorDomain.Rpc;

    /// <summary>
    /// The error of the call that just failed on this thread. libvirt keeps errors per thread, so that it must be called
    /// on the thread of the failing call, before any other call.
    /// </summary>
    internal static unsafe LibvirtException Last()
    {
        var error = Native.virGetLastError();
        return error == null
            ? new(ErrorNumber.InternalError, ErrorDomain.None, "libvirt reported a failure and no error")
            : new(error);
    }

    /// <summary>Passes the result of a call on, -1 being a failure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Check(int result) => result < 0 ? throw Last() : result;

    /// <summary>Passes the result of a call on, null being a failure.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe T* Check<T>(T* result) where T : unmanaged => result == null ? throw Last() : result;
}
