using System.Xml.Linq;
using Libvirt.Generator;

namespace Libvirt.Tests;

public class GeneratorTests
{
    [Fact]
    public void TheGeneratedFilesAreWhatTheGeneratorWrites()
    {
        var expected = GeneratedFiles.All(new Api(GeneratedFiles.Library)).ToDictionary(f => f.Name, f => f.Text);
        var actual = Directory.GetFiles(Path.Combine(Source.Folder, "Generated")).ToDictionary(f => Path.GetFileName(f), File.ReadAllText);
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (name, content) in expected)
            Assert.True(content == actual[name], $"{name} isn't what the generator writes: run 'dotnet run' in src/Libvirt/Generator");
    }

    [Theory]
    [InlineData("bitwise-OR of vir")]
    [InlineData("nparams")]
    [InlineData("free'd")]
    [InlineData("should be used to free")]
    [InlineData("non-NULL")]
    public void TheDocumentationSaysNothingThatOnlyCallersOfCDo(string words)
    {
        var documented = XDocument.Load(Path.ChangeExtension(typeof(Connect).Assembly.Location, ".xml")).Descendants("member")
            .Where(m => !((string)m.Attribute("name")!).Contains(":Libvirt.Generated.", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(documented);
        Assert.Empty(documented.Where(m => m.Value.Contains(words, StringComparison.Ordinal)).Select(m => (string)m.Attribute("name")!));
    }
}
