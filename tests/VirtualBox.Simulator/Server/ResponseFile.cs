using System.Text;

namespace VirtualBox.Simulator.Server;

/// <summary>A file of arguments, <c>@path</c> as the first word: blanks divide, quotes and backslashes as in a Bourne shell, no comments.</summary>
internal static class ResponseFile
{
    /// <exception cref="Failure">There is none.</exception>
    public static string[] Read(string path)
    {
        if (!File.Exists(path)) throw new Failure($"Error reading response file '{path}': VERR_FILE_NOT_FOUND");
        var words = new List<string>();
        StringBuilder? word = null;
        var text = File.ReadAllText(path);
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            switch (letter)
            {
                case ' ' or '\t' or '\n' or '\r':
                    if (word is not null) words.Add(word.ToString());
                    word = null;
                    break;
                case '\'':
                    word ??= new();
                    for (at++; at < text.Length && text[at] != '\''; at++) word.Append(text[at]);
                    break;
                case '"':
                    word ??= new();
                    for (at++; at < text.Length && text[at] != '"'; at++)
                    {
                        if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\' or '$' or '`') at++;
                        word.Append(text[at]);
                    }
                    break;
                default:
                    word ??= new();
                    if (letter == '\\' && at + 1 < text.Length) letter = text[++at];
                    word.Append(letter);
                    break;
            }
        }
        if (word is not null) words.Add(word.ToString());
        return [.. words];
    }
}
