using System.Text.RegularExpressions;

namespace Broker.Cli.Doctor;

/// <summary>What an account may do in one database, one word for each: <c>SELECT *</c>, <c>UPDATE domains.alias</c>.</summary>
internal static partial class Rights
{
    /// <summary>Reads statements as <c>SHOW GRANTS</c> gives them and as <c>sql/frontend-rights.sql</c> has them.</summary>
    /// <param name="statements">The statements.</param>
    /// <param name="database">The database that counts; rights on others are left out, those on all are kept with <c>*.*</c>.</param>
    public static IReadOnlySet<string> Read(IEnumerable<string> statements, string database)
    {
        var rights = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var grant in statements.Select(s => Grant().Match(s)).Where(m => m.Success))
        {
            var where = grant.Groups["where"].Value.Replace("`", "", StringComparison.Ordinal).Replace("\\_", "_", StringComparison.Ordinal);
            var table = where.StartsWith($"{database}.", StringComparison.Ordinal) ? where[(database.Length + 1)..] : where.Contains('.') && where != "*.*" ? null : where;
            if (table is null) continue;
            foreach (Match right in Right().Matches(grant.Groups["what"].Value))
            {
                var verb = right.Groups["verb"].Value.Trim();
                if (verb == "USAGE") continue;
                var columns = right.Groups["columns"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length == 0) rights.Add($"{verb} {table}");
                foreach (var column in columns) rights.Add($"{verb} {table}.{column.Trim('`')}");
            }
        }

        return rights;
    }

    [GeneratedRegex(@"^GRANT (?<what>.+) ON (?<where>\S+) TO ", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Grant();

    [GeneratedRegex(@"(?<verb>[A-Z][A-Z ]*)(\((?<columns>[^)]*)\))?", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Right();
}
