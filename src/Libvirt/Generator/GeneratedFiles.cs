using System.Runtime.CompilerServices;

namespace Libvirt.Generator;

/// <summary>All that is generated.</summary>
public static class GeneratedFiles
{
    /// <summary>The library's folder, in which this program's is.</summary>
    public static string Library { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    /// <summary>Names and contents of the files.</summary>
    public static IEnumerable<(string Name, string Text)> All(Api api) =>
        new NativeWriter(api).Files().Concat(new MethodWriter(api).Files()).Concat(new ParameterWriter(api).Files());

    private static string Here([CallerFilePath] string path = "") => path;
}
