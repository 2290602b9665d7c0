namespace Broker.Core.Directory;

/// <summary>A server, or all of them, can't be asked now.</summary>
public sealed class DirectoryDownException : Exception
{
    /// <summary>A server can't be asked.</summary>
    public DirectoryDownException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>A server answers that it does not want to: the settings don't fit it.</summary>
public sealed class DirectoryRefusedException : Exception
{
    /// <summary>A server refuses.</summary>
    public DirectoryRefusedException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
