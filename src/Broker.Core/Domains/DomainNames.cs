using System.Globalization;
using Broker.Core.Database;

namespace Broker.Core.Domains;

/// <summary>How domains are called.</summary>
public static class DomainNames
{
    // leaves room for a dash and four digits
    private const int LongestBeforeNumber = 58;

    private const int LongestAlias = 190;

    // The programs run without ICU, where nothing takes the accent off a letter or knows other scripts: these are Latin-1's and Latin Extended-A's,
    // the Cyrillic of the Slavic languages, Greek (as passports write it), Arabic and Persian. Letters that make no sound of their own are nothing.
    private static readonly Dictionary<char, string> PlainLetters = Letters(
        ("a", "àáâãäåāăą"), ("c", "çćĉċč"), ("d", "ďđð"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"), ("i", "ìíîïĩīĭįı"), ("j", "ĵ"), ("k", "ķĸ"),
        ("l", "ĺļľŀł"), ("n", "ñńņňŋ"), ("o", "òóôõöøōŏő"), ("r", "ŕŗř"), ("s", "śŝşšșſ"), ("t", "ţťŧț"), ("u", "ùúûüũūŭůűų"), ("w", "ŵ"), ("y", "ýÿŷ"), ("z", "źżž"),
        ("ae", "æ"), ("oe", "œ"), ("ss", "ß"), ("th", "þ"), ("ij", "ĳ"),
        ("a", "а"), ("b", "б"), ("v", "в"), ("g", "гґѓ"), ("d", "д"), ("e", "еэ"), ("yo", "ё"), ("ye", "є"), ("zh", "ж"), ("z", "з"), ("i", "иіѝ"), ("y", "йы"),
        ("yi", "ї"), ("j", "ј"), ("k", "кќ"), ("l", "л"), ("lj", "љ"), ("m", "м"), ("n", "н"), ("nj", "њ"), ("o", "о"), ("p", "п"), ("r", "р"), ("s", "с"), ("t", "т"),
        ("u", "уў"), ("f", "ф"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("c", "ћ"), ("dj", "ђ"), ("dz", "џѕ"), ("sh", "ш"), ("shch", "щ"), ("", "ъь"), ("yu", "ю"), ("ya", "я"),
        ("a", "αά"), ("v", "β"), ("g", "γ"), ("d", "δ"), ("e", "εέ"), ("z", "ζ"), ("i", "ηήιίϊΐ"), ("th", "θ"), ("k", "κ"), ("l", "λ"), ("m", "μ"), ("n", "ν"), ("x", "ξ"),
        ("o", "οόωώ"), ("p", "π"), ("r", "ρ"), ("s", "σς"), ("t", "τ"), ("y", "υύϋΰ"), ("f", "φ"), ("ch", "χ"), ("ps", "ψ"),
        ("a", "اأإآٱىةع"), ("b", "ب"), ("t", "تط"), ("th", "ث"), ("j", "ج"), ("h", "حه"), ("kh", "خ"), ("d", "دض"), ("dh", "ذ"), ("r", "ر"), ("z", "زظ"), ("s", "سص"),
        ("sh", "ش"), ("gh", "غ"), ("f", "ف"), ("q", "ق"), ("k", "كک"), ("l", "ل"), ("m", "م"), ("n", "ن"), ("w", "وؤ"), ("y", "يیئ"), ("p", "پ"), ("ch", "چ"), ("zh", "ژ"),
        ("g", "گ"), ("", "ءـ"),
        ("0", "٠۰"), ("1", "١۱"), ("2", "٢۲"), ("3", "٣۳"), ("4", "٤۴"), ("5", "٥۵"), ("6", "٦۶"), ("7", "٧۷"), ("8", "٨۸"), ("9", "٩۹"));

    /// <summary>What is wrong with a name, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(string name)
    {
        if (name.Length is < 1 or > 63) yield return "A machine's name has 1 to 63 characters.";
        if (name.Any(c => !IsPlain(c))) yield return $"A machine's name has letters a to z, digits, dash, dot and underscore; '{name}' has others. Use the alias for the name that people read.";
        else if (name.Length > 0 && !char.IsAsciiLetterOrDigit(name[0])) yield return "A machine's name begins with a letter or a digit.";
    }

    /// <summary>What is wrong with a name that people may write as they like, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> WrittenProblems(string written)
    {
        var (name, alias) = Written(written);
        if (alias is null) return Problems(name);
        if (name.Length == 0) return [$"None of the letters of '{written}' has a plain one. Give it a name of letters a to z and digits, and this as its alias."];
        return alias.Length > LongestAlias || alias.Any(char.IsControl) ? [$"A name has at most {LongestAlias} characters, none of which moves the cursor."] : Problems(name);
    }

    /// <summary>A name as people write it: in plain letters, and as they wrote it where that is something else.</summary>
    public static (string Name, string? Alias) Written(string written) => written.All(IsPlain) ? (written, null) : (Plain(written), written.Trim());

    /// <summary>The name of somebody's clone: the base's and the user's, the latter in plain letters, or his key when none are left.</summary>
    public static string ForClone(string baseName, string userName, long userId)
    {
        var plain = Plain(userName);
        if (plain.Length == 0) plain = userId.ToString("D4", CultureInfo.InvariantCulture);
        return Cut($"{baseName}-{plain}", LongestBeforeNumber);
    }

    /// <summary>What people read of somebody's clone: as the base's alias says, else his name as he writes it where that is not what the clone is called.</summary>
    public static string? AliasForClone(DomainRow origin, string userName) =>
        origin.Alias ?? (userName.All(IsPlain) ? null : Cut($"{origin.Name}-{userName}", LongestAlias));

    /// <summary>What a guest is told it is called: a domain's name as names of hosts are.</summary>
    public static string HostName(string name) => name.Replace('_', '-').Replace('.', '-').TrimEnd('-');

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
                if (char.ToUpperInvariant(c) is var upper && upper != c) letters[upper] = plain.Length == 0 ? "" : char.ToUpperInvariant(plain[0]) + plain[1..];
            }
        }

        return letters;
    }

    // empty when nothing plain is left
    private static string Plain(string text)
    {
        var plain = string.Concat(text.Trim()
            .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            .Select(c => IsPlain(c) ? c.ToString() : PlainLetters.GetValueOrDefault(c, "-"))).Trim('-', '.', '_');
        return plain.Any(char.IsAsciiLetterOrDigit) ? plain : "";
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';

    private static string Cut(string name, int length) => name.Length <= length ? name : name[..length];
}
