namespace Broker.Testing;

/// <summary>Where this checkout lies.</summary>
public static class Repository
{
    /// <summary>The folder that holds Broker.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of something in the checkout.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>A new, empty folder below <c>var/tests/</c>.</summary>
    public static string NewFolder(string name)
    {
        var path = PathOf($"var/tests/{name}-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..6]}");
        Directory.CreateDirectory(path);
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Broker.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No Broker.sln above {AppContext.BaseDirectory}: the tests run from a checkout.");
    }
}
