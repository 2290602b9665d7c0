using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Libvirt.Generated;

namespace Libvirt.Tests;

/// <summary>
/// A libvirt of long ago: a library, made here, that has the functions of 5.0 and none of those that came later. All that it does is answer: numbers are 0, objects are
/// there, texts that stay the library's are "stub", others null.
/// </summary>
public class OldLibraryTests
{
    private static readonly Version Old = new(5, 0);

    [Fact]
    public void LoadsAndAnswersNoSupportForWhatCameLater()
    {
        var folder = Directory.CreateTempSubdirectory("libvirt-old-").FullName;
        try
        {
            Build(folder, "libvirt.so.0", "libvirt-api.xml");
            Build(folder, "libvirt-qemu.so.0", "libvirt-qemu-api.xml");
            var answers = Child.Run("old-library", $"LD_LIBRARY_PATH={folder}").Select(l => l.Split(' ')).ToDictionary(a => a[0], a => a[1]);

            var functions = Functions("libvirt-api.xml").Concat(Functions("libvirt-qemu-api.xml")).ToList();
            Assert.All(functions, f => Assert.Equal(IsOld(f) ? "answered" : nameof(ErrorNumber.NoSupport), answers[Name(f)]));
            Assert.True(functions.Count(IsOld) > 400, "most are old");
            Assert.True(functions.Count(f => !IsOld(f)) > 50, "some are not");
            Assert.Equal("answered", answers["Create"]);
            Assert.Equal(nameof(ErrorNumber.NoSupport), answers["AgentSetResponseTimeout"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Calls every function, and a few methods as a program would; writes what each answered.</summary>
    internal static void InChild()
    {
        foreach (var function in typeof(Native).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => !m.IsSpecialName))
            Write(function.Name, () => function.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [.. function.GetParameters().Select(Nothing)], null));
        using var connect = Connect.Open("test:///default");
        using var domain = connect.LookupDomainByName("stub");
        Write("Create", () => domain.Create());
        Write("AgentSetResponseTimeout", () => domain.AgentSetResponseTimeout(1));
    }

    private static void Write(string name, Action call)
    {
        try
        {
            call();
            Console.Out.WriteLine($"{name} answered");
        }
        catch (LibvirtException e)
        {
            Console.Out.WriteLine($"{name} {e.Code}");
        }
    }

    // Null, 0, an empty struct.
    private static object? Nothing(ParameterInfo parameter) =>
        parameter.ParameterType.IsFunctionPointer ? nint.Zero
        : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;

    private static void Build(string folder, string library, string description)
    {
        var source = new StringBuilder("#include <unistd.h>\nstatic char object[4096];\n");
        foreach (var function in Functions(description).Where(IsOld))
        {
            var type = (string)function.Element("return")!.Attribute("type")!;
            var answer = type.EndsWith("Ptr", StringComparison.Ordinal) && !type.StartsWith("virError", StringComparison.Ordinal) ? "object"
                : type is "const char *" ? "\"stub\"" : "0";
            var pause = Name(function) == nameof(Native.virEventRunDefaultImpl) ? "usleep(1000);" : "";
            source.Append($"void *{Name(function)}(void) {{ {pause} return {answer}; }}\n");
        }
        var file = Path.Combine(folder, library);
        File.WriteAllText(file + ".c", source.ToString());
        Programs.Run("gcc", "-shared", "-fPIC", "-o", file, file + ".c");
    }

    private static IEnumerable<XElement> Functions(string description) => Source.Symbols(description).Where(e => e.Name == "function");

    private static string Name(XElement function) => (string)function.Attribute("name")!;

    private static bool IsOld(XElement function) => Source.Version((string)function.Attribute("version")!) <= Old;
}
