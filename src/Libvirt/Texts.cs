using System.Runtime.InteropServices;

namespace Libvirt;

/// <summary>Arrays of strings across the border.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly unsafe ref struct Texts
{
    /// <summary>Copies for a call's argument, a null pointer behind the last, released by <see cref="Dispose"/>; null stays null.</summary>
    /// <exception cref="ArgumentException">A string holds a zero character.</exception>
    public Texts(IReadOnlyCollection<string>? texts)
    {
        if (texts == null)
            return;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        try
        {
            foreach (var text in texts)
                Pointer[Count++] = new Text(text).Pointer;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public byte** Pointer { get; }

    public int Count { get; }

    public void Dispose()
    {
        for (var i = 0; i < Count; i++)
            Marshal.FreeCoTaskMem((nint)Pointer[i]);
        NativeMemory.Free(Pointer);
    }

    /// <summary>The strings of an array that libvirt gave us; all of it is released.</summary>
    public static IReadOnlyList<string> Take(byte** list, int count)
    {
        var texts = new string[count];
        for (var i = 0; i < count; i++)
            texts[i] = Text.Take(list[i]);
        NativeMemory.Free(list);
        return texts;
    }
}
