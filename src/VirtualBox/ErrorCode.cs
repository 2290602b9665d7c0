namespace VirtualBox;

#pragma warning disable CA1028 // COM's codes are unsigned, and unknown ones must fit
/// <summary>VirtualBox's own codes for what went wrong, those that VBoxManage 7.2 was seen to give. Others are kept as their number.</summary>
public enum ErrorCode : uint
{
    /// <summary>No code was given.</summary>
    None = 0,

    /// <summary><c>NS_ERROR_FAILURE</c></summary>
    Failure = 0x80004005,

    /// <summary><c>E_ACCESSDENIED</c>: a machine whose file can't be read, for one.</summary>
    AccessDenied = 0x80070005,

    /// <summary><c>NS_ERROR_INVALID_ARG</c></summary>
    InvalidArgument = 0x80070057,

    /// <summary><c>VBOX_E_OBJECT_NOT_FOUND</c></summary>
    ObjectNotFound = 0x80bb0001,

    /// <summary><c>VBOX_E_INVALID_VM_STATE</c></summary>
    InvalidVmState = 0x80bb0002,

    /// <summary><c>VBOX_E_FILE_ERROR</c></summary>
    FileError = 0x80bb0004,

    /// <summary><c>VBOX_E_IPRT_ERROR</c>: VirtualBox's layer to the operating system.</summary>
    IprtError = 0x80bb0005,

    /// <summary><c>VBOX_E_INVALID_OBJECT_STATE</c>: locked by somebody else, mostly.</summary>
    InvalidObjectState = 0x80bb0007,

    /// <summary><c>VBOX_E_NOT_SUPPORTED</c></summary>
    NotSupported = 0x80bb0009,

    /// <summary><c>VBOX_E_OBJECT_IN_USE</c></summary>
    ObjectInUse = 0x80bb000c,
}
