using System.Runtime.InteropServices;

namespace Libvirt;

/// <summary>
/// Strings across the border: UTF-8, ended by a zero byte. C's <c>const char *</c> results belong to their object and are copied,
/// its <c>char *</c> results are the caller's and are taken.
/// </summary>
internal readonly unsafe ref struct Text
{
    /// <summary>A copy for a call's argument, released by <see cref="Dispose"/>; null stays null.</summary>
    /// <exception cref="ArgumentException">The string holds a zero character: C would see only what stands before it.</exception>
    public Text(string? text)
    {
        if (text?.Contains('\0') == true)
            throw new ArgumentException("A string for libvirt can't hold a zero character.", nameof(text));
        Pointer = (byte*)Marshal.StringToCoTaskMemUTF8(text);
    }

    public byte* Pointer { get; }

    public void Dispose() => Marshal.FreeCoTaskMem((nint)Pointer);

    /// <summary>The text of a string that stays libvirt's.</summary>
    public static string? Copy(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    /// <summary>The text of a string that libvirt gave us; it is released. Null is the call's failure.</summary>
    public static string Take(byte* text) => TakeOrNull(LibvirtException.Check(text))!;

    /// <summary>The same where null is an answer.</summary>
    public static string? TakeOrNull(byte* text)
    {
        try
        {
            return Copy(text);
        }
        finally
        {
            NativeMemory.Free(text);        // the C library's free
        }
    }

    /// <summary>Fills an array of strings that are the caller's, and says how many; -1 is a failure.</summary>
    public delegate int Fill(byte** list, int max);

    /// <summary>The strings of a call that fills an array of the caller's size and doesn't say how many more there are.</summary>
    public static IReadOnlyList<string> List(Fill fill)
    {
        for (var max = 64; ; max *= 4)
        {
            var list = (byte**)NativeMemory.AllocZeroed((nuint)max, (nuint)sizeof(byte*));
            try
            {
                var count = LibvirtException.Check(fill(list, max));
                var texts = new string[count];
                for (var i = 0; i < count; i++)
                    texts[i] = Take(list[i]);
                if (count < max)
                    return texts;
            }
            finally
            {
                NativeMemory.Free(list);
            }
        }
    }
}
