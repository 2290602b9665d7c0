// Writes ../Generated from libvirt's own API description in ../Api:
//     dotnet run
// The output is checked in, so that a build needs neither libvirt's headers nor this program.
using Libvirt.Generator;

var output = Path.Combine(GeneratedFiles.Library, "Generated");
Directory.CreateDirectory(output);
foreach (var old in Directory.GetFiles(output))
    File.Delete(old);
foreach (var (name, text) in GeneratedFiles.All(new Api(GeneratedFiles.Library)))
    File.WriteAllText(Path.Combine(output, name), text);
