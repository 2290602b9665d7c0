using Broker.Core.Access;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Authorization;

namespace Broker.Frontend.Hosting;

/// <summary>Who may call a route; each route has exactly one. What he may do to a particular machine is judged in the route, by <see cref="May"/>.</summary>
/// <param name="Who">anybody, any_account, person, account, or words of grants of which he has one.</param>
public sealed record CallerRule(string Who);

/// <summary>Routes say who may call them. A route that says nothing can't be called by anybody.</summary>
public static class Callers
{
    private const string AnyAccountPolicy = "any_account";
    private const string PersonPolicy = "person";
    private const string AccountPolicy = "account";

    /// <summary>Adds the rules.</summary>
    public static void AddCallerRules(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(AnyAccountPolicy, p => p.RequireAuthenticatedUser().RequireAssertion(c => Who(c) is { Token: null }))
            .AddPolicy(PersonPolicy, p => p.RequireAuthenticatedUser().RequireAssertion(c => Who(c) is { Account.MayGoOn: true, Token: null }))
            .AddPolicy(AccountPolicy, p => p.RequireAuthenticatedUser().RequireAssertion(c => Who(c) is { Account.MayGoOn: true, Caller.Scopes: null or { Count: > 0 } }))
            // No endpoint, or one that the router made up to say 405 or 415, has nothing to protect.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(c => c.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint).Build());
    }

    /// <summary>Also who is not signed in.</summary>
    public static TBuilder Anybody<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.AllowAnonymous().WithMetadata(new CallerRule("anybody"));

    /// <summary>Who is signed in himself, not a program by a token, even when there is something that he has to do first.</summary>
    public static TBuilder AnyAccount<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(AnyAccountPolicy).WithMetadata(new CallerRule(AnyAccountPolicy));

    /// <summary>Who is signed in himself, not a program by a token: what is about how he signs in, and screens.</summary>
    public static TBuilder Person<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(PersonPolicy).WithMetadata(new CallerRule(PersonPolicy));

    /// <summary>Who is signed in, or a program by a token that is good for something of the kind. The route judges the rest.</summary>
    public static TBuilder Account<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(AccountPolicy).WithMetadata(new CallerRule(AccountPolicy));

    /// <summary>Who has one of these grants; administrators have all.</summary>
    public static TBuilder Granted<TBuilder>(this TBuilder route, params IReadOnlyList<Grant> grants) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(p => p.RequireAuthenticatedUser().RequireAssertion(c =>
                Who(c) is { Account.MayGoOn: true } who && grants.Any(g => May.Do(who.Caller, g, null).IsAllowed)))
            .WithMetadata(new CallerRule(string.Join('|', grants.Select(Core.Word.Of))));

    /// <summary>Why somebody who is signed in was refused by his route's rule.</summary>
    internal static RefusedException WhyNot(HttpContext context) => SignedIn.Of(context) switch
    {
        { Account.MustChangePassword: true } => new(StatusCodes.Status403Forbidden, "password_change_required", "Choose a new password first."),
        { Account.MustEnrolSecondFactor: true } => new(StatusCodes.Status403Forbidden, "second_factor_enrolment_required", "Set up a second factor first: administrators need one."),
        { Token: not null } => new(StatusCodes.Status403Forbidden, "not_in_scope", "The token is not good for that, or its owner has not been granted to do it."),
        _ => new(StatusCodes.Status403Forbidden, "not_allowed", "You have not been granted to do that."),
    };

    private static SignedIn? Who(AuthorizationHandlerContext context) => context.Resource is HttpContext http ? SignedIn.Of(http) : null;
}
