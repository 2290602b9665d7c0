using Broker.Core.Requests;
using Broker.Core.Telemetry;

namespace Broker.Frontend;

/// <summary>Everything the front end writes to its log. No password, ticket or cookie is ever among it.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed (trace {TraceId}).")]
    public static partial void CallFailed(ILogger log, Exception e, string method, string path, string traceId);

    [LoggerMessage(2, LogLevel.Information, "The portal is served from {Folder}.")]
    public static partial void PortalFound(ILogger log, string folder);

    [LoggerMessage(3, LogLevel.Warning, "The portal was not built, only the API is served. Run npm run build in frontend/, or name its folder in the setting portal.")]
    public static partial void PortalMissing(ILogger log);

    [LoggerMessage(4, LogLevel.Information, "User {UserId} asked for {Command}: request {Request}.")]
    private static partial void Asked(ILogger log, long userId, string command, long request);

    /// <summary>Somebody asked for something; what a back end says of it has the same <c>request_id</c> and <c>trace_id</c>.</summary>
    public static void Asked(ILoggerFactory logs, RequestRow row)
    {
        var log = logs.CreateLogger("Broker.Frontend.Requests");
        using (log.About(row)) Asked(log, row.UserId, row.Command, row.Id);
    }

    [LoggerMessage(10, LogLevel.Information, "User {UserId} signed in from {Address}.")]
    public static partial void SignedIn(ILogger log, long userId, string? address);

    [LoggerMessage(11, LogLevel.Warning, "A sign-in from {Address} was refused.")]
    public static partial void SignInRefused(ILogger log, string? address);

    [LoggerMessage(12, LogLevel.Warning, "Too many sign-ins failed from {Address}: the next is looked at in {Wait}.")]
    public static partial void SignInsSlowedDown(ILogger log, string? address, TimeSpan wait);

    [LoggerMessage(13, LogLevel.Warning, "The keys that sign cookies could not be read from the database yet.")]
    public static partial void KeysNotReady(ILogger log, Exception e);

    [LoggerMessage(14, LogLevel.Warning, "A sign-in by OpenID failed: {Why}")]
    public static partial void OpenIdFailed(ILogger log, string why);

    [LoggerMessage(20, LogLevel.Warning, "The events could not be read. Trying again in {Wait}.")]
    public static partial void EventsNotRead(ILogger log, Exception e, TimeSpan wait);

    [LoggerMessage(21, LogLevel.Warning, "There is no run folder (setting run): events are looked for once a second.")]
    public static partial void NoDoorbell(ILogger log);

    [LoggerMessage(30, LogLevel.Information, "User {UserId} looks at {DomainId} from {Address}.")]
    public static partial void DisplayOpened(ILogger log, long userId, Guid domainId, string? address);

    [LoggerMessage(31, LogLevel.Information, "User {UserId} no longer looks at {DomainId}: {Why}")]
    public static partial void DisplayClosed(ILogger log, long userId, Guid domainId, string why);

    [LoggerMessage(32, LogLevel.Warning, "The display of {DomainId} can't be reached: {Why}")]
    public static partial void DisplayUnreachable(ILogger log, Guid domainId, string why);

    [LoggerMessage(33, LogLevel.Warning, "How user {UserId} looked at {DomainId} could not be written down.")]
    public static partial void DisplayNotRecorded(ILogger log, Exception e, long userId, Guid domainId);

    [LoggerMessage(40, LogLevel.Warning, "That user {UserId} was refused {Action} could not be written down: {Why}")]
    public static partial void RefusalNotWritten(ILogger log, long userId, string action, string why);

    [LoggerMessage(50, LogLevel.Error, "The directory could not be asked: {Why}")]
    public static partial void DirectoryNotAsked(ILogger log, string why);

    [LoggerMessage(51, LogLevel.Warning, "Several entries of the directory have the same {Attribute}: none of them can sign in. Narrow ldap.base or ldap.user_filter.")]
    public static partial void DirectoryNameIsAmbiguous(ILogger log, string attribute);

    [LoggerMessage(52, LogLevel.Warning, "{Dn} could not get an account: {Code}.")]
    public static partial void DirectoryAccountNotMade(ILogger log, string dn, string code);

    [LoggerMessage(53, LogLevel.Information, "The directory does not let user {UserId} in any more ({Verdict}): his sessions end, and his tokens count for nothing until it does.")]
    public static partial void DirectoryLetsGo(ILogger log, long userId, Core.Directory.DirectoryVerdict verdict);

    [LoggerMessage(55, LogLevel.Error, "{Dn} gets no account: the entry tells nothing that stays of somebody whatever he is called (objectGUID, entryUUID, nsUniqueId, ipaUniqueID), so that nobody can say whose account a name is. Let the account that searches (ldap.bind_dn) read one of them.")]
    public static partial void DirectoryTellsNoKey(ILogger log, string dn);

    [LoggerMessage(54, LogLevel.Warning, "What the directory tells of those who are signed in could not be asked anew: {Why}")]
    public static partial void DirectoryNotRefreshed(ILogger log, string why);
}
