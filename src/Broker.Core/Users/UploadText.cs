using System.Text;
using System.Text.Json;

namespace Broker.Core.Users;

/// <summary>One entry of an upload.</summary>
/// <param name="Line">Where it stands: its line, or in JSON its place in the list.</param>
/// <param name="Values">What it says, by column; what is empty is not there.</param>
public sealed record UploadEntry(int Line, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The value of a column; null when it says nothing of it.</summary>
    public string? this[string column] => Values.GetValueOrDefault(column);
}

/// <summary>What is wrong with a line of an upload, and what to do about it.</summary>
public sealed record UploadProblem(int Line, string Problem);

/// <summary>Reads lists of people: CSV with a head (comma, semicolon or tab), a JSON list of objects or names, or plain lines of names. Pure.</summary>
public static class UploadText
{
    /// <summary>How much text is read, in bytes.</summary>
    public const int LargestBytes = 2 * 1024 * 1024;

    /// <summary>How many entries are read.</summary>
    public const int MostEntries = 10_000;

    /// <summary>The column that each entry has, and that lines without a head are.</summary>
    public const string Name = "name";

    private const int MostProblems = 100;

    /// <summary>Reads it.</summary>
    /// <param name="text">All of it.</param>
    /// <param name="columns">The columns that there can be.</param>
    /// <returns>The entries, and what could not be read.</returns>
    public static (IReadOnlyList<UploadEntry> Entries, IReadOnlyList<UploadProblem> Problems) Read(string text, IReadOnlyList<string> columns)
    {
        text = text.TrimStart('\uFEFF');
        var (entries, problems) = text.TrimStart() is ['[' or '{', ..] ? ReadJson(text, columns) : ReadLines(text, columns);
        if (entries.Count == 0 && problems.Count == 0) problems.Add(new(1, "There is nobody in it."));
        if (entries.Count > MostEntries) problems.Add(new(entries[MostEntries].Line, $"At most {MostEntries} at a time: put the rest into another file."));
        return (entries, [.. problems.Take(MostProblems)]);
    }

    private static (List<UploadEntry>, List<UploadProblem>) ReadLines(string text, IReadOnlyList<string> columns)
    {
        var entries = new List<UploadEntry>();
        var problems = new List<UploadProblem>();
        var first = text.AsSpan().TrimStart().IndexOfAny('\r', '\n') is var end and >= 0 ? text.TrimStart()[..end] : text.Trim();
        var separator = first.FirstOrDefault(c => c is ',' or ';' or '\t');
        var records = Records(text, separator == default ? ',' : separator).Where(r => r.Fields.Any(f => f.Trim().Length > 0)).Take(MostEntries + 2).ToList();
        if (records.Count == 0) return (entries, problems);

        var head = records[0].Fields.Select(f => f.Trim().ToLowerInvariant()).ToList();
        var hasHead = head.Contains(Name);
        if (!hasHead && separator != default)
        {
            problems.Add(new(records[0].Line, $"The first line names the columns, {Name} among them; there are {string.Join(", ", columns)}."));
            return (entries, problems);
        }

        if (!hasHead) head = [Name];
        problems.AddRange(head.Where(h => !columns.Contains(h)).Select(h => new UploadProblem(records[0].Line, $"There is no column '{h}'; there are {string.Join(", ", columns)}.")));
        problems.AddRange(head.GroupBy(h => h).Where(g => g.Count() > 1).Select(g => new UploadProblem(records[0].Line, $"The column '{g.Key}' is there twice.")));
        if (problems.Count > 0) return (entries, problems);
        foreach (var (line, fields) in records.Skip(hasHead ? 1 : 0))
        {
            if (fields.Count > head.Count) problems.Add(new(line, $"It has {fields.Count} fields, and there are {head.Count} columns. A field with the separator in it stands in quotes."));
            else entries.Add(new(line, head.Zip(fields, (h, f) => (h, Value: f.Trim())).Where(p => p.Value.Length > 0).ToDictionary(p => p.h, p => p.Value)));
        }

        return (entries, problems);
    }

    // RFC 4180: a field may stand in quotes, with the separator, line breaks and doubled quotes in it.
    private static IEnumerable<(int Line, List<string> Fields)> Records(string text, char separator)
    {
        var (line, began) = (1, 1);
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\n') line++;
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append(c);
                i++;
            }
            else if (c == '"' && (quoted || field.ToString().Trim().Length == 0))
            {
                quoted = !quoted;
            }
            else if (!quoted && c == separator)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (!quoted && c == '\n')
            {
                fields.Add(field.ToString());
                yield return (began, fields);
                fields = [];
                field.Clear();
                began = line;
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString());
        yield return (began, fields);
    }

    private static (List<UploadEntry>, List<UploadProblem>) ReadJson(string text, IReadOnlyList<string> columns)
    {
        var entries = new List<UploadEntry>();
        var problems = new List<UploadProblem>();
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            if (document.RootElement.ValueKind != JsonValueKind.Array)
            {
                problems.Add(new(1, "It is no list: write [ … ] around it."));
                return (entries, problems);
            }

            var line = 0;
            foreach (var item in document.RootElement.EnumerateArray().Take(MostEntries + 1))
            {
                line++;
                if (item.ValueKind == JsonValueKind.String) entries.Add(new(line, new Dictionary<string, string> { [Name] = item.GetString()!.Trim() }));
                else if (item.ValueKind != JsonValueKind.Object) problems.Add(new(line, "It is neither a name nor an object."));
                else if (item.EnumerateObject().FirstOrDefault(p => !columns.Contains(p.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
                    problems.Add(new(line, $"There is no member '{unknown.Name}'; there are {string.Join(", ", columns)}."));
                else if (item.EnumerateObject().FirstOrDefault(p => Text(p.Value) is null) is { Value.ValueKind: not JsonValueKind.Undefined } odd)
                    problems.Add(new(line, $"'{odd.Name}' is a text, or a list of texts."));
                else entries.Add(new(line, item.EnumerateObject().Select(p => (p.Name, Value: Text(p.Value)!)).Where(p => p.Value.Length > 0).DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Value)));
            }
        }
        catch (JsonException e)
        {
            problems.Add(new((int)(e.LineNumber ?? 0) + 1, "It can't be read as JSON from there on."));
        }

        return (entries, problems);
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Trim(),
        JsonValueKind.Null => "",
        JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) => string.Join('|', value.EnumerateArray().Select(v => v.GetString())),
        _ => null,
    };
}
