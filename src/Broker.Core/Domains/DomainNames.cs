using System.Globalization;
using Broker.Core.Database;

namespace Broker.Core.Domains;

/// <summary>How domains are called.</summary>
public static class DomainNames
{
    // leaves room for a dash and four digits
    private const int LongestBeforeNumber = 58;

    // The programs run without ICU, where nothing takes the accent off a letter: these are Latin-1's and Latin Extended-A's.
    private static readonly Dictionary<char, string> PlainLetters = Letters(
        ("a", "àáâãäåāăą"), ("c", "çćĉċč"), ("d", "ďđð"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"), ("i", "ìíîïĩīĭįı"), ("j", "ĵ"), ("k", "ķĸ"),
        ("l", "ĺļľŀł"), ("n", "ñńņňŋ"), ("o", "òóôõöøōŏő"), ("r", "ŕŗř"), ("s", "śŝşšșſ"), ("t", "ţťŧț"), ("u", "ùúûüũūŭůűų"), ("w", "ŵ"), ("y", "ýÿŷ"), ("z", "źżž"),
        ("ae", "æ"), ("oe", "œ"), ("ss", "ß"), ("th", "þ"), ("ij", "ĳ"));

    /// <summary>What is wrong with a name, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(string name)
    {
        if (name.Length is < 1 or > 63) yield return "A machine's name has 1 to 63 characters.";
        if (name.Any(c => !IsPlain(c))) yield return $"A machine's name has letters a to z, digits, dash, dot and underscore; '{name}' has others. Use the alias for the name that people read.";
        else if (name.Length > 0 && !char.IsAsciiLetterOrDigit(name[0])) yield return "A machine's name begins with a letter or a digit.";
    }

    /// <summary>The name of somebody's clone: the base's and the user's, the latter in plain letters, or his key when none are left.</summary>
    public static string ForClone(string baseName, string userName, long userId)
    {
        var plain = string.Concat(userName
            .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            .Select(c => IsPlain(c) ? c.ToString() : PlainLetters.GetValueOrDefault(c, "-"))).Trim('-', '.');
        if (!plain.Any(char.IsAsciiLetterOrDigit)) plain = userId.ToString("D4", CultureInfo.InvariantCulture);
        return Cut($"{baseName}-{plain}", LongestBeforeNumber);
    }

    /// <summary>The name itself, or with the first number behind it that nobody has.</summary>
    public static async Task<string> FirstFree(DbSession db, string name)
    {
        var taken = (await db.Query<string>(
            "SELECT name FROM domains WHERE name = @name OR name LIKE CONCAT(REPLACE(REPLACE(@name, '_', '\\\\_'), '%', '\\\\%'), '-%')", new { name }))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (!taken.Contains(name)) return name;
        for (var number = 2; ; number++)
        {
            var numbered = $"{name}-{number}";
            if (!taken.Contains(numbered)) return numbered;
        }
    }

    /// <summary>The next names of clones that are numbered: the base's with -01, -02… behind it. A number is given once, also when who had it was removed.</summary>
    /// <param name="db">A transaction; another one that wants numbers of the same base waits for its end.</param>
    /// <param name="origin">The base.</param>
    /// <param name="count">How many.</param>
    public static async Task<IReadOnlyList<string>> Numbered(DbSession db, DomainRow origin, int count)
    {
        var names = new List<string>(count);
        while (names.Count < count)
        {
            var missing = count - names.Count;
            var first = await DomainsTable.NextNumber(db, origin.Id, missing);
            var next = Enumerable.Range(first, missing).Select(n => string.Create(CultureInfo.InvariantCulture, $"{Cut(origin.Name, LongestBeforeNumber)}-{n:D2}")).ToList();
            // somebody may have chosen such a name by hand
            var taken = (await db.Query<string>("SELECT name FROM domains WHERE name IN @next", new { next })).ToHashSet(StringComparer.OrdinalIgnoreCase);
            names.AddRange(next.Where(n => !taken.Contains(n)));
        }

        return names;
    }

    private static Dictionary<char, string> Letters(params ReadOnlySpan<(string Plain, string Accented)> all)
    {
        var letters = new Dictionary<char, string>();
        foreach (var (plain, accented) in all)
        {
            foreach (var c in accented)
            {
                letters[c] = plain;
                if (char.ToUpperInvariant(c) is var upper && upper != c) letters[upper] = char.ToUpperInvariant(plain[0]) + plain[1..];
            }
        }

        return letters;
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

    private static string Cut(string name, int length) => name.Length <= length ? name : name[..length];
}
