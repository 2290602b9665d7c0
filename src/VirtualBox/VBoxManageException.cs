namespace VirtualBox;

/// <summary>VBoxManage failed. The message is its first line of error. Decide on the subclass or on <see cref="Code"/> where there is one.</summary>
public class VBoxManageException : Exception
{
    internal VBoxManageException(VBoxManageResult result) : base(result.Complaint) => Result = result;

    /// <summary>All that it said.</summary>
    public VBoxManageResult Result { get; }

    /// <summary>What was run.</summary>
    public CommandLine Command => Result.Command;

    /// <summary>0 for the commands that hide their failure; 128 and the number of a signal that ended it.</summary>
    public int ExitCode => Result.ExitCode;

    /// <summary>VirtualBox's code, <see cref="ErrorCode.None"/> when it gave none.</summary>
    public ErrorCode Code => Result.Code;

    /// <summary>The exception for a failure: what VirtualBox's codes and, where one code has many meanings, its words tell apart.</summary>
    internal static VBoxManageException From(VBoxManageResult result)
    {
        var verb = result.Command.Arguments is [var first, ..] ? first : null;
        return result.Code switch
        {
            _ when result.IsLocked => new MachineLockedException(result),
            ErrorCode.ObjectNotFound when Says("Could not find a registered machine") => new MachineNotFoundException(result),
            ErrorCode.FileError when verb is "createvm" or "clonevm" && Says("already exists") => new MachineExistsException(result),
            // whoever comes while another is just writing its file
            _ when verb is "createvm" or "clonevm" && Says("Could not create the settings file") && Says("VERR_ALREADY_EXISTS") => new MachineExistsException(result),
            ErrorCode.ObjectInUse => new ObjectInUseException(result),
            _ when verb is "hostonlyif" => new HostonlyInterfaceException(result),
            _ => new(result),
        };

        bool Says(string text) => result.ErrorLines.Any(l => l.Contains(text, StringComparison.Ordinal));
    }
}

/// <summary>There is a machine, or a leftover of one, where the new one would lie.</summary>
public sealed class MachineExistsException : VBoxManageException
{
    internal MachineExistsException(VBoxManageResult result) : base(result)
    {
    }
}

/// <summary>There is no such machine.</summary>
public sealed class MachineNotFoundException : VBoxManageException
{
    internal MachineNotFoundException(VBoxManageResult result) : base(result)
    {
    }
}

/// <summary>
/// Somebody else works on the machine, and did so for longer than <see cref="VBoxManage.LockPauses"/>. A running machine is locked for what only a stopped
/// one can do.
/// </summary>
public sealed class MachineLockedException : VBoxManageException
{
    internal MachineLockedException(VBoxManageResult result) : base(result)
    {
    }
}

/// <summary>Something is in use where it would have to be free: a controller's name that is taken, a disk with children.</summary>
public sealed class ObjectInUseException : VBoxManageException
{
    internal ObjectInUseException(VBoxManageResult result) : base(result)
    {
    }
}

/// <summary>A host-only interface could not be made or changed: VirtualBox's network driver (<c>vboxnetadp</c>) is missing, mostly.</summary>
public sealed class HostonlyInterfaceException : VBoxManageException
{
    internal HostonlyInterfaceException(VBoxManageResult result) : base(result)
    {
    }
}

/// <summary>There is no VBoxManage, or it can't be started. The message says where it was looked for.</summary>
public sealed class VBoxManageNotFoundException : Exception
{
    internal VBoxManageNotFoundException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
