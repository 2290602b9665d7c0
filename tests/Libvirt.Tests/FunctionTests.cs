using System.Reflection;
using System.Runtime.InteropServices;
using Libvirt.Generated;

namespace Libvirt.Tests;

public class FunctionTests
{
    private static readonly HashSet<string> Generated = [.. typeof(Native).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => !m.IsSpecialName).Select(m => m.Name)];

    [Fact]
    public void EveryFunctionOfTheDescriptionIsThereAndNoOther()
    {
        var described = Source.Symbols("libvirt-api.xml").Concat(Source.Symbols("libvirt-qemu-api.xml"))
            .Where(e => e.Name == "function").Select(e => (string)e.Attribute("name")!).ToList();
        Assert.True(described.Count >= 522, $"{described.Count}");
        Assert.Equal(described.Order(StringComparer.Ordinal), Generated.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("libvirt.so.0", "libvirt-api.xml", "LIBVIRT_")]
    [InlineData("libvirt-qemu.so.0", "libvirt-qemu-api.xml", "LIBVIRT_QEMU_")]
    public void TheLoadedLibraryExportsTheSameFunctions(string library, string description, string tag)
    {
        Assert.NotEqual(0, NativeLibrary.Load(library));
        var described = Source.Symbols(description).Where(e => e.Name == "function")
            .ToDictionary(e => (string)e.Attribute("name")!, e => Source.Version((string)e.Attribute("version")!));
        // Tags such as LIBVIRT_PRIVATE_9.0.0 belong to libvirt's own daemons.
        var exported = Elf.Exports(Elf.Loaded(library))
            .Where(e => e.Value.StartsWith(tag, StringComparison.Ordinal) && char.IsDigit(e.Value[tag.Length]))
            .ToDictionary(e => e.Key, e => Source.Version(e.Value[tag.Length..]));
        var newest = Source.Version("9.0.0");
        Assert.NotEmpty(exported);
        Assert.Empty(exported.Where(e => e.Value <= newest && e.Key != nameof(Native.virConnectAuthPtrDefault)).Select(e => e.Key).Except(described.Keys));
        Assert.Empty(described.Where(d => d.Value <= Source.Loaded).Select(d => d.Key).Except(exported.Keys));
    }

    [Fact]
    public void AFlagsArgumentOfAPublicMethodHasItsOwnEnum() =>
        Assert.All(PublicMethods().SelectMany(m => m.GetParameters()).Where(p => p.Name == "flags"), p => Assert.True(p.ParameterType.IsEnum, $"{p.Member}"));

    [Fact]
    public void ObjectsAreSealedAndDisposableAndHaveASecondOwnerWhereCHasOne()
    {
        var objects = Generated.Where(f => f.EndsWith("Ref", StringComparison.Ordinal)).Select(f => f["vir".Length..^"Ref".Length])
            .Select(name => typeof(Connect).Assembly.GetType("Libvirt." + (name == "StorageVol" ? "StorageVolume" : name), throwOnError: true)!).ToList();
        Assert.Equal(14, objects.Count);
        Assert.All(objects, t => Assert.True(t.IsSealed && t.IsAssignableTo(typeof(IDisposable)), t.Name));
        Assert.All(objects.Where(t => t != typeof(Stream)), t => Assert.Equal(t, t.GetMethod("Ref")!.ReturnType));
    }

    [Fact]
    public void EveryFunctionHasAMethodOrAReasonToHaveNone()
    {
        var reasons = LeftOut();
        var reached = CallGraph.PublicMethods.SelectMany(m => m.Functions).ToHashSet();
        Assert.Empty(Generated.Except(reached).Except(reasons.Keys).Order(StringComparer.Ordinal));
        Assert.Empty(reasons.Keys.Except(Generated));
        Assert.All(reasons, r => Assert.True(r.Value.Length > 10, r.Key));
    }

    [Fact]
    public void AMethodReachesTheFunctionsItsDocumentationNames()
    {
        // Overloads are documented as one.
        foreach (var overloads in CallGraph.PublicMethods.GroupBy(m => (m.Method.DeclaringType, m.Method.Name)))
        {
            var named = Documentation.Functions(overloads.First().Method).Where(Generated.Contains).ToHashSet();
            named.ExceptWith(overloads.SelectMany(m => m.Functions));
            Assert.True(named.Count == 0, $"{overloads.Key.DeclaringType!.Name}.{overloads.Key.Name} names {string.Join(", ", named)} and doesn't call it");
        }
    }

    [Fact]
    public void TheTableOfFunctionsIsUpToDate()
    {
        var named = CallGraph.PublicMethods.SelectMany(m => Documentation.Functions(m.Method).Select(f => (Function: f, Method: Name(m.Method)))).ToLookup(x => x.Function, x => x.Method);
        var reached = CallGraph.PublicMethods.SelectMany(m => m.Functions.Select(f => (Function: f, Method: Name(m.Method)))).ToLookup(x => x.Function, x => x.Method);
        var left = LeftOut();
        var rows = Generated.Order(StringComparer.Ordinal).Select(f => $"| {f} | {(named.Contains(f) ? List(named[f]) : left.TryGetValue(f, out var reason) ? "left out: " + reason : "inside " + List(reached[f]))} |");
        var table = $"""
            # Functions and their methods

            Written by a test from the library's own code (`ACCEPT=1 dotnet test tests/Libvirt.Tests`): {Generated.Count} functions, {left.Count} of them left out.

            | function | method |
            |---|---|
            {string.Join('\n', rows)}

            """;
        var file = Path.Combine(Source.Folder, "Functions.md");
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
            File.WriteAllText(file, table);
        Assert.True(table == File.ReadAllText(file), "Functions.md is out of date: ACCEPT=1 dotnet test tests/Libvirt.Tests");

        static string Name(MethodBase m) => $"{m.DeclaringType!.Name}.{(m.IsConstructor ? "new" : m.Name.Split('.')[^1].Replace("get_", "", StringComparison.Ordinal))}";
        static string List(IEnumerable<string> methods) => string.Join(", ", methods.Distinct().Order(StringComparer.Ordinal) is var all && all.Count() > 4 ? all.Take(3).Append("…") : all);
    }

    [Fact]
    public void NothingPublicHoldsAPointer() =>
        Assert.All(PublicMethods(), m => Assert.False(m.ReturnType.IsPointer || m.GetParameters().Any(p => p.ParameterType.IsPointer), $"{m}"));

    private static Dictionary<string, string> LeftOut() =>
        File.ReadLines(Path.Combine(Source.Folder, "Api", "left-out.txt")).Select(l => l.Split(' ', 2)).ToDictionary(l => l[0], l => l[1].Trim());

    private static IEnumerable<MethodInfo> PublicMethods() => typeof(Connect).Assembly.GetExportedTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly));
}
