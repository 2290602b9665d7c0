using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.SignIn;

/// <summary>Who has the link becomes an administrator with this name and password.</summary>
/// <param name="Token">What stands behind the # of the link.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="Password">Password.</param>
public sealed record FirstAdmin(string Token, string Name, string Password);

/// <summary>The first administrator, by a one-time link.</summary>
public static class FirstAdminEndpoints
{
    private const int LongestToken = 200;

    /// <summary>Adds the route.</summary>
    public static void MapFirstAdmin(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/first-admin", Create).Anybody().WithTags("session").WithName("create_first_admin")
            .WithSummary("Become an administrator by a one-time link").Refuses(400, 403, 409, 429);

    private static async Task<NoContent> Create(FirstAdmin form, HttpContext http, Db db, SignInLimits limits, CancellationToken cancel)
    {
        var name = form.Name.Trim();
        var problems = UserNames.Problems(name).Concat(Passwords.Problems(form.Password, name)).ToList();
        if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
        // anybody may ask: nothing is hashed for a link that was made up
        if (form.Token.Length > LongestToken || !await db.Read(s => FirstAdminLinks.Counts(s, form.Token), cancel)) throw DoesNotCount();
        var hash = await limits.Hash(() => Passwords.Hash(form.Password), cancel);
        try
        {
            // a name that is taken gives the link back with the rest of the transaction
            if (await db.Transaction(s => FirstAdminLinks.Use(s, form.Token, name, hash, Cookies.AddressOf(http)), cancel) is null) throw DoesNotCount();
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw new RefusedException(StatusCodes.Status409Conflict, "name_taken", $"There is already an account called {name}. Choose another name.");
        }
        return TypedResults.NoContent();
    }

    private static RefusedException DoesNotCount() => new(StatusCodes.Status403Forbidden, "link_used_up",
        "This link was used, is older than a day, or a newer one took its place. On the server, 'broker users first-admin-link' prints another.");
}
