using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace VirtualBox;

/// <summary>
/// One of VirtualBox's XML files, read and never written: VirtualBox overwrites what others change in them. The reader opens nothing but the file, takes
/// no document type and with it no entities, and bounds size and depth.
/// </summary>
internal sealed class SettingsFile
{
    private const long LargestSize = 64 << 20;
    private const int DeepestNesting = 2000; // VirtualBox nests 300 disks and 250 snapshots, two elements each

    private static readonly XmlReaderSettings reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = LargestSize,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    private SettingsFile(string path, XElement root, SettingsVersion version)
    {
        FullPath = path;
        Root = root;
        Version = version;
    }

    public string FullPath { get; }

    public XElement Root { get; }

    public SettingsVersion Version { get; }

    /// <exception cref="SettingsFileException">It is not there, may not be read, or is no settings file.</exception>
    public static SettingsFile Load(string path)
    {
        var full = Path.GetFullPath(path);
        var root = Parse(full, Bytes(full));
        if (root.Name.LocalName != "VirtualBox")
            throw new SettingsFileException(full, LineOf(root), $"The root element is '{root.Name.LocalName}'. This is no settings file of VirtualBox.");
        var written = root.Attribute("version")?.Value;
        if (!SettingsVersion.TryParse(written, out var version))
        {
            throw new SettingsFileException(full, LineOf(root),
                written is null ? "The root element has no version." : $"'{written}' is no version of settings, such as 1.19-linux.");
        }
        if (!version.IsReadable)
        {
            throw new SettingsFileException(full, LineOf(root),
                $"Settings of version {version} are too old; VirtualBox itself reads 1.3 and later. A VirtualBox 2 would bring them up to date.");
        }
        return new(full, root, version);
    }

    public SettingsFileException Error(XObject at, string reason) => new(FullPath, LineOf(at), reason);

    /// <summary>An attribute that has to be there.</summary>
    public string Required(XElement element, string attribute) =>
        element.Attribute(attribute)?.Value ?? throw Error(element, $"The element '{element.Name.LocalName}' has no attribute '{attribute}'.");

    /// <summary>A UUID that has to be there, in braces or not.</summary>
    public Guid RequiredUuid(XElement element, string attribute) =>
        Guid.TryParse(Required(element, attribute), out var id)
            ? id
            : throw Error(element, $"'{Required(element, attribute)}' in the attribute '{attribute}' is no UUID.");

    /// <summary>A UUID; null if the attribute is missing.</summary>
    public Guid? OptionalUuid(XElement element, string attribute) => element.Attribute(attribute) is null ? null : RequiredUuid(element, attribute);

    /// <summary>A time in UTC; null if the attribute is missing.</summary>
    public DateTimeOffset? Time(XElement element, string attribute)
    {
        if (element.Attribute(attribute)?.Value is not { } value) return null;
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Error(element, $"'{value}' in the attribute '{attribute}' is no time.");
    }

    /// <summary>Whether an attribute says yes, in one of the ways that VirtualBox wrote over the years.</summary>
    public static bool IsTrue(XElement element, string attribute) => element.Attribute(attribute)?.Value.ToUpperInvariant() is "TRUE" or "1" or "YES" or "ON";

    /// <summary>Elements by name, whatever their namespace is: it changed over the years.</summary>
    public static IEnumerable<XElement> Children(XElement? parent, params string[] names) =>
        parent?.Elements().Where(e => names.Contains(e.Name.LocalName)) ?? [];

    /// <summary>A path in the file, which counts from a folder. Paths of another system stay as they are.</summary>
    public static string Resolve(string folder, string path)
    {
        var isWindows = path is [_, ':', '\\' or '/', ..] || path.StartsWith(@"\\", StringComparison.Ordinal);
        return isWindows ? path : Path.GetFullPath(path, folder);
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            var bytes = PlainFile.Read(path, LargestSize);
            return bytes.Length > 0 ? bytes : throw new SettingsFileException(path, 0, "It is empty." + Backup(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsFileException(path, 0, $"It can't be read: {e.Message}", e);
        }
    }

    private static XElement Parse(string path, byte[] bytes)
    {
        // A first look bounds the depth, for what reads the tree later does so by recursion.
        using var look = XmlReader.Create(new MemoryStream(bytes), reading);
        try
        {
            while (look.Read())
            {
                if (look.Depth > DeepestNesting) throw new SettingsFileException(path, ((IXmlLineInfo)look).LineNumber, "Its elements are nested too deep.");
            }
            using var reader = XmlReader.Create(new MemoryStream(bytes), reading);
            return XElement.Load(reader, LoadOptions.SetLineInfo);
        }
        catch (XmlException e) when (e.LineNumber == 0)
        {
            // The reader gives no line for what it refuses on our word, not for its form.
            var line = bytes.AsSpan().IndexOf("<!DOCTYPE"u8) is >= 0 and var at ? 1 + bytes.AsSpan(0, at).Count((byte)'\n') : 0;
            throw new SettingsFileException(path, line, "It has a document type, which VirtualBox never writes and we don't follow.", e);
        }
        catch (XmlException e)
        {
            throw new SettingsFileException(path, e.LineNumber, $"It is no XML that VirtualBox writes: {e.Message}{Backup(path)}", e);
        }
    }

    private static string Backup(string path) =>
        SettingsBackups.Of(path).Previous is { } previous
            ? $" VirtualBox's last good copy is {previous}; copy it over this file while VirtualBox is not running."
            : "";

    private static int LineOf(XObject at) => ((IXmlLineInfo)at).LineNumber;
}
