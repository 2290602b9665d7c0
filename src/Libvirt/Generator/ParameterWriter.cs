using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using static Libvirt.Generator.Api;

namespace Libvirt.Generator;

/// <summary>
/// Records of typed parameters, and the methods that take or return them. The description has the names of the fields, as macros or in the text of a function;
/// which belong together, and some of the types, it doesn't say: the tables do.
/// </summary>
public sealed partial class ParameterWriter(Api api)
{
    /// <summary>Calls that take their time: they have a form that doesn't block.</summary>
    static readonly HashSet<string> TakesTime = ["virDomainBlockCopy", "virDomainSaveParams", "virDomainRestoreParams", "virDomainGetGuestVcpus"];

    const string Rest = "What has no member here, by libvirt's name: int, uint, long, ulong, double, bool or string.";

    sealed record Field(string Key, string Name, string Type, string Words);

    /// <summary>The records, and the methods around them.</summary>
    public IEnumerable<(string Name, string Text)> Files()
    {
        var records = new StringBuilder(NativeWriter.Start(api, "Libvirt"));
        foreach (var r in Records)
        {
            var functions = string.Join(", ", r.Functions);
            Record(records, r.Name, functions.Length > 0 ? $"{r.Summary} ({functions})" : r.Summary, [.. Fields(r)],
                r.IsRead || r.Functions.Any(IsRead), r.IsSent || r.Functions.Any(f => !IsRead(f)), hasOthers: true);
        }
        foreach (var t in Texts)
        {
            var summary = t.Summary.Length == 0 ? "" : $"{t.Summary} ({t.Function})";
            Record(records, t.Name, summary, [.. Fields(t)], isRead: true, isSent: false, hasOthers: t.Prefix.Length == 0);
        }
        records.Length--;
        yield return ("Parameters.cs", records.ToString());

        var methods = new StringBuilder(NativeWriter.Start(api, "Libvirt", MethodWriter.Usings));
        var all = Records.SelectMany(r => r.Functions.Select(f => (Function: Function(f), Record: r.Name)))
            .Append((Function: Function("virDomainGetGuestVcpus"), Record: "DomainGuestVcpus"));
        foreach (var group in all.GroupBy(m => Attribute(m.Function.Element("arg")!, "type")).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            methods.Append($"public sealed unsafe partial class {group.Key["vir".Length..^"Ptr".Length]}\n{{\n");
            foreach (var (function, record) in group.OrderBy(m => Attribute(m.Function, "name"), StringComparer.Ordinal))
                Method(methods, function, record);
            methods.Length--;
            methods.Append("}\n\n");
        }
        methods.Length--;
        yield return ("Parameters.Methods.cs", methods.ToString());
    }

    IEnumerable<Field> Fields(Macros r) =>
        from m in api.Strings
        let name = Attribute(m, "name")
        where name.StartsWith(r.Prefix, StringComparison.Ordinal)
        where !Attribute(m, "string").Contains('%', StringComparison.Ordinal)      // a pattern for printf
        select new Field(Attribute(m, "string"), Pascal(name[r.Prefix.Length..]), TypeOf(m),
            $"{name}, <c>{Attribute(m, "string")}</c>. {NativeWriter.Text(m.Element("info")?.Value ?? "")} Since {Attribute(m, "version")}.");

    static string TypeOf(XElement macro)
    {
        var name = Attribute(macro, "name");
        var text = macro.Element("info")?.Value ?? "";
        if (Types.FirstOrDefault(t => name.StartsWith(t.Macro, StringComparison.Ordinal)) is { Type.Length: > 0 } known)
            return known.Type;
        return TypeWord().Match(text).Groups[1].Value.ToUpperInvariant() switch
        {
            "INT" => "int",
            "UINT" or "UNSIGNED INT" => "uint",
            "LLONG" => "long",
            "ULLONG" or "UNSIGNED LONG LONG" => "ulong",
            "BOOLEAN" => "bool",
            "STRING" => "string",
            _ => throw new InvalidDataException($"What type has {name}?"),
        };
    }

