using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Testing;

namespace Broker.Core.Tests.Requests;

public class CatalogueTests
{
    public static TheoryData<string> Words => [.. Catalogue.All.Select(c => c.Word)];

    [Fact]
    public void TheCatalogueIsTheGoldenOne()
    {
        var text = new StringBuilder();
        foreach (var command in Catalogue.All)
        {
            var request = Sample(command);
            var locks = request.Locks();
            text.Append(command.Word).Append(": ").AppendLine(command.Summary);
            Line("aliases", string.Join(", ", command.Aliases));
            Line("lane", Word.Of(command.Lane));
            Line("grant", Word.Of(command.Grant) + (request.JudgedOn() is { } judged ? $" on {Name(judged)}" : ""));
            Line("about", request.AboutDomain() is { } about ? Name(about) : "");
            Line("fold", Word.Of(command.Fold));
            Line("tries", $"{command.Tries}");
            Line("tells", Word.Of(command.Tell));
            Line("audited", command.IsAudited ? "" : "no");
            Line("kept", command.Keep.TotalDays >= 1 ? $"{command.Keep.TotalDays} days" : $"{command.Keep.TotalHours} hours");
            Line("priority", $"{command.Priority}");
            Line("locks", string.Join(", ", locks.Alone.Select(l => $"{Named(l)} alone").Concat(locks.Together.Select(l => $"{Named(l)} together"))));
            Line("arguments", string.Join(", ", command.Arguments.Select(Describe)));
            Line("needs", command.Needs ?? "");
            Line("offered on", string.Join(", ", OfferedOn(command)));
            text.AppendLine();
        }

        Golden.Check("tests/Broker.Core.Tests/catalogue.golden", text.ToString());

        void Line(string what, string value)
        {
            if (value.Length > 0) text.Append("  ").Append(what.PadRight(11)).AppendLine(value);
        }

        string Named(string resource) => resource.Split(':') is [var kind, var what] ? $"{kind}:{(Guid.TryParse(what, out var id) ? Name(id) : "file")}" : resource;
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void EveryCommandIsFoundByItsWordAndAliases(string word)
    {
        var command = Catalogue.Find(word)!;
        Assert.All(command.Aliases.Append(word), w => Assert.Same(command, Catalogue.Find(w)));
        Assert.EndsWith(".", command.Summary, StringComparison.Ordinal);
        Assert.Same(command, Catalogue.Of(Sample(command)));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void ArgumentsComeBackAsTheyWereWritten(string word)
    {
        var request = Sample(Catalogue.Find(word)!);
        Assert.Equal(request, Catalogue.Decode(word, Catalogue.Encode(request)));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void SensibleArgumentsHaveNoProblems(string word) => Assert.Empty(Sample(Catalogue.Find(word)!).Problems());

    [Theory]
    [MemberData(nameof(Words))]
    public void ProblemsOfNonsenseAreSentences(string word)
    {
        var command = Catalogue.Find(word)!;
        foreach (var argument in command.Arguments)
        {
            foreach (var nonsense in Nonsense(argument))
            {
                var args = SampleArgs(command);
                args[argument.Name] = nonsense;
                var problems = Catalogue.Decode(word, JsonSerializer.SerializeToElement(args)).Problems().ToList();
                Assert.True(problems.Count > 0, $"{word} takes {argument.Name} = {nonsense.ToJsonString()[..Math.Min(40, nonsense.ToJsonString().Length)]} without a word.");
                Assert.All(problems, p => Assert.Matches(@"^\S.{15,}\.$", p));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void TheSchemaNamesWhatACallerGives(string word)
    {
        var command = Catalogue.Find(word)!;
        var schema = Catalogue.Schema(command);
        var names = schema["properties"]!.AsObject().Select(p => p.Key).ToList();
        Assert.Equal(command.Arguments.Where(a => !a.IsSetByWriter).Select(a => a.Name), names);
        Assert.Equal(command.Arguments.Where(a => a.IsRequired && !a.IsSetByWriter).Select(a => a.Name), schema["required"]?.AsArray().Select(r => r!.GetValue<string>()) ?? []);
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
    }

    [Fact]
    public void TheSchemaTellsKindsAndDefaults()
    {
        var properties = Catalogue.Schema(Catalogue.Find("import_domain")!)["properties"]!;
        Assert.Equal("""{"type":"string"}""", properties["file"]!.ToJsonString());
        Assert.Equal("""{"type":["string","null"]}""", properties["alias"]!.ToJsonString());
        Assert.Equal("""{"type":"integer","format":"int32","default":512}""", properties["memory_mib"]!.ToJsonString());
        Assert.Null(properties["domain"]);
        Assert.Equal("""{"type":"string","format":"uuid"}""", Catalogue.Schema(Catalogue.Find("start_domain")!)["properties"]!["domain"]!.ToJsonString());
    }

    [Theory]
    [InlineData("start_domain", """{}""", "'domain' is missing.")]
    [InlineData("start_domain", """{"domain": "linux"}""", "'domain' has to be an id")]
    [InlineData("start_domain", """{"domain": 7}""", "'domain' has to be an id")]
    [InlineData("start_domain", """{"domain": null}""", "'domain' has to be an id")]
    [InlineData("start_domain", """{"domain": "0b8f7c2e-6a0e-4c53-9d0e-3f5a8a1f7c11", "force": true}""", "There is no argument 'force'; there is domain.")]
    [InlineData("start_domain", """{"Domain": "0b8f7c2e-6a0e-4c53-9d0e-3f5a8a1f7c11"}""", "There is no argument 'Domain'")]
    [InlineData("prepare_base", """{"domain": "0b8f7c2e-6a0e-4c53-9d0e-3f5a8a1f7c11", "publish": 1}""", "'publish' has to be true or false.")]
    [InlineData("import_domain", """{"file": "a", "name": "b", "memory_mib": "512"}""", "'memory_mib' has to be a whole number.")]
    [InlineData("import_domain", """{"file": "a", "name": "b", "memory_mib": 99999999999}""", "'memory_mib' has to be a whole number.")]
    [InlineData("import_domain", """{"file": null, "name": "b"}""", "'file' has to be text.")]
    [InlineData("clone", """{"base": "0b8f7c2e-6a0e-4c53-9d0e-3f5a8a1f7c11", "user_id": 1}""", "there is base, name, owner, volatile, memory_mib, vcpus, add_to_pool.")]
    [InlineData("ping", """[]""", "are an object")]
    [InlineData("ping", "\"x\"", "are an object")]
    public void WrongArgumentsAreNamed(string word, string args, string expected)
    {
        var refused = Assert.Throws<RequestRefusedException>(() => Catalogue.Decode(word, JsonDocument.Parse(args).RootElement));
        Assert.Equal("bad_arguments", refused.Code);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllMisfitsAreNamedAtOnce()
    {
        var refused = Assert.Throws<RequestRefusedException>(() => Catalogue.Decode("import_domain", JsonDocument.Parse("""{"name": 3, "cores": 2}""").RootElement));
        Assert.Equal(["'file' is missing.", "'name' has to be text.", "There is no argument 'cores'; there is file, name, alias, description, memory_mib, vcpus, disk_mib, node, storage."], refused.Problems);
    }

    [Fact]
    public void AnUnknownCommandIsRefused() =>
        Assert.Equal("unknown_command", Assert.Throws<RequestRefusedException>(() => Catalogue.Decode("make_coffee", default)).Code);

    [Fact]
    public void NoCredentialIsAnArgument() =>
        Assert.DoesNotContain(Catalogue.All.SelectMany(c => c.Arguments), a => a.Name.Contains("password", StringComparison.Ordinal) || a.Name.Contains("secret", StringComparison.Ordinal));

    // Ids that say which argument they stand for.
    private static Guid IdOf(string argument) => new([.. Encoding.ASCII.GetBytes(argument.PadRight(16)[..16])]);

    private static string Name(Guid id) => Encoding.ASCII.GetString(id.ToByteArray()).TrimEnd();

    private static JsonObject SampleArgs(Command command) => new(command.Arguments
        .Where(a => a.IsRequired || a.Type == typeof(Guid))
        .Select(a => KeyValuePair.Create(a.Name, (JsonNode?)(a.Type == typeof(Guid) ? JsonValue.Create(IdOf(a.Name))
            : a.Type == typeof(long) ? JsonValue.Create(1)
            : a.Type == typeof(IReadOnlyList<string>) ? new JsonArray("sample")
            : JsonValue.Create(a.Words?[0] ?? (a.Name == "file" ? "sample.tar" : "sample"))))));

    private static IRequest Sample(Command command) => Catalogue.Decode(command.Word, JsonSerializer.SerializeToElement(SampleArgs(command)));

    // A description is free text; a key is looked up, not judged by itself; a host's name is looked up too.
    private static IEnumerable<JsonNode> Nonsense(Argument argument) => argument switch
    {
        { Name: "description" or "owner" or "node" } => [],
        _ when argument.Type == typeof(string) => ["", new string('x', 5000)],
        _ when argument.Type == typeof(int) => [-1, 0, int.MaxValue],
        _ => [],
    };

    private static string Describe(Argument a) =>
        $"{a.Name}{(a.IsRequired ? "" : "?")}: {a.Schema()["format"] ?? KindOf(a)}{(a.Default is null ? "" : $" = {a.Schema()["default"]!.ToJsonString()}")}{(a.IsSetByWriter ? " (set by the writer)" : "")}";

    private static string KindOf(Argument a) =>
        a.Words is { } words ? string.Join('|', words) : a.Type == typeof(string) ? "string" : a.Type == typeof(bool) ? "boolean" : a.Type == typeof(IReadOnlyList<string>) ? "strings" : "object";

    private static IEnumerable<string> OfferedOn(Command command)
    {
        if (command.OfferedOn is not { } offered) yield break;
        foreach (var isBase in (bool[])[false, true])
        {
            var states = Enum.GetValues<DomainState>().Where(s => offered(new DomainRow { Id = Guid.Empty, Name = "x", OwnerId = 1, NodeId = 1, State = s, MemoryKib = 1, Vcpus = 1, Mac = "", IsBase = isBase })).ToList();
            if (states.Count > 0) yield return (isBase ? "base " : "machine ") + (states.Count == Enum.GetValues<DomainState>().Length ? "always" : string.Join('|', states.Select(Word.Of)));
        }
    }
}
