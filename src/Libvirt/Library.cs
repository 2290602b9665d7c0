using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Generated;

namespace Libvirt;

/// <summary>
/// The shared libraries behind the binding. Each is loaded when its first function is called, each function found when it is first called, so that
/// any version of libvirt will do. What is missing, function or library, is <see cref="ErrorNumber.NoSupport"/>: the code that a driver
/// without the function gives as well.
/// </summary>
public sealed unsafe class Library
{
    /// <summary><c>libvirt.so.0</c>.</summary>
    public static Library Core { get; } = new("libvirt.so.0", Initialize);

    /// <summary><c>libvirt-qemu.so.0</c>: the functions that only QEMU's driver has.</summary>
    public static Library Qemu { get; } = new("libvirt-qemu.so.0");

    private readonly string _file;
    private readonly Action<nint>? _loaded;
    private readonly Lazy<nint> _handle;

    internal Library(string file, Action<nint>? loaded = null)
    {
        _file = file;
        _loaded = loaded;
        _handle = new(Load);
    }

    /// <summary>Whether the library can be loaded and has this function, for example <c>virDomainGetMessages</c>.</summary>
    public bool Has(string function)
    {
        try
        {
            return NativeLibrary.TryGetExport(_handle.Value, function, out _);
        }
        catch (LibvirtException)
        {
            return false;
        }
    }

    /// <summary>Finds a function and remembers where it is. Two threads may come here at once: both write the same address.</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoSupport"/>: the library or the function isn't there.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal nint Bind(ref nint slot, string function) => slot = Address(function);

    internal nint Address(string symbol) =>
        NativeLibrary.TryGetExport(_handle.Value, symbol, out var address) ? address
        : throw new LibvirtException(ErrorNumber.NoSupport, ErrorDomain.None, $"{symbol} is not in this {_file}: it needs a newer libvirt");

    private nint Load()
    {
        if (!NativeLibrary.TryLoad(_file, out var handle))
        {
            throw new LibvirtException(ErrorNumber.NoSupport, ErrorDomain.None,
                $"{_file} cannot be loaded: install the package libvirt0 (Debian, Ubuntu) or libvirt-libs (Fedora, RHEL)");
        }
        _loaded?.Invoke(handle);
        return handle;
    }

    /// <summary>
    /// What must come before any other call: without virInitialize even the report of an error crashes, unless a connection was opened first;
    /// without a function of ours libvirt prints each error on stderr, while here errors are exceptions.
    /// </summary>
    private static void Initialize(nint handle)
    {
        var initialize = (delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(handle, nameof(Native.virInitialize));
        if (initialize() < 0)
            throw new LibvirtException(ErrorNumber.InternalError, ErrorDomain.None, "libvirt.so.0 cannot be initialised");
        var silence = (delegate* unmanaged[Cdecl]<void*, delegate* unmanaged[Cdecl]<void*, virError*, void>, void>)
            NativeLibrary.GetExport(handle, nameof(Native.virSetErrorFunc));
        silence(null, &Ignore);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(void* data, virError* error)
    {
    }
}
