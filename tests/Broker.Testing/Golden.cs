namespace Broker.Testing;

/// <summary>Compares text with a file that is kept in the repository, so that each change of it is seen in a review.</summary>
public static class Golden
{
    /// <summary>True when <c>ACCEPT=1</c> is set: files are rewritten instead of compared.</summary>
    public static bool IsAccepting { get; } = Environment.GetEnvironmentVariable("ACCEPT") is "1" or "true";

    /// <summary>Holds the text against the file.</summary>
    /// <param name="path">From the top of the checkout: <c>tests/Broker.Core.Tests/catalogue.golden</c>.</param>
    /// <param name="text">What it should hold.</param>
    /// <exception cref="GoldenException">They differ; the message says where and how to accept it.</exception>
    public static void Check(string path, string text)
    {
        var full = Repository.PathOf(path);
        var actual = text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        if (IsAccepting)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, actual);
            return;
        }

        var expected = File.Exists(full) ? File.ReadAllText(full).ReplaceLineEndings("\n") : "";
        if (expected != actual)
            throw new GoldenException($"{path} differs from what the code gives. If that is meant, run the test with ACCEPT=1 and commit the file.\n{FirstDifference(expected, actual)}");
    }

    private static string FirstDifference(string expected, string actual)
    {
        var was = expected.Split('\n');
        var now = actual.Split('\n');
        var line = 0;
        while (line < was.Length && line < now.Length && was[line] == now[line]) line++;
        return $"line {line + 1}\n  file: {was.ElementAtOrDefault(line) ?? "(end)"}\n  code: {now.ElementAtOrDefault(line) ?? "(end)"}";
    }
}

/// <summary>A golden file is out of date.</summary>
public sealed class GoldenException(string message) : Exception(message);
