using System.Collections;
using System.Text.Json;
using Broker.Core.Settings;
using Broker.Testing;

namespace Broker.Core.Tests.Settings;

/// <summary>etc/broker.json is what an operator reads: it holds every setting, with its default and a comment.</summary>
public class SampleTests
{
    private static readonly string Sample = Repository.PathOf("etc/broker.json");

    [Theory]
    [InlineData("shared")]
    [InlineData("backend")]
    [InlineData("frontend")]
    [InlineData("openid")]
    [InlineData("ldap")]
    public void It_holds_every_setting_with_its_default(string section)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Sample), new() { CommentHandling = JsonCommentHandling.Skip });
        var written = json.RootElement.GetProperty(section).EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        var settings = SettingsFile.Documented(section);
        Assert.Equal(settings.Keys.Order(), written.Keys.Order());
        SectionSettings defaults = section switch { "frontend" => new FrontEndSettings(), "ldap" => new LdapSettings(), "openid" => new OpenIdSettings(), _ => new BackEndSettings() };
        foreach (var (name, property) in settings)
            Assert.Equal($"{name} = {Text(property.GetValue(defaults)!)}", $"{name} = {Text(written[name])}");
    }

    [Fact]
    public void Every_setting_has_a_comment_above_it_and_durations_name_their_unit_there()
    {
        var lines = File.ReadAllLines(Sample);
        var settings = ((string[])["shared", "backend", "frontend", "openid", "ldap"]).SelectMany(s => SettingsFile.Documented(s).Keys).ToList();
        Assert.NotEmpty(settings);
        foreach (var name in settings)
        {
            var at = Array.FindIndex(lines, l => l.TrimStart().StartsWith($"\"{name}\":", StringComparison.Ordinal));
            // the two halves of a pair share a comment
            while (at > 0 && lines[at - 1].TrimStart().StartsWith('"')) at--;
            Assert.True(at > 0 && lines[at - 1].TrimStart().StartsWith("//", StringComparison.Ordinal), $"{name} has no comment");
            if (name.EndsWith("_seconds", StringComparison.Ordinal))
                Assert.Contains("Seconds", string.Join(' ', lines[..at].Reverse().TakeWhile(l => l.TrimStart().StartsWith("//", StringComparison.Ordinal))), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_can_be_read_as_it_is()
    {
        Assert.Equal(new BackEndSettings().Pool, SettingsFile.Read<BackEndSettings>(Sample, Variable).Pool);
        Assert.Equal(new OpenIdSettings().Label, SettingsFile.ReadSection<OpenIdSettings>(Sample, Variable).Label);
        Assert.Equal(new FrontEndSettings().Urls, SettingsFile.Read<FrontEndSettings>(Sample, Variable).Urls);
        Assert.False(SettingsFile.ReadSection<LdapSettings>(Sample, Variable).IsOn);

        static string? Variable(string name) => name == "BROKER_DATABASE" ? "Server=x;User ID=y" : null;
    }

    private static string Text(object value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Array } list => string.Join(", ", list.EnumerateArray()),
        JsonElement { ValueKind: JsonValueKind.Object } counts => string.Join(", ", counts.EnumerateObject().Select(c => $"{c.Name}: {c.Value}")),
        JsonElement json => json.ToString(),
        string text => text,
        IDictionary counts => string.Join(", ", counts.Keys.Cast<object>().Select(k => $"{JsonNamingPolicy.SnakeCaseLower.ConvertName(k.ToString()!)}: {counts[k]}")),
        IEnumerable list => string.Join(", ", list.Cast<object>()),
        bool flag => flag.ToString(),
        Enum word => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString()),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException(value.GetType().Name),
    };
}
