using System.Text;
using Broker.Core.Settings;

namespace Broker.Cli.Doctor;

/// <summary>Displays' sockets belong to the front end's group and nobody else, and their paths are short enough.</summary>
internal sealed class DisplayFolderCheck : ILocalCheck
{
    /// <summary>Bytes that a socket's path can have.</summary>
    public const int LongestPath = 107;

    public string Id => "display_folder";

    public string Title => "Folder of displays";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject) => subject.BackEnd is not { Run.Length: > 0 } settings
        ? Finding.NotApplicable("No run folder is set.")
        : Judge(settings.DisplayFolder, subject.Files.Rights(settings.DisplayFolder), SocketPathLength(settings), hasSystemd: subject.Files.Exists("/run/systemd/system"));

    public static Finding Judge(string folder, FileRights? rights, int pathLength, bool hasSystemd)
    {
        if (pathLength > LongestPath) return Finding.Failed($"The path of a socket in {folder} has {pathLength} bytes; there is room for {LongestPath}.", "set a shorter run folder: shared.run in the settings file");
        if (folder.StartsWith("/var/lib/libvirt/qemu", StringComparison.Ordinal)) return Finding.Failed($"libvirt takes sockets below {folder} for its own and opens a TCP port instead.", "set another run folder: shared.run in the settings file");
        if (rights is null) return Finding.Warning($"{folder} is not there, or not for {Environment.UserName} to see.", hasSystemd ? "systemctl restart broker-backend" : "start the back end, which makes it");
        if ((rights.Mode & (UnixFileMode.OtherExecute | UnixFileMode.OtherWrite)) != UnixFileMode.None)
            return Finding.Failed($"Everybody can enter {folder} (mode {rights.Octal}) and see every screen.", $"chmod 2770 {folder}");
        return rights.Mode.HasFlag(UnixFileMode.SetGroup)
            ? Finding.Ok($"{folder}: mode {rights.Octal}, paths of {pathLength} bytes.")
            : Finding.Warning($"{folder} hands its group not on to what is made in it (mode {rights.Octal}): the front end can't open displays.", $"chmod g+s {folder}");
    }

    private static int SocketPathLength(BackEndSettings settings) => Encoding.UTF8.GetByteCount(Path.Combine(settings.DisplayFolder, $"{Guid.Empty:N}.sock"));
}
