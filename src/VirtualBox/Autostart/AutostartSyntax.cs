namespace VirtualBox;

/// <summary>One <c>key = value</c> or <c>key = { … }</c>, and where it stands in the text.</summary>
/// <param name="Key">Its left side.</param>
/// <param name="Line">The key's line, from 1.</param>
/// <param name="Start">Where the key begins.</param>
/// <param name="End">Where the value or the block ends.</param>
/// <param name="ValueStart">Where the value or the block begins.</param>
/// <param name="Values">The value; several for a list with commas; none for a block.</param>
/// <param name="Block">What stands in its block; null if it is none.</param>
internal sealed record AutostartEntry(
    string Key, int Line, int Start, int End, int ValueStart, IReadOnlyList<string> Values, IReadOnlyList<AutostartEntry>? Block)
{
    /// <summary>Its only value; null for a block.</summary>
    public string? Value => Block is null ? Values[0] : null;
}

/// <summary>
/// Reads the text of an autostart configuration as VBoxAutostart does, but goes on where that gives up, so that all mistakes are told at once.
/// </summary>
internal sealed class AutostartSyntax
{
    /// <summary>Setting that VirtualBox's manual describes and its program can't read.</summary>
    public const string ExceptionList = "exception_list";

    private const int DeepestNesting = 32;
    private readonly List<AutostartToken> tokens;
    private readonly List<AutostartFinding> findings = [];
    private int position;

    private AutostartSyntax(string text)
    {
        var body = text;
        if (text.StartsWith('\uFEFF'))
        {
            Report(1, "The file begins with a byte order mark, which VirtualBox takes for a part of the first word.", "Save it as UTF-8 without one.");
            body = " " + text[1..];
        }
        tokens = [.. AutostartToken.Read(body)];
        if (text.Length == 0) Report(1, "The file is empty.", "Write at least: default_policy = deny");
        Entries = ReadEntries(null, 0);

        // VirtualBox drops a last line that doesn't end, and with it perhaps all there is, or the end of a block.
        var read = text[..(text.LastIndexOf('\n') + 1)];
        if (tokens is not [.., var last, _] || last.Start < read.Length) return;
        ReadByVirtualBox = read;
        var effect = Read(read).Findings.Count > 0 ? AutostartEffect.NobodyStarts : AutostartEffect.NotAsWritten;
        findings.Add(new(last.Line, effect, "The last line does not end with a newline, and VirtualBox does not read it.", "End it with one."));
    }

    /// <summary>The outermost settings and blocks, in the order of the text.</summary>
    public IReadOnlyList<AutostartEntry> Entries { get; }

    /// <summary>All that keeps VirtualBox from reading the file, in the order in which it was met.</summary>
    public IReadOnlyList<AutostartFinding> Findings => findings;

    /// <summary>The text without its last line, if that doesn't end with a newline and so isn't read; else null.</summary>
    public string? ReadByVirtualBox { get; }

    /// <summary>Whether the entries are what the author wrote: nothing was skipped or guessed.</summary>
    public bool IsWhole { get; private set; } = true;

    private AutostartToken Next => tokens[position];

    public static AutostartSyntax Read(string text) => new(text);

    private List<AutostartEntry> ReadEntries(AutostartToken? opened, int depth)
    {
        var entries = new List<AutostartEntry>();
        while (true)
        {
            switch (Next.Kind)
            {
                case AutostartTokenKind.End:
                    if (opened is not null)
                        Broken(opened.Line, $"The block of '{opened.Text}' is not closed.", "Write a '}' on a line of its own after its last setting.");
                    return entries;
                case AutostartTokenKind.Close when opened is not null:
                    return entries;
                case AutostartTokenKind.Close:
                    Broken(Next.Line, "This '}' closes nothing.", "Take it away, or write 'name = {' before the settings it should close.");
                    position++;
                    break;
                case AutostartTokenKind.Word:
                    if (ReadEntry(depth) is { } entry) entries.Add(entry);
                    break;
                default:
                    Broken(Next.Line, $"'{Next.Text}' stands where a name should.", "Write 'name = value' or 'name = { … }'.");
                    if (Next.Kind == AutostartTokenKind.Open) ReadBlock(Next, depth);
                    else SkipLine();
                    break;
            }
        }
    }

