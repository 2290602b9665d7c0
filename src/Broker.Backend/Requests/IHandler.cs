using Broker.Core.Requests;

namespace Broker.Backend.Requests;

/// <summary>Does what requests of one command ask for. Found by type; one for each command.</summary>
/// <remarks>
/// It may be killed at any line and is then run again from its first one. So each of its steps can be repeated, and what it
/// makes has a name that was written to the database before.
/// </remarks>
public interface IHandler<in TRequest> where TRequest : IRequest<TRequest>
{
    /// <summary>Does it.</summary>
    /// <returns>What came out of it, to be kept with the request as JSON; null for nothing.</returns>
    /// <exception cref="RequestFailedException">It can't be done; trying again would not help.</exception>
    /// <exception cref="TryAgainException">It can't be done now.</exception>
    /// <exception cref="NotYetException">It is too early, and nothing went wrong.</exception>
    Task<object?> Handle(TRequest request, Work work);

    /// <summary>Takes back what was half done, after <see cref="Handle"/> failed for the last time, or the request was taken back between two steps. It may be repeated as well.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="work">The same claim.</param>
    /// <param name="why">What went wrong, for those who look at what is left.</param>
    Task Undo(TRequest request, Work work, string why) => Task.CompletedTask;
}

/// <summary>It can't be done, and trying again would not help.</summary>
/// <param name="code">A fixed word.</param>
/// <param name="message">What is wrong and what to do, in a sentence.</param>
public sealed class RequestFailedException(string code, string message) : Exception(message)
{
    /// <summary>A fixed word.</summary>
    public string Code { get; } = code;
}

/// <summary>It can't be done now; it is tried again, as often as the command allows.</summary>
/// <param name="code">A fixed word.</param>
/// <param name="message">What it waits for, in a sentence.</param>
/// <param name="inner">What went wrong.</param>
public sealed class TryAgainException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A fixed word.</summary>
    public string Code { get; } = code;
}

/// <summary>It can't be done yet, and nothing went wrong: it waits as long as it takes, and what comes after it on the same machine waits with it.</summary>
/// <param name="message">What it waits for, in a sentence.</param>
/// <param name="wait">After how long it looks again.</param>
public sealed class NotYetException(string message, TimeSpan wait) : Exception(message)
{
    /// <summary>After how long it looks again.</summary>
    public TimeSpan Wait { get; } = wait;
}

/// <summary>Whoever asked does not want it any more: stop here, so that it can be undone.</summary>
public sealed class TakenBackException(long request) : Exception($"Request {request} was taken back.");

/// <summary>The claim is somebody else's now: stop without touching anything more.</summary>
public sealed class ClaimLostException(long request) : Exception($"The claim on request {request} was lost.");
