using Broker.Core.Events;

namespace Broker.Cli.Doctor;

/// <summary>Programs on this machine can wake each other; without that everything takes up to a second longer.</summary>
internal sealed class DoorbellCheck : ILocalCheck
{
    public string Id => "doorbell";

    public string Title => "Doorbells";

    public Area Area => Area.BackEnds;

    public Finding Look(Subject subject)
    {
        if (subject.BackEnd is not { Run.Length: > 0 } settings) return Finding.NotApplicable("No run folder is set.");
        var folder = settings.DoorbellFolder;
        if (!subject.Files.Exists(folder)) return Judge(folder, exists: false, canHang: false, null);
        try
        {
            using (new Doorbell(folder).Open(Side.FrontEnd)) return Judge(folder, exists: true, canHang: true, subject.Files.Rights(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            return Judge(folder, exists: true, canHang: false, subject.Files.Rights(folder));
        }
    }

    public static Finding Judge(string folder, bool exists, bool canHang, FileRights? rights)
    {
        if (!exists) return Finding.Warning($"{folder} is not there: everything takes up to a second longer.", "systemctl restart broker-backend");
        if (rights?.Mode.HasFlag(UnixFileMode.OtherWrite) == true && !rights.Mode.HasFlag(UnixFileMode.StickyBit))
            return Finding.Warning($"Everybody may take doorbells down in {folder} (mode {rights.Octal}).", $"chmod o-w {folder}");
        return canHang
            ? Finding.Ok($"One can be hung up in {folder}.")
            : Finding.Warning($"None can be hung up in {folder} by {Environment.UserName}: a --wait sees each change a moment later.", $"sudo broker doctor; or let the user in: ls -ld {folder}");
    }
}
