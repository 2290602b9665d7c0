using System.CommandLine;
using System.Text.Json;
using Broker.Core;
using Spectre.Console;

namespace Broker.Cli;

/// <summary>How a word is coloured on a screen.</summary>
public enum Tone
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>In between: under way, or to be looked at.</summary>
    Middling,

    /// <summary>Gone wrong.</summary>
    Bad,
}

/// <summary>One cell of a table.</summary>
/// <param name="Text">What it says; may be somebody else's text.</param>
/// <param name="Tone">How it is coloured on a screen.</param>
public readonly record struct Cell(string? Text, Tone Tone = Tone.None)
{
    /// <summary>An uncoloured cell.</summary>
    public static implicit operator Cell(string? text) => new(text);
}

/// <summary>What a command reads from and writes to.</summary>
/// <param name="In">Standard input.</param>
/// <param name="Out">Standard output: what was asked for.</param>
/// <param name="Error">Standard error: what went wrong, and how far a request is.</param>
/// <param name="Variable">Environment variables.</param>
public sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error, Func<string, string?> Variable)
{
    // Rows of a table that goes into a file or a pipe are not broken.
    private const int EndlessWidth = 1000;

    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    /// <summary>Somebody looks at standard output.</summary>
    public bool IsOutScreen { get; init; }

    /// <summary>Somebody looks at standard error, so that a line may be written over.</summary>
    public bool IsErrorScreen { get; init; }

    /// <summary>Somebody types at standard input.</summary>
    public bool IsInKeyboard { get; init; }

    /// <summary>Reads nothing and says nothing.</summary>
    public static Terminal Silent { get; } = new(TextReader.Null, TextWriter.Null, TextWriter.Null, _ => null);

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess()
    {
        var isCapable = Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";
        return new Terminal(Console.In, Console.Out, Console.Error, Environment.GetEnvironmentVariable)
        {
            IsOutScreen = isCapable && !Console.IsOutputRedirected,
            IsErrorScreen = isCapable && !Console.IsErrorRedirected,
            IsInKeyboard = !Console.IsInputRedirected,
        };
    }

    /// <summary>Asks for a secret: what is typed is not shown. One line of standard input where nobody types.</summary>
    /// <returns>Null when there is none.</returns>
    public string? Secret(string question)
    {
        if (!IsInKeyboard) return In.ReadLine();
        Error.Write(question);
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Error.WriteLine();
        return typed.ToString();
    }

    /// <summary>Text of others without what a terminal would obey.</summary>
    public static string Plain(string text) => text.Any(char.IsControl) ? new string(text.Select(c => char.IsControl(c) ? ' ' : c).ToArray()) : text;

    /// <summary>An instant as people read it, in UTC.</summary>
    public static string When(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", null) : "";

    /// <summary>The answer of a command: sentences for people, or its JSON with <c>--json</c>.</summary>
    public Task Answer(ParseResult parsed, object json, params IReadOnlyList<string> lines) =>
        Settings.IsJson(parsed) ? WriteJson(json) : Out.WriteLineAsync(string.Join(Environment.NewLine, lines.Select(Plain)));

    /// <summary>The answer of a command: lines of a name and a value, or its JSON with <c>--json</c>. What has no value is left out.</summary>
    public async Task AnswerDetails(ParseResult parsed, object json, IEnumerable<(string What, Cell Value)> details)
    {
        if (Settings.IsJson(parsed))
        {
            await WriteJson(json);
            return;
        }

        var there = details.Where(d => !string.IsNullOrEmpty(d.Value.Text)).ToList();
        var width = there.Max(d => d.What.Length);
        foreach (var (what, value) in there) await Out.WriteLineAsync($"{what.PadRight(width)}  {Coloured(value, IsOutScreen)}");
    }

    /// <summary>The answer of a command: rows under headings, or its JSON with <c>--json</c>.</summary>
    public Task AnswerTable(ParseResult parsed, object json, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<Cell>> rows)
    {
        if (Settings.IsJson(parsed)) return WriteJson(json);
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Out),
            Ansi = IsOutScreen ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = HasColours(IsOutScreen) ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!IsOutScreen) console.Profile.Width = EndlessWidth;
        var table = new Table { Border = TableBorder.None };
        foreach (var heading in headings) table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))) { Padding = new Padding(0, 0, 2, 0) });
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(Plain(cell.Text ?? ""), StyleOf(cell.Tone))));
        console.Write(table);
        return Task.CompletedTask;
    }

    /// <summary>One cell in its colour, where that can be seen.</summary>
    public string Coloured(Cell cell, bool isScreen)
    {
        var text = Plain(cell.Text ?? "");
        var code = cell.Tone switch { Tone.Good => "32", Tone.Middling => "33", Tone.Bad => "31", Tone.None => null };
        return code is null || !HasColours(isScreen) ? text : $"\u001b[{code}m{text}\u001b[0m";
    }

    /// <summary>Writes a value as JSON.</summary>
    public Task WriteJson(object value) => Out.WriteLineAsync(JsonSerializer.Serialize(value, Indented));

    /// <summary>Writes what went wrong to standard error, as sentences or as JSON.</summary>
    public Task WriteError(bool isJson, IReadOnlyList<string> lines, int exitCode, string? word = null) =>
        Error.WriteLineAsync(isJson
            ? JsonSerializer.Serialize(new { error = new { code = word ?? ExitCode.Word(exitCode), message = string.Join(' ', lines), exit_code = exitCode } }, Indented)
            : string.Join(Environment.NewLine, lines.Select(Plain)));

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.None => Style.Plain,
        Tone.Good => new Style(Color.Green),
        Tone.Middling => new Style(Color.Olive),
        Tone.Bad => new Style(Color.Maroon),
    };

    // https://no-color.org
    private bool HasColours(bool isScreen) => isScreen && string.IsNullOrEmpty(Variable("NO_COLOR"));
}
