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
        Type[] objects = [typeof(Connect), typeof(Domain), typeof(Network), typeof(Stream)];
        Assert.All(objects, t => Assert.True(t.IsSealed && t.IsAssignableTo(typeof(IDisposable)), t.Name));
        Assert.All(objects.Where(t => t != typeof(Stream)), t => Assert.Equal(t, t.GetMethod("Ref")!.ReturnType));
    }

    [Fact]
    public void NothingPublicHoldsAPointer() =>
        Assert.All(PublicMethods(), m => Assert.False(m.ReturnType.IsPointer || m.GetParameters().Any(p => p.ParameterType.IsPointer), $"{m}"));

    private static IEnumerable<MethodInfo> PublicMethods() => typeof(Connect).Assembly.GetExportedTypes()
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly));
}
