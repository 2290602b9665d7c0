using System.Text.Json;
using Broker.Core;
using Spectre.Console;

namespace Broker.Cli;

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

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new(Console.In, Console.Out, Console.Error, Environment.GetEnvironmentVariable);

    /// <summary>Text of others without what a terminal would obey.</summary>
    public static string Plain(string text) => text.Any(char.IsControl) ? new string(text.Select(c => char.IsControl(c) ? ' ' : c).ToArray()) : text;

    /// <summary>An instant as people read it, in UTC.</summary>
    public static string When(DateTimeOffset? at) => at is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", null) : "";

    /// <summary>Writes one line to standard output.</summary>
    public Task Say(string line) => Out.WriteLineAsync(Plain(line));

    /// <summary>Writes a value as JSON.</summary>
    public Task WriteJson(object value) => Out.WriteLineAsync(JsonSerializer.Serialize(value, Indented));

    /// <summary>Writes rows under headings.</summary>
    public void WriteTable(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var isScreen = ReferenceEquals(Out, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Out),
            Ansi = isScreen ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        if (!isScreen) console.Profile.Width = EndlessWidth;
        var table = new Table { Border = TableBorder.None };
        foreach (var heading in headings) table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))) { Padding = new Padding(0, 0, 2, 0) });
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(Plain(cell ?? ""))));
        console.Write(table);
    }
}
