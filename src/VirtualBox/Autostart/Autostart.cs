namespace VirtualBox;

/// <summary>
/// Which machines of this user start with the host (the manual's chapter "Starting virtual machines during system boot"). The host's side of it, which
/// users may, is <see cref="AutostartConfiguration"/>; where all of it belongs is <see cref="AutostartPlaces"/>.
/// </summary>
/// <param name="vbox">Runs the commands, as the user whose machines they are.</param>
public sealed class Autostart(VBoxManage vbox)
{
    /// <summary>
    /// Sets the folder in which VirtualBox counts this user's machines. Each user does that once, before any machine is enabled
    /// (<c>VBoxManage setproperty autostartdbpath</c>).
    /// </summary>
    /// <param name="folder">
    /// An absolute path, the same for all users of the host. VirtualBox does not look at it: <see cref="AutostartDatabase.Check"/> does.
    /// </param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="ArgumentException">The path is not absolute.</exception>
    /// <exception cref="VBoxManageException">It failed.</exception>
    public async Task SetDatabase(string folder, CancellationToken cancel = default)
    {
        if (!Path.IsPathFullyQualified(folder)) throw new ArgumentException($"The autostart database must be an absolute path: '{folder}'.", nameof(folder));
        await vbox.Run(vbox.Command("setproperty", "autostartdbpath", folder), cancel: cancel);
    }

    /// <summary>Forgets the folder (<c>VBoxManage setproperty autostartdbpath null</c>).</summary>
    /// <exception cref="VBoxManageException">It failed.</exception>
    public async Task ClearDatabase(CancellationToken cancel = default) =>
        await vbox.Run(vbox.Command("setproperty", "autostartdbpath", "null"), cancel: cancel);

    /// <summary>
    /// Has a machine started with the host, and ended with it (<c>VBoxManage modifyvm --autostart-enabled on --autostart-delay --autostop-type</c>).
    /// All of it or nothing is done.
    /// </summary>
    /// <param name="machine">Its UUID.</param>
    /// <param name="delay">How long VirtualBox waits before it starts the machine: whole seconds.</param>
    /// <param name="stop">What happens to it when the host goes down.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is no whole number of seconds, or longer than 49 days.</exception>
    /// <exception cref="VBoxManageException">
    /// It failed. "The path to the autostart database is not set": <see cref="SetDatabase"/> comes first. <c>VERR_ACCESS_DENIED</c>: the user may not
    /// write in that folder.
    /// </exception>
    public async Task Enable(Guid machine, TimeSpan delay = default, AutostopType stop = AutostopType.SaveState, CancellationToken cancel = default)
    {
        var seconds = AutostartDelay.Seconds(delay, AutostartChecks.LongestDelay, nameof(delay));
        await Modify(machine, ["--autostart-enabled", "on", "--autostart-delay", seconds, "--autostop-type", Word(stop)], cancel);
    }

    /// <summary>Has a machine neither started nor ended with the host (<c>VBoxManage modifyvm --autostart-enabled off --autostop-type disabled</c>).</summary>
    /// <param name="machine">Its UUID.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="VBoxManageException">It failed.</exception>
    public Task Disable(Guid machine, CancellationToken cancel = default) =>
        Modify(machine, ["--autostart-enabled", "off", "--autostop-type", Word(AutostopType.Disabled)], cancel);

    private async Task Modify(Guid machine, IEnumerable<string> options, CancellationToken cancel)
    {
        using var turn = await vbox.Locks.Enter($"{machine}", cancel);
        await vbox.Run(vbox.Command(["modifyvm", $"{machine}", .. options]), cancel: cancel);
    }

    private static string Word(AutostopType stop) => stop switch
    {
        AutostopType.Disabled => "disabled",
        AutostopType.SaveState => "savestate",
        AutostopType.PowerOff => "poweroff",
        AutostopType.AcpiShutdown => "acpishutdown",
    };
}

/// <summary>What happens to a machine when its host goes down (<c>--autostop-type</c>).</summary>
public enum AutostopType
{
    /// <summary>Nothing.</summary>
    Disabled,

    /// <summary>Its state is saved.</summary>
    SaveState,

    /// <summary>It is switched off, as by its plug.</summary>
    PowerOff,

    /// <summary>Its power button is pressed.</summary>
    AcpiShutdown,
}
