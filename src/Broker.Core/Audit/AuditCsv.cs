namespace Broker.Core.Audit;

/// <summary>Rows of the audit as CSV (RFC 4180), for spreadsheets and for keeping.</summary>
public static class AuditCsv
{
    private const string Head = "id,at,user,address,action,subject,domain,outcome,code,details";

    /// <summary>Writes all rows, piece by piece.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="piece">Gives rows older than a key (null: the newest), newest first; none at the end.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task Write(TextWriter writer, Func<long?, CancellationToken, Task<IReadOnlyList<AuditRow>>> piece, CancellationToken cancel)
    {
        await writer.WriteAsync((Head + "\r\n").AsMemory(), cancel);
        long? before = null;
        while (await piece(before, cancel) is { Count: > 0 } rows)
        {
            foreach (var row in rows) await writer.WriteAsync((Line(row) + "\r\n").AsMemory(), cancel);
            await writer.FlushAsync(cancel);
            before = rows[^1].Id;
        }
    }

    private static string Line(AuditRow row) => string.Join(',', new[]
    {
        row.Id.ToString(null, null), row.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", null), row.UserName, row.Address, row.Action, row.Subject,
        row.DomainId?.ToString(), Word.Of(row.Outcome), row.Code, row.Details?.GetRawText(),
    }.Select(Field));

    // Names of machines and people are others' text: what a spreadsheet would take for a formula gets a quote in front of it.
    private static string Field(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r') text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
