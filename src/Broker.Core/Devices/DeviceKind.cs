namespace Broker.Core.Devices;

/// <summary>A kind of hardware that machines have.</summary>
public enum DeviceKind
{
    /// <summary>The processors' model and how they are laid out.</summary>
    Cpu,

    /// <summary>How many processors there are.</summary>
    Vcpus,

    /// <summary>Main memory.</summary>
    Memory,

    /// <summary>What a machine tells its system about itself: ACPI and the like.</summary>
    Features,

    /// <summary>Graphics cards.</summary>
    Video,

    /// <summary>The display that shows what the graphics card draws.</summary>
    Display,

    /// <summary>Sound cards.</summary>
    Sound,

    /// <summary>Network cards.</summary>
    Network,

    /// <summary>USB controllers.</summary>
    Usb,

    /// <summary>How disks are connected; which there are is no matter of hardware.</summary>
    Disk,

    /// <summary>Folders of the host that the guest sees.</summary>
    Filesystem,
}
