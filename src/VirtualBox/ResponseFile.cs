using System.Text;

namespace VirtualBox;

/// <summary>
/// A command's arguments in a file instead of the process's own, which every user of the host can read. Only we may read the file, and it lasts as long as
/// this object. VBoxManage takes it as its first argument, as <c>@path</c>, and splits it like a shell that does nothing else.
/// </summary>
internal sealed class ResponseFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("vboxmanage-");

    /// <summary>Writes the arguments.</summary>
    public ResponseFile(CommandLine command)
    {
        try
        {
            var path = Path.Combine(folder.FullName, "arguments");
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new StreamWriter(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options))
                file.Write(string.Join(' ', command.Arguments.Select(Quote)));
            Command = new CommandLine(command.Program, $"@{path}") with { TimeLimit = command.TimeLimit, IsLong = command.IsLong };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What is to be run instead.</summary>
    public CommandLine Command { get; }

    /// <summary>Removes the file.</summary>
    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>In single quotes nothing has a meaning but the quote itself.</summary>
    private static string Quote(string argument) => $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
