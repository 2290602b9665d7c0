using Broker.Core.Access;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Authorization;

namespace Broker.Frontend.Hosting;

/// <summary>Who may call a route; each route has exactly one. What he may do to a particular machine is judged in the route, by <see cref="May"/>.</summary>
/// <param name="Who">anybody, any_account, account, or the word of a grant.</param>
public sealed record CallerRule(string Who);

/// <summary>Routes say who may call them. A route that says nothing can't be called by anybody.</summary>
public static class Callers
{
    private const string AnyAccountPolicy = "any_account";
    private const string AccountPolicy = "account";

    /// <summary>Adds the rules.</summary>
    public static void AddCallerRules(this WebApplicationBuilder builder)
    {
        var authorization = builder.Services.AddAuthorizationBuilder()
            .AddPolicy(AnyAccountPolicy, p => p.RequireAuthenticatedUser().RequireAssertion(c => Who(c) is not null))
            .AddPolicy(AccountPolicy, p => p.RequireAuthenticatedUser().RequireAssertion(c => Who(c) is { Account.MustChangePassword: false }))
            // No endpoint, or one that the router made up to say 405 or 415, has nothing to protect.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(c => c.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint).Build());
        foreach (var grant in Enum.GetValues<Grant>())
            authorization.AddPolicy(PolicyOf(grant), p => p.RequireAuthenticatedUser().RequireAssertion(c =>
                Who(c) is { Account.MustChangePassword: false } who && May.Do(who.Caller, grant, null).IsAllowed));
    }

    /// <summary>Also who is not signed in.</summary>
    public static TBuilder Anybody<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.AllowAnonymous().WithMetadata(new CallerRule("anybody"));

    /// <summary>Who is signed in, even when he has to choose a new password first.</summary>
    public static TBuilder AnyAccount<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(AnyAccountPolicy).WithMetadata(new CallerRule(AnyAccountPolicy));

    /// <summary>Who is signed in. The route judges the rest.</summary>
    public static TBuilder Account<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(AccountPolicy).WithMetadata(new CallerRule(AccountPolicy));

    /// <summary>Who has this grant; administrators have all.</summary>
    public static TBuilder Granted<TBuilder>(this TBuilder route, Grant grant) where TBuilder : IEndpointConventionBuilder =>
        route.RequireAuthorization(PolicyOf(grant)).WithMetadata(new CallerRule(Core.Word.Of(grant)));

    /// <summary>Why somebody who is signed in was refused by his route's rule.</summary>
    internal static RefusedException WhyNot(HttpContext context) => SignedIn.Of(context) is { Account.MustChangePassword: true }
        ? new(StatusCodes.Status403Forbidden, "password_change_required", "Choose a new password first.")
        : new(StatusCodes.Status403Forbidden, "not_allowed", "You have not been granted to do that.");

    private static SignedIn? Who(AuthorizationHandlerContext context) => context.Resource is HttpContext http ? SignedIn.Of(http) : null;

    private static string PolicyOf(Grant grant) => "grant:" + Core.Word.Of(grant);
}
