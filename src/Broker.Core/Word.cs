using System.Text.Json;

namespace Broker.Core;

/// <summary>The fixed word of an enum member, the same in SQL, JSON and the command line: <c>ShuttingDown</c> is <c>shutting_down</c>.</summary>
public static class Word
{
    /// <summary>The word of a member.</summary>
    public static string Of<T>(T member) where T : struct, Enum => Words<T>.ToWord[member];

    /// <summary>The member of a word.</summary>
    /// <exception cref="FormatException">No member has that word.</exception>
    public static T Parse<T>(string word) where T : struct, Enum =>
        Words<T>.FromWord.TryGetValue(word, out var member) ? member
        : throw new FormatException($"'{word}' is not one of {string.Join(", ", Words<T>.FromWord.Keys)}.");

    /// <summary>The member of a word, if there is one.</summary>
    public static bool TryParse<T>(string word, out T member) where T : struct, Enum => Words<T>.FromWord.TryGetValue(word, out member);

    private static class Words<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ToWord =
            Enum.GetValues<T>().ToDictionary(m => m, m => JsonNamingPolicy.SnakeCaseLower.ConvertName(m.ToString()));

        public static readonly Dictionary<string, T> FromWord = ToWord.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}
