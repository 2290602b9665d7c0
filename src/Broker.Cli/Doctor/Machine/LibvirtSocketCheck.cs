namespace Broker.Cli.Doctor;

/// <summary>libvirt listens, and the back end's group may speak to it.</summary>
internal sealed class LibvirtSocketCheck : ILocalCheck
{
    private const string Socket = "/run/libvirt/libvirt-sock";

    public string Id => "libvirt_socket";

    public string Title => "libvirt's socket";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject)
    {
        if (!subject.HasLibvirt) return Subject.NoLibvirt;
        var socket = subject.Files.Rights(Socket);
        return Judge(socket, socket is null ? "" : subject.Files.Group(socket.Group));
    }

    public static Finding Judge(FileRights? socket, string group)
    {
        if (socket is null) return Finding.Warning($"{Socket} is not there.", "systemctl enable --now libvirtd.socket");
        if (socket.Mode.HasFlag(UnixFileMode.OtherWrite) && socket.Group == 0)
            return Finding.Warning($"Everybody may write to {Socket} (mode {socket.Octal}): only polkit is left between users and root.", "set unix_sock_group = \"libvirt\" and unix_sock_rw_perms = \"0770\" in /etc/libvirt/libvirtd.conf && systemctl restart libvirtd");
        return Finding.Ok($"{Socket}: mode {socket.Octal}, group {group}.");
    }
}