    private AutostartEntry? ReadEntry(int depth)
    {
        var key = Take();
        if (key.BadCharacter is { } bad)
        {
            Broken(key.Line, $"'{key.Text}' holds {bad}, which VirtualBox can't read.",
                "Names are made of the letters a to z, digits, '_' and '.'. For users with other names only the default policy counts.");
        }
        if (Next.Kind == AutostartTokenKind.Equals)
        {
            position++;
        }
        else
        {
            Broken(key.Line, $"After '{key.Text}' a '=' is missing.", $"Write: {key.Text} = …");
            var isValue = Next.Line == key.Line && Next.Kind == AutostartTokenKind.Word && tokens[position + 1].Kind != AutostartTokenKind.Equals;
            if (Next.Kind != AutostartTokenKind.Open && !isValue)
            {
                if (Next.Line == key.Line) SkipLine();
                return null;
            }
        }
        return Next.Kind == AutostartTokenKind.Open ? ReadBlock(key, depth) : ReadValue(key);
    }

    private AutostartEntry? ReadBlock(AutostartToken key, int depth)
    {
        var open = Take();
        if (depth == DeepestNesting)
        {
            Broken(open.Line, "Blocks are nested too deep; what follows was not looked at.", "VirtualBox knows blocks of users only, with settings in them.");
            position = tokens.Count - 1;
            return null;
        }
        var block = ReadEntries(key, depth + 1);
        var end = Next.Kind == AutostartTokenKind.Close ? Take().End : Next.Start;
        return new(key.Text, key.Line, key.Start, end, open.Start, [], block);
    }

    private AutostartEntry? ReadValue(AutostartToken key)
    {
        var isNextSetting = Next.Line != key.Line && tokens[Math.Min(position + 1, tokens.Count - 1)].Kind == AutostartTokenKind.Equals;
        if (Next.Kind != AutostartTokenKind.Word || isNextSetting)
        {
            Broken(key.Line, $"'{key.Text}' has no value.", "Write one behind the '=', or take the line away.");
            if (Next.Line == key.Line) SkipLine();
            return null;
        }

        var value = Take();
        var (values, end, line) = (new List<string> { value.Text }, value.End, value.Line);
        if (value.BadCharacter is { } bad)
            Broken(value.Line, $"The value '{value.Text}' holds {bad}, which VirtualBox can't read.",
                "Values are plain words and numbers, without quotes or signs.");

        var isList = false;
        while (Next.Kind == AutostartTokenKind.Comma)
        {
            isList = true;
            end = Take().End;
            if (Next.Kind == AutostartTokenKind.Word && tokens[position + 1].Kind != AutostartTokenKind.Equals)
            {
                var more = Take();
                values.Add(more.Text);
                (end, line) = (more.End, more.Line);
            }
        }
        if (isList && key.Text == ExceptionList)
            Report(key.Line, "VirtualBox's manual has lists of users, but VirtualBox itself (seen with 7.2) gives up at the comma.",
                "Write a block for each of them: name = { allow = … }");
        else if (isList)
            Broken(key.Line, $"'{key.Text}' has a list of values, and VirtualBox knows no lists.", "Write one value.");

        if (Next.Line == line && (Next.Kind is AutostartTokenKind.Equals or AutostartTokenKind.Open
            || Next.Kind == AutostartTokenKind.Word && tokens[position + 1].Kind != AutostartTokenKind.Equals))
        {
            if (value.BadCharacter is null)
                Broken(line, $"'{Next.Text}' stands behind the value of '{key.Text}'.", "A setting has one value; the next begins with its name and '='.");
            SkipLine();
        }
        return new(key.Text, key.Line, key.Start, end, value.Start, values, null);
    }

    private AutostartToken Take() => tokens[position++];

    /// <summary>Goes to the end of a line, or to a '}' on it, for that closes a block whatever was wrong before it.</summary>
    private void SkipLine()
    {
        var opened = 0;
        for (var line = Next.Line; Next.Line == line && Next.Kind != AutostartTokenKind.End; position++)
        {
            if (Next.Kind == AutostartTokenKind.Open) opened++;
            if (Next.Kind == AutostartTokenKind.Close && opened-- == 0) return;
        }
    }

    private void Broken(int line, string reason, string remedy)
    {
        IsWhole = false;
        Report(line, reason, remedy);
    }

    private void Report(int line, string reason, string remedy) => findings.Add(new(line, AutostartEffect.NobodyStarts, reason, remedy));
}
