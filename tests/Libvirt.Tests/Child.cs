namespace Libvirt.Tests;

/// <summary>
/// What has to be seen from outside of a process - its memory, what it writes, the libraries it finds - happens in one of its own: this same assembly, run as a program.
/// </summary>
internal static class Child
{
    public static int Main(string[] args)
    {
        switch (args)
        {
            case ["leak"]: LeakTests.InChild(); return 0;
            case ["leak-daemon"]: DaemonLeakTests.InChild(); return 0;
            case ["fail"]: ErrorTests.InChild(); return 0;
            case ["old-library"]: OldLibraryTests.InChild(); return 0;
            case ["own-loop", .. var rest]: OwnLoop.InChild(rest); return 0;
            default: return 2;
        }
    }

    /// <summary>Runs one of these. It must write nothing to stderr.</summary>
    /// <param name="name">Which.</param>
    /// <param name="environment">Variables of its own: <c>NAME=value</c>.</param>
    /// <returns>The lines that it wrote.</returns>
    public static string[] Run(string name, params string[] environment)
    {
        var (code, output, errors) = Programs.Try("env", [.. environment, "dotnet", typeof(Child).Assembly.Location, name]);
        Assert.True(code == 0 && errors.Length == 0, $"{name} ended with {code}:\n{output}{errors}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
