namespace VirtualBox;

/// <summary>VirtualBox's web server could not be asked, or refused. The message says where and why, and what may help.</summary>
public class WebServerException : Exception
{
    internal WebServerException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    /// <summary>VirtualBox's code, <see cref="ErrorCode.None"/> when it was not VirtualBox that refused.</summary>
    public ErrorCode Code { get; internal init; }

    /// <summary>
    /// Whether it may be for want of the session or the connection only: the server forgot the one, or closed the other, or was started anew.
    /// </summary>
    internal bool IsForgotten { get; init; }

    /// <summary>Whether it is a refusal without a word, which is what vboxwebsrv has for a wrong password.</summary>
    internal bool IsMute { get; init; }
}

/// <summary>The web server lets nobody in with this user and password. The message says what else it can be: the server itself does not tell.</summary>
public sealed class WebLogonException : WebServerException
{
    internal WebLogonException(string message, Exception inner) : base(message, inner)
    {
    }
}
