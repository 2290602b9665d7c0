using System.Globalization;
using System.Reflection;
using System.Security.Claims;
using Broker.Core.Access;
using Broker.Core.Settings;
using Broker.Core.Users;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.SignIn;

/// <summary>The person behind a call: a route that takes one can only be called by somebody who is signed in.</summary>
/// <param name="Caller">Who it is and what was granted, read from the database at most half a minute ago.</param>
/// <param name="Account">More of the account.</param>
/// <param name="Session">This sign-in; it ends at sign-out. Empty for a token.</param>
public sealed record SignedIn(Caller Caller, Account Account, Guid Session)
{
    private const string SessionClaim = "sid";

    /// <summary>The token by which a program calls in his name; null when it is himself.</summary>
    public long? Token { get; init; }

    /// <summary>Key in <c>users</c>.</summary>
    public long Id => Caller.UserId;

    /// <summary>Called by the framework for a route's parameter.</summary>
    public static ValueTask<SignedIn?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return ValueTask.FromResult(Of(context));
    }

    /// <summary>Who called; null when nobody is signed in.</summary>
    public static SignedIn? Of(HttpContext context) => context.Features.Get<SignedIn>();

    /// <summary>No maintenance keeps him out at this time.</summary>
    internal bool IsServed(DateTimeOffset now) => Account.Maintenance?.IsAt(now) != true;

    /// <summary>The same person, calling from there.</summary>
    internal SignedIn From(string? address) => this with { Caller = Caller with { Address = address, Network = ClientNetwork.Of(Account.Networks, address) } };

    /// <summary>This is who called, with the program whose headers these are.</summary>
    internal static void Set(HttpContext context, SignedIn who) =>
        context.Features.Set(who with { Caller = who.Caller with { Client = ClientFacts.Of(name => context.Request.Headers[name]) } });

    /// <summary>What the signed cookie holds: which sign-in, and whose, so that the token against forged calls is his.</summary>
    internal static ClaimsPrincipal Principal(long userId, Guid session) => new(new ClaimsIdentity(
    [
        new Claim(ClaimTypes.NameIdentifier, userId.ToString(CultureInfo.InvariantCulture)),
        new Claim(SessionClaim, session.ToString()),
    ], Cookies.Scheme));

    /// <summary>What a call by a token counts as.</summary>
    internal static ClaimsPrincipal PrincipalOfToken(long userId) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, userId.ToString(CultureInfo.InvariantCulture))], "token"));

    /// <summary>The sign-in that a signed cookie holds.</summary>
    internal static Guid? SessionOf(ClaimsPrincipal? principal) => Guid.TryParse(principal?.FindFirstValue(SessionClaim), out var session) ? session : null;

    /// <summary>Somebody who is signed in, or a refusal.</summary>
    internal static SignedIn Need(HttpContext context) =>
        Of(context) ?? throw new RefusedException(StatusCodes.Status401Unauthorized, "not_signed_in", "Sign in first.");
}

/// <summary>What a session needs to know of its account.</summary>
/// <param name="Id">Key in <c>users</c>.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="IsAdmin">May do everything.</param>
/// <param name="MustChangePassword">Has to choose a password before anything else.</param>
/// <param name="MustEnrolSecondFactor">Has to set up a second factor before anything else.</param>
/// <param name="Language">Language of the portal, when one was chosen.</param>
/// <param name="Source">Who knows his password.</param>
/// <param name="FactsAt">When the directory, or the OpenID provider, last told of him.</param>
/// <param name="Networks">The networks of clients, for where he calls from.</param>
public sealed record Account(
    long Id, string Name, string DisplayName, bool IsAdmin, bool MustChangePassword, bool MustEnrolSecondFactor, string? Language, AccountSource Source, DateTimeOffset? FactsAt, IReadOnlyList<ClientNetwork> Networks)
{
    /// <summary>The time of maintenance, when he is not served in it.</summary>
    public Maintenance? Maintenance { get; init; }

    /// <summary>There is nothing that he has to do first.</summary>
    public bool MayGoOn => !MustChangePassword && !MustEnrolSecondFactor;
}
