namespace VirtualBox;

/// <summary>Where the parts of autostart belong on a kind of host, and what makes its service run (VirtualBox's manual, same chapter).</summary>
/// <param name="Configuration">The <see cref="AutostartConfiguration"/>.</param>
/// <param name="Service">
/// Linux: the init script or unit of Oracle's packages (Debian's have none; see <c>etc/vbox</c>). Solaris: the name in SMF. macOS: the property list,
/// once it is copied to where launchd looks.
/// </param>
/// <param name="Settings">Linux: the file with the service's two variables; elsewhere null.</param>
/// <param name="ServiceTemplate">macOS: what is copied to <paramref name="Service"/>; elsewhere null.</param>
public sealed record AutostartPlaces(string Configuration, string Service, string? Settings = null, string? ServiceTemplate = null)
{
    private const string Usual = "/etc/vbox/autostart.cfg";

    /// <summary>Of a Linux host.</summary>
    public static AutostartPlaces Linux { get; } = new(Usual, "vboxautostart-service", Settings: "/etc/default/virtualbox");

    /// <summary>Of a Solaris host.</summary>
    public static AutostartPlaces Solaris { get; } = new(Usual, "svc:/application/virtualbox/autostart:default");

    /// <summary>Of a Mac.</summary>
    public static AutostartPlaces MacOS { get; } = new(Usual, "/Library/LaunchDaemons/org.virtualbox.vboxautostart.plist",
        ServiceTemplate: "/Applications/VirtualBox.app/Contents/MacOS/org.virtualbox.vboxautostart.plist");

    /// <summary>Those of a kind of host; null on Windows, which the manual doesn't describe.</summary>
    public static AutostartPlaces? Of(HostSystem host) => host switch
    {
        HostSystem.Linux => Linux,
        HostSystem.Solaris => Solaris,
        HostSystem.MacOS => MacOS,
        HostSystem.Windows => null,
    };

    /// <summary>
    /// Linux: the two lines in <see cref="Settings"/> that turn the service on: <c>VBOXAUTOSTART_DB</c> and <c>VBOXAUTOSTART_CONFIG</c>.
    /// </summary>
    /// <param name="database">Absolute path of the <see cref="AutostartDatabase"/>.</param>
    /// <param name="configuration">Absolute path of the configuration; by default <see cref="Configuration"/>.</param>
    /// <exception cref="ArgumentException">A path is not absolute, or has control characters.</exception>
    public string SettingsLines(string database, string? configuration = null) =>
        $"VBOXAUTOSTART_DB={Quoted(database, nameof(database))}\nVBOXAUTOSTART_CONFIG={Quoted(configuration ?? Configuration, nameof(configuration))}\n";

    /// <summary>
    /// The commands that turn the service on, to be run as root. Before that, on Linux <see cref="SettingsLines"/> go into <see cref="Settings"/>; on
    /// macOS <see cref="ServiceTemplate"/> is copied to <see cref="Service"/>, where its key Disabled becomes false and its second argument the path
    /// of the configuration.
    /// </summary>
    /// <param name="configuration">Solaris: absolute path of the configuration; by default <see cref="Configuration"/>.</param>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    public IReadOnlyList<CommandLine> EnableCommands(string? configuration = null)
    {
        NeedsAbsolute(configuration ?? Configuration, nameof(configuration));
        if (this == Linux) return [new("systemctl", "enable", "--now", Service)];
        if (this == MacOS) return [new("launchctl", "load", Service)];
        return [new("svccfg", "-s", Service, "setprop", $"config/config={configuration ?? Configuration}"), new("svcadm", "enable", Service)];
    }

    private static string Quoted(string path, string parameter)
    {
        NeedsAbsolute(path, parameter);
        return path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-')
            ? path
            : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }

    private static void NeedsAbsolute(string path, string parameter)
    {
        if (!path.StartsWith('/') || path.Any(char.IsControl)) throw new ArgumentException($"'{path}' must be an absolute path on one line.", parameter);
    }
}
