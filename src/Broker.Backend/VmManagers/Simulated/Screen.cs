using System.Globalization;
using System.Text;
using Broker.Backend.Displays;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>
/// What a simulated guest shows: its name over a marker colour, and what was typed. <c>g</c> makes the colour green, <c>m</c> magenta
/// again, so that a test sees its keys arrive.
/// </summary>
internal sealed class Screen(string name)
{
    /// <summary>Pixels per row.</summary>
    public const int Width = 640;

    /// <summary>Rows.</summary>
    public const int Height = 480;

    /// <summary>The colour it starts with, as 0xRRGGBB.</summary>
    public const uint Magenta = 0xAA00AA;

    /// <summary>The colour after <c>g</c>.</summary>
    public const uint Green = 0x00AA00;

    private const uint Ink = 0xFFFFFF;
    private const uint BackSpace = 0xFF08;
    private const uint Return = 0xFF0D;
    private const int MostTyped = 400;

    private readonly Lock _lock = new();
    private readonly StringBuilder _typed = new();
    private uint _colour = Magenta;
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends at the next change after this was asked for.</summary>
    public Task Change
    {
        get
        {
            lock (_lock) return _change.Task;
        }
    }

    /// <summary>A key went down.</summary>
    /// <param name="symbol">X11 key symbol, as RFB sends it.</param>
    public void Press(uint symbol)
    {
        lock (_lock)
        {
            switch (symbol)
            {
                case >= ' ' and <= '~':
                    if (symbol is 'g') _colour = Green;
                    if (symbol is 'm') _colour = Magenta;
                    if (_typed.Length == MostTyped) _typed.Clear();
                    _typed.Append((char)symbol);
                    break;
                case Return:
                    _typed.Append('\n');
                    break;
                case BackSpace when _typed.Length > 0:
                    _typed.Length--;
                    break;
                default:
                    return;
            }
        }
        Tell();
    }

    /// <summary>What was typed and the colour, to be given to <see cref="Restore"/>.</summary>
    public string Memory
    {
        get
        {
            lock (_lock) return $"{_colour:x6}{_typed}";
        }
    }

    /// <summary>As it was when its memory was saved.</summary>
    public void Restore(string memory)
    {
        lock (_lock)
        {
            _colour = uint.Parse(memory.AsSpan(0, 6), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _typed.Clear().Append(memory.AsSpan(6));
        }
        Tell();
    }

    /// <summary>As after a start.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _typed.Clear();
            _colour = Magenta;
        }
        Tell();
    }

    /// <summary>The pixels, row by row, as 0xRRGGBB.</summary>
    public uint[] Draw()
    {
        string typed;
        uint colour;
        lock (_lock)
        {
            typed = _typed.ToString();
            colour = _colour;
        }
        var pixels = new uint[Width * Height];
        Array.Fill(pixels, colour);
        var y = Write(pixels, name, 24, 4);
        Write(pixels, typed + "_", y + 20, 3);
        return pixels;
    }

    /// <summary>The picture as PNG.</summary>
    public byte[] ToPng()
    {
        var pixels = Draw();
        var rgb = new byte[pixels.Length * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            rgb[i * 3] = (byte)(pixels[i] >> 16);
            rgb[i * 3 + 1] = (byte)(pixels[i] >> 8);
            rgb[i * 3 + 2] = (byte)pixels[i];
        }
        return Png.Encode(Width, Height, rgb);
    }

    private void Tell()
    {
        TaskCompletionSource change;
        lock (_lock)
        {
            change = _change;
            _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        change.SetResult();
    }

    private static int Write(uint[] pixels, string text, int y, int scale)
    {
        const int left = 24;
        var x = left;
        foreach (var letter in text)
        {
            if (letter == '\n' || x + Font.Advance * scale > Width - left)
            {
                x = left;
                y += Font.LineHeight * scale;
            }
            if (letter == '\n') continue;
            if (y + Font.LineHeight * scale > Height) break;
            for (var row = 0; row < 8 * scale; row++)
                for (var column = 0; column < 5 * scale; column++)
                    if (Font.HasDot(letter, column / scale, row / scale))
                        pixels[(y + row) * Width + x + column] = Ink;
            x += Font.Advance * scale;
        }
        return y + Font.LineHeight * scale;
    }
}
