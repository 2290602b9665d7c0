using Broker.Testing;

namespace Broker.EndToEnd;

/// <summary>The built portal.</summary>
public static class PortalFiles
{
    private static readonly Lazy<Task> Built = new(BuildWhenOld, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Where it lies.</summary>
    public static string Folder => Repository.PathOf("frontend/dist");

    /// <summary>Builds it when it is missing or older than its sources, so that no test looks at yesterday's.</summary>
    public static Task Build() => Built.Value;

    private static async Task BuildWhenOld()
    {
        var page = Path.Combine(Folder, "index.html");
        if (File.Exists(page) && Newest() <= File.GetLastWriteTimeUtc(page)) return;
        var source = Repository.PathOf("frontend");
        if (!Directory.Exists(Path.Combine(source, "node_modules")))
            throw new InvalidOperationException("The portal isn't built, and its packages are missing. In frontend/ run: npm ci && npm run build");
        await Programs.Run("npm", "--prefix", source, "run", "build");
    }

    private static DateTime Newest() =>
        new[] { "src", "public" }.SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf($"frontend/{folder}"), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.PathOf("frontend")))
            .Max(File.GetLastWriteTimeUtc);
}
