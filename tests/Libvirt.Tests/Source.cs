using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Libvirt.Tests;

/// <summary>The binding's own files.</summary>
internal static class Source
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", "src", "Libvirt"));

    public static string Tests { get; } = Here();

    /// <summary>The symbols of the API's description.</summary>
    public static IEnumerable<XElement> Symbols(string file) =>
        XDocument.Load(Path.Combine(Folder, "Api", file)).Root!.Element("symbols")!.Elements();

    /// <summary>A version as the API writes it: 1.2.11.</summary>
    public static Version Version(string text) => System.Version.Parse(text);

    /// <summary>The version of the library in this process.</summary>
    public static Version Loaded { get; } = new((int)(Connect.GetLibraryVersion() / 1000000), (int)(Connect.GetLibraryVersion() / 1000 % 1000), (int)(Connect.GetLibraryVersion() % 1000));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
