using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Broker.Testing;

namespace Broker.Core.Tests.Architecture;

/// <summary>A project below <c>src/</c>: what its file says it references, and what its assembly really uses.</summary>
public sealed class Project
{
    private Project(string name)
    {
        Name = name;
        var file = XDocument.Load(Repository.PathOf($"src/{name}/{name}.csproj"));
        References = Includes(file, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)!).Order(StringComparer.Ordinal).ToList();
        Packages = Includes(file, "PackageReference").Concat(Includes(file, "FrameworkReference")).Order(StringComparer.Ordinal).ToList();
        Assembly = file.Descendants("AssemblyName").FirstOrDefault()?.Value ?? name;
    }

    public static IReadOnlyList<Project> All { get; } =
        [.. System.IO.Directory.GetDirectories(Repository.PathOf("src")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal).Select(n => new Project(n))];

    public string Name { get; }

    public IReadOnlyList<string> References { get; }

    public IReadOnlyList<string> Packages { get; }

    private string Assembly { get; }

    public static Project Called(string name) => All.Single(p => p.Name == name);

    /// <summary>Its source files, without what tools write.</summary>
    public IEnumerable<string> Sources() =>
        System.IO.Directory.EnumerateFiles(Repository.PathOf($"src/{Name}"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/Generated/", StringComparison.Ordinal));

    /// <summary>Full names of all types of other assemblies that its code uses.</summary>
    public IReadOnlySet<string> TypesUsed() => Look(reader => reader.TypeReferences
        .Select(reader.GetTypeReference)
        .Where(t => !t.Namespace.IsNil)
        .Select(t => $"{reader.GetString(t.Namespace)}.{reader.GetString(t.Name)}"));

    /// <summary>Names of the assemblies that its code uses.</summary>
    public IReadOnlySet<string> AssembliesUsed() => Look(reader => reader.AssemblyReferences.Select(reader.GetAssemblyReference).Select(a => reader.GetString(a.Name)));

    // Built as these tests were: .../bin/<configuration>/<framework>
    private HashSet<string> Look(Func<MetadataReader, IEnumerable<string>> what)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        using var file = File.OpenRead(Repository.PathOf($"src/{Name}/bin/{built.Parent!.Name}/{built.Name}/{Assembly}.dll"));
        using var portable = new PEReader(file);
        return what(portable.GetMetadataReader()).ToHashSet(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Includes(XDocument file, string element) => file.Descendants(element).Select(e => e.Attribute("Include")?.Value).OfType<string>();
}
