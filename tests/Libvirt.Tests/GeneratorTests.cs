using System.Diagnostics;

namespace Libvirt.Tests;

public class GeneratorTests
{
    [Fact]
    public async Task TheGeneratedFilesAreWhatTheGeneratorWrites()
    {
        var output = Directory.CreateTempSubdirectory("libvirt-generated-").FullName;
        try
        {
            var start = new ProcessStartInfo("dotnet")
            {
                WorkingDirectory = Path.Combine(Source.Folder, "Generator"),
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                ArgumentList = { "run", "generate.cs", "--", output },
            };
            // The test runner's own settings would send a second dotnet to the wrong places.
            foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) || k.StartsWith("VSTEST", StringComparison.Ordinal)).ToList())
                start.Environment.Remove(name);
            start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
            using var process = Process.Start(start)!;
            var text = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, string.Concat(text));

            var expected = Files(output);
            var actual = Files(Path.Combine(Source.Folder, "Generated"));
            Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
            foreach (var (name, content) in expected)
                Assert.True(content == actual[name], $"{name} isn't what the generator writes: run 'dotnet run generate.cs' in src/Libvirt/Generator");
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }

        static Dictionary<string, string> Files(string folder) =>
            Directory.GetFiles(folder).ToDictionary(f => Path.GetFileName(f), File.ReadAllText);
    }
}
