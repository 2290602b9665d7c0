namespace VirtualBox;

/// <summary>VBoxManage failed. The message is its first line of error. Decide on <see cref="Code"/> where there is one.</summary>
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
}

/// <summary>There is no VBoxManage, or it can't be started. The message says where it was looked for.</summary>
public sealed class VBoxManageNotFoundException : Exception
{
    internal VBoxManageNotFoundException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