    IEnumerable<Field> Fields((string Name, string Summary, string Function, string Prefix, string Fields) t)
    {
        var text = Function(t.Function).Element("info")!.Value;
        foreach (var (key, type) in t.Fields.Split(' ').Select(f => f.Split(':')).Select(f => (f[0], f[1])))
        {
            if (key == "#")
                yield return new(key, "Number", type, "Its number in libvirt's names.");
            else if (key == "@")
                yield return new(key, type, type, "");
            else if (key.StartsWith("VIR_", StringComparison.Ordinal))
            {
                foreach (var m in api.Strings.Where(m => Attribute(m, "name").StartsWith(key, StringComparison.Ordinal)))
                    yield return new(Attribute(m, "string"), Camel(Attribute(m, "string")), type, Say(text, t.Prefix + Attribute(m, "string")));
            }
            else if (Texts.FirstOrDefault(x => x.Name == type.Replace("[]", "", StringComparison.Ordinal)) is { Name: not null } record)
                yield return new(key, Camel(key), type, $"<c>{NativeWriter.Text(record.Prefix)}</c>: {record.Summary}");
            else
                yield return new(key, Camel(key), type, Say(text, t.Prefix + key));
        }
    }

    /// <summary>What the text says of a field.</summary>
    static string Say(string text, string key)
    {
        var said = Regex.Match(text, $@"[""']{Regex.Escape(key)}[""']\s*[-:]\s*(.*?)(?=\n\s*[""']|\n\s*\n|\n\S|$)", RegexOptions.Singleline);
        return said.Success
            ? $"<c>{NativeWriter.Text(key)}</c>: {NativeWriter.Text(said.Groups[1].Value).TrimEnd('.')}."
            : throw new InvalidDataException($"The text doesn't know {key}");
    }

