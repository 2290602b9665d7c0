using System.Buffers.Binary;
using System.Text;

namespace Broker.Core.Library;

/// <summary>
/// A file in a tar archive, as the block before its bytes says. Only plain files with plain names are taken: no folders, links or holes, and none of the
/// extra blocks that rename what follows (pax, long names), so that there is one way to read an archive.
/// </summary>
/// <param name="Name">Its name, without a folder.</param>
/// <param name="SizeBytes">Its size.</param>
public sealed record TarMember(string Name, long SizeBytes)
{
    /// <summary>Archives are made of blocks of this size; a file's bytes begin with one.</summary>
    public const int BlockBytes = 512;

    private const int NameLength = 100;
    private const int ModeAt = 100;
    private const int UserAt = 108;
    private const int GroupAt = 116;
    private const int ChangedAt = 136;
    private const int SizeAt = 124;
    private const int SizeLength = 12;
    private const int SumAt = 148;
    private const int SumLength = 8;
    private const int KindAt = 156;
    private const int MagicAt = 257;
    private const int PrefixAt = 345;
    private const int PrefixLength = 155;

    // eleven octal digits
    private const long MostInDigits = (1L << 33) - 1;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether an archive begins so.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start) => start.Length >= BlockBytes && start[MagicAt..].StartsWith("ustar"u8);

    /// <summary>Whether it is what stands behind the last file.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    /// <summary>Reads a block.</summary>
    /// <exception cref="InvalidDataException">It must not be taken; the message is a sentence that says why.</exception>
    public static TarMember Read(ReadOnlySpan<byte> block)
    {
        if (!IsOne(block) || Octal(block.Slice(SumAt, SumLength)) != Sum(block)) throw new InvalidDataException("It is a damaged archive.");
        switch ((char)block[KindAt])
        {
            case '0' or '\0':
                break;
            case 'x' or 'g' or 'L' or 'K':
                throw new InvalidDataException("It is an archive with extended headers. Pack it with: tar --format=ustar");
            default:
                throw new InvalidDataException("It is an archive with a link, a folder or something else that is no plain file.");
        }

        if (block.Slice(PrefixAt, PrefixLength).ContainsAnyExcept((byte)0)) throw NoPlainName();
        var name = Text(block[..NameLength]);
        if (name is "" or "." or ".." || name.Any(c => c is '/' or '\\' || char.IsControl(c))) throw NoPlainName();
        return new(name, Size(block.Slice(SizeAt, SizeLength)));
    }

    /// <summary>Writes the block that <see cref="Read"/> reads.</summary>
    /// <param name="block">Where to; <see cref="BlockBytes"/> of it.</param>
    /// <param name="changedAt">When the file was made.</param>
    public void Write(Span<byte> block, DateTimeOffset changedAt)
    {
        block[..BlockBytes].Clear();
        Strict.GetBytes(Name, block[..NameLength]);
        Digits(block, ModeAt, 7, 0x180);        // 0600
        Digits(block, UserAt, 7, 0);
        Digits(block, GroupAt, 7, 0);
        if (SizeBytes <= MostInDigits) Digits(block, SizeAt, SizeLength - 1, SizeBytes);
        else
        {
            block[SizeAt] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(block.Slice(SizeAt + SizeLength - 8, 8), SizeBytes);
        }

        Digits(block, ChangedAt, 11, changedAt.ToUnixTimeSeconds());
        block[KindAt] = (byte)'0';
        "ustar\000"u8.CopyTo(block[MagicAt..]);
        Digits(block, SumAt, 6, Sum(block));
        block[SumAt + 7] = (byte)' ';
    }

    /// <summary>What a block says its file is called, whatever else is wrong with it: for people to read.</summary>
    public static string NameIn(ReadOnlySpan<byte> block)
    {
        var field = block[..NameLength];
        var end = field.IndexOf((byte)0);
        return string.Concat(Encoding.UTF8.GetString(end < 0 ? field : field[..end]).Select(c => char.IsControl(c) ? '?' : c));
    }

    private static void Digits(Span<byte> block, int at, int count, long number)
    {
        for (var i = at + count - 1; i >= at; i--, number >>= 3) block[i] = (byte)('0' + (number & 7));
    }

    private static InvalidDataException NoPlainName(Exception? inner = null) => new("It is an archive with a file whose name is not a plain one.", inner);

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        try
        {
            return Strict.GetString(end < 0 ? field : field[..end]);
        }
        catch (DecoderFallbackException e)
        {
            throw NoPlainName(e);
        }
    }

    // What does not fit into eleven octal digits (8 GiB) is a binary number, told by its first bit.
    private static long Size(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) == 0) return Octal(field);
        var size = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        if (field[0] != 0x80 || field[1..^8].ContainsAnyExcept((byte)0) || size < 0) throw new InvalidDataException("It is a damaged archive: a size can't be.");
        return size;
    }

    private static long Octal(ReadOnlySpan<byte> field)
    {
        var digits = field.Trim(" \0"u8);
        long number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7') throw new InvalidDataException("It is a damaged archive: a number can't be.");
            number = (number * 8) + (digit - '0');
        }

        return digits.Length > 0 ? number : throw new InvalidDataException("It is a damaged archive: a number is missing.");
    }

    // The field of the sum itself counts as blanks.
    private static long Sum(ReadOnlySpan<byte> block)
    {
        long sum = SumLength * ' ';
        for (var at = 0; at < BlockBytes; at++)
            if (at is < SumAt or >= SumAt + SumLength) sum += block[at];
        return sum;
    }
}
