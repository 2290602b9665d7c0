using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;

namespace Broker.Core.Requests;

/// <summary>What kind of work a command is; each lane has a limit of its own in every back end.</summary>
public enum Lane
{
    /// <summary>Answers: takes milliseconds.</summary>
    Quick,

    /// <summary>Start, stop, restart.</summary>
    Power,

    /// <summary>Clone, prepare, import, remove: writes disks.</summary>
    Disk,

    /// <summary>Firewall rules.</summary>
    Network,
}

/// <summary>When a second, equal request is answered with the one that is already there.</summary>
public enum Fold
{
    /// <summary>Never: each is done.</summary>
    Never,

    /// <summary>
    /// While an equal one (same command, same arguments) has not ended, and nothing else was asked of the domain since. What was
    /// asked for later, or to follow another request, is never an equal one of what was asked for now.
    /// </summary>
    WhilePending,

    /// <summary>Also for a minute after an equal one ended well, if nothing else was asked of the domain since.</summary>
    WhilePendingOrJustDone,
}

/// <summary>Whether who asked for a request gets a message about its end.</summary>
public enum Tell
{
    /// <summary>Only when it ended badly: when it ended well, that is plain to see.</summary>
    Failure,

    /// <summary>However it ended: it takes so long that he will be doing something else.</summary>
    Outcome,
}

/// <summary>Everything that is true of every request of one command. Declared beside its arguments, read by the API, the CLI, the back end and the tests.</summary>
/// <param name="Word">The fixed word in the database and the API; never changes, a rename adds an alias.</param>
/// <param name="Lane">Which lane it runs in.</param>
/// <param name="Summary">One line that tells a person what it does.</param>
public sealed record Command(string Word, Lane Lane, string Summary)
{
    /// <summary>What the caller needs to be allowed, judged on the request's <see cref="IRequest.JudgedOn"/>.</summary>
    public required Grant Grant { get; init; }

    /// <summary>Other words for it, for people and for rows written before a rename.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>How an equal request is folded.</summary>
    public Fold Fold { get; init; } = Fold.WhilePending;

    /// <summary>How often it is tried in all, when its handler says that trying again may help. The waits double from one second: six tries last half a minute.</summary>
    public int Tries { get; init; } = 6;

    /// <summary>Whether who asked gets a message about its end.</summary>
    public Tell Tell { get; init; } = Tell.Failure;

    /// <summary>Whether its end is written into the audit when somebody asked for it: whatever changes something is.</summary>
    public bool IsAudited { get; init; } = true;

    /// <summary>How long a request is kept after its end, unless its command says otherwise.</summary>
    public static readonly TimeSpan UsualKeep = TimeSpan.FromDays(90);

    /// <summary>How long a request is kept after its end.</summary>
    public TimeSpan Keep { get; init; } = UsualKeep;

    /// <summary>Lower runs first within its lane.</summary>
    public int Priority { get; init; } = 100;

    /// <summary>Whether people are offered the command in the menu of a domain that is in this state; null when it is no menu item.</summary>
    public Func<DomainRow, bool>? OfferedOn { get; init; }

    /// <summary>A schedule may ask for it.</summary>
    public bool IsSchedulable { get; init; }

    /// <summary>A schedule asks for it only of machines that have run since it was last done to them.</summary>
    public bool IsOncePerRun { get; init; }

    /// <summary>The capability, by the word in <see cref="Core.Nodes.NodeRow.Capabilities"/>, without which a host can't do it; null when every host can.</summary>
    public string? Needs { get; init; }

    /// <summary>The record that holds the arguments. Set by the catalogue.</summary>
    public Type ArgumentsType { get; internal init; } = typeof(void);

    /// <summary>The arguments, in the record's order. Set by the catalogue.</summary>
    public IReadOnlyList<Argument> Arguments { get; internal init; } = [];
}

/// <summary>The arguments of one command. A record whose constructor parameters are the arguments.</summary>
public interface IRequest
{
    /// <summary>What is wrong with the arguments, in sentences for people; empty when nothing is.</summary>
    IEnumerable<string> Problems();

    /// <summary>What the handler works on, alone or together with others. Two requests that conflict never run at the same time.</summary>
    LockSet Locks();

    /// <summary>The domain the request is about, shown with it and locked in lists; null when it is about none.</summary>
    Guid? AboutDomain() => (this as IOnDomain)?.Domain;

