using System.Runtime.InteropServices;

namespace Libvirt;

/// <summary>Open files as a call's argument: they stay open until <see cref="Dispose"/>.</summary>
internal readonly unsafe ref struct Descriptors
{
    private readonly IReadOnlyList<SafeHandle> _files;

    /// <exception cref="ObjectDisposedException">One of them is closed.</exception>
    public Descriptors(IReadOnlyList<SafeHandle> files)
    {
        _files = files;
        Pointer = (int*)NativeMemory.Alloc((nuint)files.Count, sizeof(int));
        for (var i = 0; i < files.Count; i++)
        {
            var added = false;
            try
            {
                files[i].DangerousAddRef(ref added);
            }
            catch
            {
                Release(i);
                throw;
            }
            Pointer[i] = (int)files[i].DangerousGetHandle();
        }
    }

    public int* Pointer { get; }

    public uint Count => (uint)_files.Count;

    public void Dispose() => Release(_files.Count);

    private void Release(int count)
    {
        for (var i = 0; i < count; i++)
            _files[i].DangerousRelease();
        NativeMemory.Free(Pointer);
    }
}