    static string Camel(string key) => string.Concat(Words().Split(key).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    static void Record(StringBuilder b, string name, string summary, List<Field> fields, bool isRead, bool isSent, bool hasOthers)
    {
        if (summary.Length > 0)
            b.Append($"/// <summary>{NativeWriter.Text(summary)}</summary>\n");
        b.Append($"public sealed partial record {name}\n{{\n");
        foreach (var f in fields.Where(f => f.Key != "@"))
        {
            var type = f.Key == "#" ? f.Type : f.Type.EndsWith("[]", StringComparison.Ordinal) ? $"IReadOnlyList<{f.Type[..^2]}>?" : f.Type + "?";
            b.Append($"    /// <summary>{f.Words}</summary>\n    public {type} {f.Name} {{ get; init; }}\n\n");
        }
        if (hasOthers)
        {
            b.Append($"    /// <summary>{Rest}{(isSent ? " It is sent as well." : "")}</summary>\n");
            b.Append("    public IReadOnlyDictionary<string, object> Others { get; init; } = ParameterValues.None;\n\n");
        }
        if (isRead)
        {
            var given = string.Concat(fields.Where(f => f.Key == "@").Select(f => $", {f.Type} given"));
            b.Append($"    internal static {name} Read(ParameterValues values{given}) => new()\n    {{\n");
            foreach (var f in fields)
                b.Append($"        {f.Name} = {Taken(f)},\n");
            b.Append(hasOthers ? "        Others = values.Others,\n" : "").Append("    };\n\n");
        }
        if (isSent)
        {
            b.Append("    internal IEnumerable<KeyValuePair<string, object?>> Members() =>\n    [\n");
            foreach (var f in fields)
                b.Append($"        new(\"{f.Key}\", {(char.IsUpper(f.Type[0]) ? "(int?)" : "")}{f.Name}),\n");
            b.Append("    ];\n\n");
        }
        b.Length--;
        b.Append("}\n\n");
    }

    static string Taken(Field f) => f.Type switch
    {
        _ when f.Key == "#" => "values.Number",
        _ when f.Key == "@" => "given",
        "string" => $"values.TakeString(\"{f.Key}\")",
        "int" or "uint" or "long" or "ulong" or "bool" => $"values.Take<{f.Type}>(\"{f.Key}\")",
        _ when f.Type.EndsWith("[]", StringComparison.Ordinal) => $"values.TakeList(\"{f.Key}\", {f.Type[..^2]}.Read)",
        _ when Texts.Any(t => t.Name == f.Type) => $"values.TakeGroup(\"{f.Key}\", {f.Type}.Read)",
        _ => $"({f.Type}?)values.Take<int>(\"{f.Key}\")",
    };

    XElement Function(string name) => api.Functions.Single(f => Attribute(f, "name") == name);

    bool IsRead(string function) => Function(function).Elements("arg").Any(a => Attribute(a, "name") == "nparams" && Attribute(a, "type").EndsWith('*'));

    /// <summary>The method of a function. Handle, strings and numbers come first, then the parameters, then flags.</summary>
    void Method(StringBuilder b, XElement f, string record)
    {
        var function = Attribute(f, "name");
        var receiver = Attribute(f.Element("arg")!, "type")[..^"Ptr".Length];
        var name = function[(function.StartsWith(receiver, StringComparison.Ordinal) ? receiver.Length : "vir".Length)..];
        var isRead = IsRead(function);
        List<string> declared = [], prepared = ["using var self = Handle.Use();"], passed = ["self.Pointer"], documented = [];
        foreach (var a in f.Elements("arg").Skip(1))
        {
            var (c, type) = (Attribute(a, "name"), Attribute(a, "type"));
            var argument = Camel(c);
            argument = char.ToLowerInvariant(argument[0]) + argument[1..];
            var isOptional = c == "params" && Attribute(a, "info").Contains("or NULL", StringComparison.Ordinal);
            switch (c, type)
            {
                case ("params", _) when isRead: passed.Add(type.EndsWith('*') ? "&list" : "list"); break;
                case ("params", _):
                    declared.Add($"{record}{(isOptional ? "?" : "")} parameters{(isOptional ? " = null" : "")}");
                    documented.Add("parameters\">What is null is not sent.");
                    prepared.Add(isOptional ? "parameters ??= new();" : "");
                    prepared.Add("using var list = new ParameterList(parameters.Members(), parameters.Others);");
                    passed.Add("list.Pointer");
                    break;
                case ("nparams", _) when isRead: passed.Add(type.StartsWith("unsigned", StringComparison.Ordinal) ? "(uint*)&count" : "&count"); break;
                case ("nparams", _): passed.Add("list.Count"); break;
                case ("flags", _) when api.EnumOf(f, a) is { } e && e != "virTypedParameterFlags":
                    declared.Add($"{EnumName(e)} flags = default");
                    documented.Add($"flags\">{NativeWriter.Text(Attribute(a, "info"))}");
                    passed.Add("flags");
                    break;
                case ("flags", _): passed.Add("0"); break;
                case (_, "const char *"):
                    declared.Add($"string {argument}");
                    documented.Add($"{argument}\">{NativeWriter.Text(Attribute(a, "info"))}");
                    prepared.Add($"using var {argument}Text = new Text({argument});");
                    passed.Add($"{argument}Text.Pointer");
                    break;
                default:
                    declared.Add($"{api.Type(type)} {argument}");
                    documented.Add($"{argument}\">{NativeWriter.Text(Attribute(a, "info"))}");
                    passed.Add(argument);
                    break;
            }
        }
        string Call(string parameters) => $"Check({function}({string.Join(", ", passed.Select(p => p == "list" ? parameters : p))}));";
        var body = (isRead, passed.Contains("&list")) switch
        {
            (false, _) => Call("list"),
            (true, true) => $$"""
                virTypedParameter* list = null;
                var count = 0;
                {{Call("list")}}
                try
                {
                    return {{record}}.Read(new(list, count));
                }
                finally
                {
                    virTypedParamsFree(list, count);
                }
                """,
            (true, false) => $$"""
                var count = 0;
                {{Call("null")}}
                if (count == 0)
                    return new();
                var list = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(virTypedParameter));
                try
                {
                    {{Call("list")}}
                    return {{record}}.Read(new(list, count));
                }
                finally
                {
                    virTypedParamsFree(list, count);
                }
                """,
        };
        prepared.AddRange(body.Split('\n'));

        var words = string.Concat(documented.Select(d => $"    /// <param name=\"{d}</param>\n"));
        var result = isRead ? record : "void";
        NativeWriter.Comment(b, "    ", f.Element("info")?.Value, Attribute(f, "version"), $" ({function})");
        b.Append($"{words}    public {result} {name}({string.Join(", ", declared)})\n    {{\n");
        b.AppendJoin("", prepared.Where(l => l.Length > 0).Select(l => $"        {l}\n")).Append("    }\n\n");
        if (TakesTime.Contains(function))
            b.Append(MethodWriter.Asynchronous(result, name, words, declared));
    }

    [GeneratedRegex(@"\b(?:VIR_TYPED_PARAMS?_|as an? |type of )(U?INT|U?LLONG|BOOLEAN|STRING|u?int|u?llong|unsigned long long|unsigned int|string)\b")]
    private static partial Regex TypeWord();
    [GeneratedRegex(@"[-._]")]
    private static partial Regex Words();
}
