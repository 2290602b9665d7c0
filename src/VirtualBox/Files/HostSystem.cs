namespace VirtualBox;

/// <summary>A kind of host that VirtualBox runs on.</summary>
public enum HostSystem
{
    /// <summary>Linux.</summary>
    Linux,

    /// <summary>Solaris.</summary>
    Solaris,

    /// <summary>macOS, once Mac OS X.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}
