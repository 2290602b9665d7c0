using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.SignIn;

/// <summary>A token by which a program calls the API in its owner's name.</summary>
/// <param name="Id">Key.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Prefix">How it begins.</param>
/// <param name="Scopes">What it is good for: read, or the words of grants.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LastUsedAt">When it was last used, to the minute.</param>
/// <param name="LastUsedFrom">Where from.</param>
public sealed record TokenView(
    long Id, string Name, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt, string? LastUsedFrom)
{
    internal static TokenView Of(ApiTokenRow row) => new(row.Id, row.Name, row.Prefix, row.Scopes, row.CreatedAt, row.ExpiresAt, row.LastUsedAt, row.LastUsedFrom);
}

/// <summary>Tokens, newest first, and what one can be good for.</summary>
/// <param name="Tokens">Also those that have ended.</param>
/// <param name="Scopes">What the owner may give a token.</param>
public sealed record TokensView(IReadOnlyList<TokenView> Tokens, IReadOnlyList<string> Scopes);

/// <summary>A token to be made.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Scopes">What it is good for.</param>
/// <param name="ExpiresAt">When it ends, within a year.</param>
/// <param name="Password">One's password; not needed within ten minutes of the sign-in.</param>
public sealed record NewToken(string Name, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt, string? Password = null);

/// <summary>A token that was made.</summary>
/// <param name="Token">What goes into the header: Authorization: Bearer and this. Told once.</param>
/// <param name="Made">The rest of it.</param>
public sealed record MadeToken(string Token, TokenView Made);

/// <summary>Tokens for programs that call the API.</summary>
public static class TokensEndpoints
{
    private const int LongestName = 100;

    /// <summary>Adds the routes.</summary>
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapGroup("/api/tokens").WithTags("tokens");
        tokens.MapGet("", List).Person().WithName("list_tokens").WithSummary("One's own tokens").Refuses(401, 403);
        tokens.MapPost("", Make).Person().WithName("create_token").WithSummary("Make a token for a program")
            .WithDescription("It is told once. The program sends it as Authorization: Bearer, without a cookie and without the header against forged calls. " + SecondFactorEndpoints.Recently)
            .Refuses(400, 401, 403, 409, 429, 503);
        tokens.MapDelete("/{id:long}", Remove).Person().WithName("remove_token").WithSummary("Take a token away").Refuses(401, 403, 404);
    }

    private static async Task<Ok<TokensView>> List(SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(new TokensView([.. (await db.Read(s => ApiTokensTable.Of(s, who.Id), cancel)).Select(TokenView.Of)], [.. ApiTokensTable.Scopes.Where(w => Holds(who.Caller, w))]));

    private static async Task<Created<MadeToken>> Make(NewToken form, SignedIn who, HttpContext http, Db db, RecentProof proof, TimeProvider clock, CancellationToken cancel)
    {
        await proof.Need(http, who, form.Password, "token_made", cancel);
        var name = form.Name.Trim();
        IReadOnlyList<string> scopes = [.. form.Scopes.Distinct(StringComparer.Ordinal)];
        var problems = Problems(name, scopes, form.ExpiresAt - clock.GetUtcNow()).ToList();
        if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
        if (scopes.FirstOrDefault(w => !Holds(who.Caller, w)) is { } missing)
            throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", $"You have not been granted {missing}, so no token of yours can be good for it.");
        var (row, token) = await db.Transaction(async s =>
        {
            if ((await ApiTokensTable.Of(s, who.Id)).Count >= ApiTokensTable.Most)
                throw new RefusedException(StatusCodes.Status409Conflict, "too_many_tokens", $"You have {ApiTokensTable.Most} tokens. Take away those that are not used any more.");
            var made = await ApiTokensTable.Insert(s, who.Id, name, scopes, form.ExpiresAt);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "token_made", who.Account.Name, new { token = made.Row.Id, name, scopes, expires_at = form.ExpiresAt });
            return made;
        }, cancel);
        return TypedResults.Created((string?)null, new MadeToken(token, TokenView.Of(row)));
    }

    private static async Task<NoContent> Remove(long id, SignedIn who, Db db, CancellationToken cancel)
    {
        await db.Transaction(async s =>
        {
            if (!await ApiTokensTable.Remove(s, who.Id, id)) throw NoToken();
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "token_removed", who.Account.Name, new { token = id });
        }, cancel);
        return TypedResults.NoContent();
    }

    internal static RefusedException NoToken() => new(StatusCodes.Status404NotFound, "unknown_token", "There is no such token.");

    private static bool Holds(Caller caller, string scope) => scope == ApiTokensTable.Read || caller.Reach(Word.Parse<Grant>(scope)) is not Reach.None;

    private static IEnumerable<string> Problems(string name, IReadOnlyList<string> scopes, TimeSpan life)
    {
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl)) yield return $"A token's name has 1 to {LongestName} characters, none of them control characters.";
        if (scopes.Count == 0) yield return "A token is good for something: name at least one scope.";
        if (scopes.FirstOrDefault(w => !ApiTokensTable.Scopes.Contains(w)) is { } unknown) yield return $"There is no scope {unknown}; there are {string.Join(", ", ApiTokensTable.Scopes)}.";
        if (life <= TimeSpan.Zero || life > ApiTokensTable.LongestLife) yield return "A token ends within a year: expires_at is between now and then.";
    }
}
