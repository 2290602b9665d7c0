namespace Broker.Cli;

/// <summary>What the shell learns. Scripts rely on these numbers.</summary>
public static class ExitCode
{
    /// <summary>It is done.</summary>
    public const int Done = 0;

    /// <summary>Broker said no, the thing is not there, or the request that was waited for failed; standard error says why.</summary>
    public const int Refused = 1;

    /// <summary>The doctor has warnings, but nothing has failed.</summary>
    public const int DoctorWarns = 1;

    /// <summary>The command line or the settings are wrong.</summary>
    public const int Usage = 2;

    /// <summary>The doctor found something that has failed.</summary>
    public const int DoctorFailed = 2;

    /// <summary>The database can't be reached, or has no tables.</summary>
    public const int Database = 3;

    /// <summary>The request has not ended in the time given by <c>--timeout</c>; it goes on.</summary>
    public const int TimedOut = 4;

    /// <summary>The request that was waited for was cancelled.</summary>
    public const int Cancelled = 5;

    /// <summary>Broker itself is at fault; standard error has the details.</summary>
    public const int Fault = 70;

    /// <summary>Interrupted by Ctrl-C; a request that was sent goes on.</summary>
    public const int Interrupted = 130;

    /// <summary>The word for a code, in errors as JSON.</summary>
    public static string Word(int code) => code switch
    {
        Refused => "refused",
        Usage => "usage",
        Database => "database",
        TimedOut => "timed_out",
        Cancelled => "cancelled",
        Interrupted => "interrupted",
        _ => "fault",
    };
}

/// <summary>The command can't be done: a sentence that names the remedy, the exit code, and a fixed word for scripts.</summary>
internal sealed class CommandFailedException(string message, int code = ExitCode.Refused, string? word = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Word { get; } = word ?? ExitCode.Word(code);
}
