using Broker.Core.Requests;
using Microsoft.Extensions.Logging;

namespace Broker.Backend;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Applied migration {Name}")]
    public static partial void Migrated(ILogger logger, string name);

    [LoggerMessage(10, LogLevel.Information, "Back end {Id} takes requests")]
    public static partial void Started(ILogger logger, Guid id);

    [LoggerMessage(11, LogLevel.Information, "Request {Request} {Command} by user {User}: taken up, try {Attempt}")]
    public static partial void Claimed(ILogger logger, long request, string command, long user, int attempt);

    [LoggerMessage(12, LogLevel.Information, "Request {Request} {Command}: {State} after {Milliseconds} ms")]
    public static partial void Ended(ILogger logger, long request, string command, RequestState state, long milliseconds);

    [LoggerMessage(13, LogLevel.Warning, "Request {Request} {Command} failed: {Code}: {Text}")]
    public static partial void Failed(ILogger logger, long request, string command, string code, string text, Exception exception);

    [LoggerMessage(14, LogLevel.Warning, "Request {Request} {Command}: the claim was lost, somebody else goes on")]
    public static partial void ClaimLost(ILogger logger, long request, string command);

    [LoggerMessage(15, LogLevel.Warning, "{Count} requests of a back end that is gone were put back into the queue")]
    public static partial void TakenBack(ILogger logger, int count);

    [LoggerMessage(16, LogLevel.Warning, "The queue can't be read, trying again: {Text}")]
    public static partial void QueueUnreadable(ILogger logger, string text);

    [LoggerMessage(17, LogLevel.Error, "Request {Request} {Command}: what was half done could not be taken back")]
    public static partial void UndoFailed(ILogger logger, long request, string command, Exception exception);

    [LoggerMessage(18, LogLevel.Warning, "Request {Request} {Command}: its end could not be written, it will be taken up again: {Text}")]
    public static partial void EndUnwritten(ILogger logger, long request, string command, string text);

    [LoggerMessage(19, LogLevel.Information, "{Count} old requests were forgotten")]
    public static partial void Forgotten(ILogger logger, int count);

    [LoggerMessage(20, LogLevel.Debug, "Request {Request}: {Gate} call to {Node} took {Milliseconds} ms")]
    public static partial void HostCalled(ILogger logger, long request, Nodes.Gate gate, string node, long milliseconds);

    [LoggerMessage(30, LogLevel.Information, "{Node} is up")]
    public static partial void NodeUp(ILogger logger, string node);

    [LoggerMessage(31, LogLevel.Warning, "{Node} is down: {Why}")]
    public static partial void NodeDown(ILogger logger, string node, string why);

    [LoggerMessage(32, LogLevel.Information, "{Domain} was {Before}, its host says {After}")]
    public static partial void Corrected(ILogger logger, string domain, string before, string after);

    [LoggerMessage(33, LogLevel.Warning, "Watching {Node} failed, trying again: {Why}")]
    public static partial void WatchFailed(ILogger logger, string node, string why);

    [LoggerMessage(37, LogLevel.Warning, "{Domain} was removed on its host")]
    public static partial void RemovedOnHost(ILogger logger, string domain);

    [LoggerMessage(38, LogLevel.Warning, "{Domain} was renamed on its host: it is {Name} now")]
    public static partial void RenamedOnHost(ILogger logger, string domain, string name);

    [LoggerMessage(39, LogLevel.Warning, "{Domain} was changed on its host: {Changes}")]
    public static partial void ChangedOnHost(ILogger logger, string domain, string changes);

    [LoggerMessage(35, LogLevel.Information, "Schedule {Schedule} came: what it asks for is in the queue")]
    public static partial void Fired(ILogger logger, long schedule);

    [LoggerMessage(36, LogLevel.Warning, "The schedules could not be brought in line, trying again: {Why}")]
    public static partial void ScheduleNotAligned(ILogger logger, string why);

    [LoggerMessage(45, LogLevel.Warning, "Schedule {Schedule} can't be read, so it does not come: {Why}")]
    public static partial void ScheduleNotRead(ILogger logger, string schedule, string why);

    [LoggerMessage(46, LogLevel.Warning, "The pools could not be looked at, trying again in a minute: {Why}")]
    public static partial void PoolsNotSeen(ILogger logger, string why);

    [LoggerMessage(34, LogLevel.Debug, "No picture of {Domain}: {Why}")]
    public static partial void NoPicture(ILogger logger, string domain, string why);
}
