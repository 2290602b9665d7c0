namespace Broker.Core.Access;

/// <summary>What somebody may be allowed to do.</summary>
public enum Grant
{
    /// <summary>Ask whether the back end is there.</summary>
    Ping,

    /// <summary>Make a desktop of one's own from a base.</summary>
    Clone,

    /// <summary>Look at a desktop: its state, its picture, its screen.</summary>
    View,

    /// <summary>Start a desktop.</summary>
    Start,

    /// <summary>Shut a desktop down, also by force.</summary>
    Shutdown,

    /// <summary>Restart a desktop.</summary>
    Reboot,

    /// <summary>Let a desktop stand still, or save its memory and switch it off.</summary>
    Hibernate,

    /// <summary>Take a picture of a desktop's screen.</summary>
    Screenshot,

    /// <summary>Remove a desktop and its disks.</summary>
    Remove,

    /// <summary>Change alias, description and the like.</summary>
    ChangeSettings,

    /// <summary>Add, change and remove a machine's hardware.</summary>
    ChangeHardware,

    /// <summary>Give a machine another name.</summary>
    Rename,

    /// <summary>Give a machine to somebody else.</summary>
    ChangeOwner,

    /// <summary>Let others use a desktop of one's own.</summary>
    Share,

    /// <summary>Turn a machine into a base and back, and publish it.</summary>
    CreateBase,

    /// <summary>Make a machine from an image in the library.</summary>
    CreateMachine,

    /// <summary>Add disks to a machine, let them grow, take them away.</summary>
    CreateDisk,

    /// <summary>See and change users.</summary>
    ManageUsers,

    /// <summary>Have any number of desktops running at a time.</summary>
    StartMany,

    /// <summary>See nodes, the library and everybody's requests; back machines up, move their disks and say how they run.</summary>
    Operate,

    /// <summary>See groups and who is in them.</summary>
    ViewGroups,

    /// <summary>Make, change and remove groups.</summary>
    ManageGroups,

    /// <summary>Change what others are granted, as far as one's own grants go.</summary>
    Grant,

    /// <summary>Make bookings.</summary>
    Book,

    /// <summary>Read who did what.</summary>
    ReadAudit,
}
