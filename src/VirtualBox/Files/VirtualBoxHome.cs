using System.Runtime.InteropServices;

namespace VirtualBox;

/// <summary>
/// Where VirtualBox keeps the settings of a user (the manual's chapter "Where VirtualBox stores its files"). Finding it needs no VirtualBox.
/// </summary>
/// <param name="Folder">The folder of the global settings.</param>
/// <param name="UserHome">The user's home.</param>
/// <param name="Host">The kind of host, which decides how paths are written.</param>
public sealed record VirtualBoxHome(string Folder, string UserHome, HostSystem Host)
{
    /// <summary>The global settings, which name the registered machines.</summary>
    public string SettingsFile => Join(Folder, "VirtualBox.xml");

    /// <summary>Where new machines go, each with a folder of its own, unless <see cref="GlobalFile.DefaultMachineFolder"/> says otherwise.</summary>
    public string MachineFolder => Join(UserHome, "VirtualBox VMs");

    /// <summary>Where new machines went before 4.0, unless it was changed.</summary>
    public string OldMachineFolder => Join(Folder, "Machines");

    /// <summary>Where new disks went before 4.0, unless it was changed.</summary>
    public string OldHardDiskFolder => Join(Folder, "HardDisks");

    /// <summary>That of the user and environment of this process.</summary>
    public static VirtualBoxHome Find()
    {
        var host = CurrentHost();
        return Find(host, CurrentUserHome(host), Environment.GetEnvironmentVariable, Directory.Exists);
    }

    /// <summary>
    /// That of another user or host. <c>VBOX_USER_HOME</c> counts first. On Linux and Solaris follow a <c>.VirtualBox</c> that is there, where all
    /// versions up to 4.2 had it, and <c>VirtualBox</c> under <c>XDG_CONFIG_HOME</c> or <c>.config</c>; a Mac has <c>Library/VirtualBox</c>, Windows
    /// <c>.VirtualBox</c>.
    /// </summary>
    /// <param name="host">The kind of host.</param>
    /// <param name="userHome">The user's home.</param>
    /// <param name="variable">Asks for a variable of the user's environment.</param>
    /// <param name="folderExists">Asks whether a folder is there.</param>
    public static VirtualBoxHome Find(HostSystem host, string userHome, Func<string, string?> variable, Func<string, bool> folderExists)
    {
        if (variable("VBOX_USER_HOME") is { Length: > 0 } chosen) return new(chosen, userHome, host);
        var old = Join(host, userHome, ".VirtualBox");
        var folder = host switch
        {
            HostSystem.MacOS => Join(host, userHome, "Library", "VirtualBox"),
            HostSystem.Windows => old,
            HostSystem.Linux or HostSystem.Solaris => folderExists(old)
                ? old
                : Join(host, variable("XDG_CONFIG_HOME") is { Length: > 0 } configuration ? configuration : Join(host, userHome, ".config"), "VirtualBox"),
        };
        return new(folder, userHome, host);
    }

    /// <summary>
    /// A user's home as VirtualBox sees it. Linux, as measured: <c>HOME</c> if that folder is there, else what the list of users says; for root the
    /// latter always. Windows, by the manual: <c>HOMEDRIVE</c> and <c>HOMEPATH</c>.
    /// </summary>
    internal static string UserHomeOf(HostSystem host, bool isRoot, string listed, Func<string, string?> variable, Func<string, bool> folderExists)
    {
        if (host == HostSystem.Windows)
            return variable("HOMEDRIVE") is { Length: > 0 } drive && variable("HOMEPATH") is { Length: > 0 } path ? drive + path : listed;
        return !isRoot && variable("HOME") is { Length: > 0 } home && folderExists(home) ? home : listed;
    }

    /// <summary>Reads all of it: the global settings and those of each machine.</summary>
    /// <exception cref="SettingsFileException">The global settings can't be read. A machine that can't be is told in its place.</exception>
    public HomeInventory Read() => HomeInventory.Read(this);

    private static HostSystem CurrentHost()
    {
        if (OperatingSystem.IsWindows()) return HostSystem.Windows;
        if (OperatingSystem.IsMacOS()) return HostSystem.MacOS;
        return RuntimeInformation.IsOSPlatform(OSPlatform.Create("SOLARIS")) || RuntimeInformation.IsOSPlatform(OSPlatform.Create("ILLUMOS"))
            ? HostSystem.Solaris
            : HostSystem.Linux;
    }

    private static string CurrentUserHome(HostSystem host)
    {
        var listed = host == HostSystem.Linux ? UserList.HomeOfThisUser() : null;
        return UserHomeOf(host, Environment.IsPrivilegedProcess, listed ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            Environment.GetEnvironmentVariable, Directory.Exists);
    }

    private string Join(string folder, string name) => Join(Host, folder, name);

    private static string Join(HostSystem host, params string[] parts)
    {
        var separator = host == HostSystem.Windows ? '\\' : '/';
        return string.Join(separator, parts.Select((part, i) => i < parts.Length - 1 ? part.TrimEnd(separator) : part));
    }
}
