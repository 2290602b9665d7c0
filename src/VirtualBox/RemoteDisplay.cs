using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace VirtualBox;

/// <summary>Who may see a remote display.</summary>
public enum RemoteDisplayAuthentication
{
    /// <summary>Whoever reaches its port; but for the VNC module, which asks for <see cref="RemoteDisplay.Password"/>, and only it may have this.</summary>
    Null,

    /// <summary>Whom VirtualBox's library for that lets in: by default users of the host, with their passwords.</summary>
    External,

    /// <summary>Users of the machine's system, by its Guest Additions.</summary>
    Guest,
}

/// <summary>
/// A machine's display over the network (VRDE). Which protocol it speaks is the extension pack's: VNC, or Oracle's, RDP. Screens without a password are
/// refused, and so are those without an address, which all of the host's networks would reach.
/// </summary>
/// <param name="Address">
/// The host's address to listen at. In reports null where it is not one: all of the host's, or several. The VNC module takes IPv4 only. <b>Besides, it
/// listens at IPv6 port 5900 of all the host's addresses</b>, for the same password, unless somebody has that port.
/// </param>
/// <param name="Port">
/// The host's port. Should another program have it, VirtualBox's VNC module says nothing: there is no display then, and reports show the port as if there
/// were. VNC viewers that are let in by the password are at the right place.
/// </param>
public sealed record RemoteDisplay(IPAddress? Address, ushort Port)
{
    private const int PasswordBytes = 8;
    private const string PasswordLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    /// <summary>The last port of a range, of which the first free one is used. Not for VNC, which tries the first alone.</summary>
    public ushort? LastPort { get; init; }

    /// <summary>
    /// The extension pack that it comes from; null for VirtualBox's default,
    /// <see cref="VirtualBox.ExtensionPack.ForDisplays(VBoxManage, CancellationToken)"/>. Not in reports.
    /// </summary>
    public string? ExtensionPack { get; init; }

    /// <summary>Who may see it. For VNC it must be <see cref="RemoteDisplayAuthentication.Null"/>, for others it must not.</summary>
    public RemoteDisplayAuthentication Authentication { get; init; }

    /// <summary>Whether several may look at once. VNC does not heed it: there viewers ask to be alone or not.</summary>
    public bool SeveralViewers { get; init; }

    /// <summary>
    /// For VNC: 1 to 8 characters of ASCII, for no more count. Not in reports. VirtualBox keeps it in the machine's settings file, readable for its user,
    /// with which it goes into snapshots and clones: these need one of their own. <see cref="NewPassword"/> makes good ones.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>A password by chance: eight letters and digits that can't be mistaken for each other.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString(PasswordLetters, PasswordBytes);

    /// <summary>For people and logs, without the password.</summary>
    public override string ToString() =>
        $"{Address?.ToString() ?? "everywhere"} port {Port}{(LastPort is null ? "" : $"-{LastPort}")}, {ExtensionPack ?? "default pack"}, {Authentication}";

    /// <summary>The options of <c>modifyvm</c>, by the spellings that are the same since 4.1.</summary>
    /// <exception cref="ArgumentException">It would be open to all, or can't be.</exception>
    internal IEnumerable<string> Arguments(ExtensionPack pack)
    {
        if (Address is null) throw Names.Refused("A remote display needs the address of the host to listen at; without, it would listen at all of them.");
        if (Port == 0 || LastPort < Port) throw Names.Refused($"A remote display can't have the ports {Port}-{LastPort ?? Port}.");
        if (pack.DisplayModule == VirtualBox.ExtensionPack.VncModule) CheckVnc(Address);
        else if (Authentication == RemoteDisplayAuthentication.Null)
            throw Names.Refused($"By extension pack '{pack.Name}' everybody could see this display. Give it {nameof(RemoteDisplayAuthentication.External)}.");
        else if (Password is not null) throw Names.Refused($"Extension pack '{pack.Name}' asks for users, not for a password of the display's own.");

        return
        [
            "--vrde", "on", "--vrdeport", LastPort is null ? $"{Port}" : $"{Port}-{LastPort}", "--vrdeaddress", $"{Address}",
            "--vrdeauthtype", MachineSettings.Word(Authentication), "--vrdemulticon", SeveralViewers ? "on" : "off",
            "--vrdeextpack", ExtensionPack ?? "default", .. PasswordArguments(Password),
        ];
    }

    /// <summary>The options of <c>modifyvm</c> that turn it off, and forget its password.</summary>
    internal static IEnumerable<string> Off => ["--vrde", "off", .. PasswordArguments(null)];

    /// <summary>A password as the VNC module takes it; null is none.</summary>
    /// <exception cref="ArgumentException">It is none, or VNC would cut it off.</exception>
    internal static string CheckPassword(string? password)
    {
        if (string.IsNullOrEmpty(password)) throw Names.Refused("A VNC display without a password would be open to everybody. Give it one.");
        if (password.Length > PasswordBytes || password.Any(c => c is <= ' ' or > '~'))
            throw Names.Refused($"A VNC password has up to {PasswordBytes} visible characters of ASCII: VNC ignores what is behind.");
        return password;
    }

    internal static RemoteDisplay? Read(MachineReadable report)
    {
        if (!report.IsOn("vrde")) return null;
        var ports = (report["vrdeports"] ?? "").Split(',')[0].Split('-');
        return new(IPAddress.TryParse(report["vrdeaddress"], out var address) ? address : null, Number(ports[0]) ?? 0)
        {
            LastPort = ports.Length > 1 ? Number(ports[1]) : null,
            Authentication = Enum.TryParse<RemoteDisplayAuthentication>(report["vrdeauthtype"], ignoreCase: true, out var known) ? known : default,
            SeveralViewers = report.IsOn("vrdemulticon"),
        };
    }

    /// <summary>The port at which a running machine's display is; null if there is none.</summary>
    internal static ushort? ReadPort(MachineReadable report) => report.IsOn("vrde") && Number(report["vrdeport"]) is > 0 and var port ? port : null;

    private static ushort? Number(string? text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string[] PasswordArguments(string? password) => ["--vrdeproperty", $"VNCPassword={password}"];

    private void CheckVnc(IPAddress address)
    {
        CheckPassword(Password);
        if (Authentication != RemoteDisplayAuthentication.Null)
            throw Names.Refused($"A VNC display asks for its password and for nothing else; {Authentication} would not be heeded.");
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork)
            throw Names.Refused($"A VNC display listens at IPv4 addresses, and nowhere if told {address}.");
        if (LastPort is not null) throw Names.Refused("A VNC display tries the first of its ports only. Give it one that is free.");
    }
}
