using System.Globalization;

namespace VirtualBox;

internal enum AutostartTokenKind
{
    Word,
    Equals,
    Comma,
    Open,
    Close,
    End,
}

/// <summary>A word or a sign of an autostart configuration.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Text">As written.</param>
/// <param name="Line">From 1.</param>
/// <param name="Start">Where it begins in the text.</param>
internal sealed record AutostartToken(AutostartTokenKind Kind, string Text, int Line, int Start)
{
    public int End => Start + Text.Length;

    /// <summary>The first character, described, at which VirtualBox stumbles.</summary>
    public string? BadCharacter => Kind != AutostartTokenKind.Word ? null : Text.Where(c => !IsName(c)).Select(Describe).FirstOrDefault();

    public static bool IsName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.';

    /// <summary>All of a text, with an <see cref="AutostartTokenKind.End"/> behind the last. Comments go from '#' to the end of the line.</summary>
    public static IEnumerable<AutostartToken> Read(string text)
    {
        var line = 1;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == '\n')
            {
                line++;
                i++;
            }
            else if (c is ' ' or '\t' || c == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
            {
                i++;
            }
            else if (c == '#')
            {
                while (i < text.Length && text[i] != '\n') i++;
            }
            else if (Sign(c) is { } kind)
            {
                yield return new(kind, text[i..(i + 1)], line, i);
                i++;
            }
            else
            {
                var start = i;
                while (i < text.Length && !EndsWord(text[i])) i++;
                var word = text[start..i];
                if (word.EndsWith('\r') && i < text.Length && text[i] == '\n') word = word[..^1];
                yield return new(AutostartTokenKind.Word, word, line, start);
            }
        }
        yield return new(AutostartTokenKind.End, "", line, text.Length);
    }

    private static bool EndsWord(char c) => c is ' ' or '\t' or '\n' or '#' || Sign(c) is not null;

    private static AutostartTokenKind? Sign(char c) => c switch
    {
        '=' => AutostartTokenKind.Equals,
        ',' => AutostartTokenKind.Comma,
        '{' => AutostartTokenKind.Open,
        '}' => AutostartTokenKind.Close,
        _ => null,
    };

    private static string Describe(char c) => char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c)
        ? string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)c:X4}")
        : $"'{c}'";
}
