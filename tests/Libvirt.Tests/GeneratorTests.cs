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
}
