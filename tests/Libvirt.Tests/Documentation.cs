using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Libvirt.Tests;

/// <summary>What the library's documentation says: the file that is delivered with it.</summary>
internal static partial class Documentation
{
    private static readonly ILookup<string, XElement> s_members = XDocument.Load(Path.ChangeExtension(typeof(Connect).Assembly.Location, ".xml"))
        .Descendants("member").ToLookup(m => ((string)m.Attribute("name")!).Split('(')[0]);

    /// <summary>The functions that are named in parentheses in what is written about a method. Methods of the same name are one.</summary>
    public static IReadOnlySet<string> Functions(MethodBase method)
    {
        var isProperty = method.IsSpecialName && method.Name.Contains('_');
        var key = $"{(isProperty ? "P" : "M")}:{method.DeclaringType!.FullName}.{(method.IsConstructor ? "#ctor" : isProperty ? method.Name[(method.Name.IndexOf('_') + 1)..] : method.Name)}";
        return s_members[key].Concat(method is MethodInfo { IsGenericMethod: true } ? s_members[key + "``1"] : [])
            .SelectMany(m => Named().Matches(m.Element("summary")?.Value ?? "")).SelectMany(m => Name().Matches(m.Value)).Select(m => m.Value).ToHashSet();
    }

    [GeneratedRegex(@"\(\s*vir[A-Z][^()]*\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
    [GeneratedRegex(@"\bvir[A-Z]\w+\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