    /// <summary>The domain on which the caller's right is judged; null when the right is about no domain.</summary>
    Guid? JudgedOn() => AboutDomain();

    /// <summary>
    /// Whether this caller may ask for it, where that takes more than the command's grant. Also of what is to come later: whether he asks by a token, and for what that is good, only
    /// the writer knows; whoever handles it judges him once more by himself.
    /// </summary>
    /// <param name="db">The transaction that writes the request.</param>
    /// <param name="caller">Who asks.</param>
    /// <exception cref="RequestRefusedException">He may not.</exception>
    Task CheckCaller(DbSession db, Caller caller) => Task.CompletedTask;

    /// <summary>Looks into the rows whether it makes sense now. What is to come later, or after something else, is only looked at by its handler, as all is.</summary>
    /// <param name="db">The transaction that writes the request.</param>
    /// <param name="judged">The domain of <see cref="JudgedOn"/>, locked.</param>
    /// <exception cref="RequestRefusedException">It does not.</exception>
    Task CheckNow(DbSession db, DomainRow? judged) => Task.CompletedTask;
}

/// <inheritdoc cref="IRequest"/>
public interface IRequest<TSelf> : IRequest where TSelf : IRequest<TSelf>
{
    /// <summary>What is true of every request of this command.</summary>
    static abstract Command Spec { get; }
}

/// <summary>A request about one existing domain.</summary>
public interface IOnDomain
{
    /// <summary>Id of the domain.</summary>
    Guid Domain { get; }
}

/// <summary>A request that makes a domain. The writer mints its id and inserts its row together with the request, so that other requests can follow it at once.</summary>
public interface IMakesDomain : IRequest
{
    /// <summary>Id of the domain to be made; empty until the writer has minted it.</summary>
    Guid Domain { get; }

    /// <summary>The same request with the id that the writer minted.</summary>
    IRequest WithDomain(Guid domain);

    /// <summary>The row of the domain to be made, in state <see cref="DomainState.Creating"/>; or of one that is there already, when that is what was asked for.</summary>
    /// <param name="db">The transaction that writes the request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="judged">The domain of <see cref="IRequest.JudgedOn"/>, as it is now.</param>
    /// <exception cref="RequestRefusedException">It can't be made: what it is made from is no base, the name is taken.</exception>
    Task<DomainRow> NewDomain(DbSession db, Caller caller, DomainRow? judged);
}

/// <summary>Named things that a request works on.</summary>
/// <param name="Alone">Nobody else may work on these meanwhile.</param>
/// <param name="Together">Others may work on these meanwhile, but nobody alone.</param>
public sealed record LockSet(IReadOnlyList<string> Alone, IReadOnlyList<string> Together)
{
    /// <summary>Works on nothing that others could disturb.</summary>
    public static LockSet None { get; } = new([], []);

    /// <summary>Works alone on these domains.</summary>
    public static LockSet Exclusive(params ReadOnlySpan<Guid> domains) => None.AndExclusive(domains);

    /// <summary>Works together with others on these domains.</summary>
    public LockSet AndShared(params ReadOnlySpan<Guid> domains) => this with { Together = [.. Together, .. Names(domains)] };

    /// <summary>Works alone on something that is no domain, too.</summary>
    public LockSet AndExclusive(string resource) => this with { Alone = [.. Alone, resource] };

    private LockSet AndExclusive(ReadOnlySpan<Guid> domains) => this with { Alone = [.. Alone, .. Names(domains)] };

    private static string[] Names(ReadOnlySpan<Guid> domains)
    {
        var names = new string[domains.Length];
        for (var i = 0; i < domains.Length; i++) names[i] = Resource(domains[i]);
        return names;
    }

    /// <summary>What a domain is called among the things that requests work on.</summary>
    public static string Resource(Guid domain) => $"domain:{domain}";
}

/// <summary>A request can't be written: the reason is for the caller to read and act on.</summary>
/// <param name="code">A fixed word: <c>bad_arguments</c>, <c>not_allowed</c>, <c>unknown_domain</c>, <c>name_taken</c>…</param>
/// <param name="message">A sentence for a person.</param>
public sealed class RequestRefusedException(string code, string message) : Exception(message)
{
    /// <summary>The fixed word of the reason.</summary>
    public string Code { get; } = code;

    /// <summary>Each problem by itself, when there are several.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
