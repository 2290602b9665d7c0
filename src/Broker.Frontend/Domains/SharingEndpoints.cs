using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Domains;

/// <summary>Who may use a machine besides its owner.</summary>
public static class SharingEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapSharing(this IEndpointRouteBuilder app)
    {
        var domains = app.MapGroup("/api/domains/{id:guid}").WithTags("domains");
        domains.MapPut("/shares/{name}", Share).Account().WithName("share_domain").WithSummary("Let somebody use a desktop")
            .WithDescription("He may look at it, start it, shut it down, restart and hibernate it, but neither remove it nor share it on.").Refuses(400, 401, 403, 404, 409);
        domains.MapDelete("/shares/{name}", Unshare).Account().WithName("unshare_domain").WithSummary("Let somebody use a desktop no more")
            .WithDescription("At once: a screen of it that he has open closes.").Refuses(400, 401, 403, 404);
    }

    private static Task<Ok<DomainView>> Share(Guid id, string name, SignedIn who, Db db, CancellationToken cancel) => Change(id, name, who, db, Sharing.Share, cancel);

    private static Task<Ok<DomainView>> Unshare(Guid id, string name, SignedIn who, Db db, CancellationToken cancel) => Change(id, name, who, db, Sharing.Unshare, cancel);

    private static async Task<Ok<DomainView>> Change(
        Guid id, string name, SignedIn who, Db db, Func<DbSession, Caller, DomainRow, UserRow, Task> change, CancellationToken cancel) =>
        TypedResults.Ok(await db.Transaction(async s =>
        {
            var domain = await DomainsEndpoints.Visible(s, who.Caller, id, locked: true);
            var user = await UsersTable.Find(s, name.Trim()) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_user", $"There is no user called {name}.");
            await change(s, who.Caller, domain, user);
            return await DomainReads.One(s, who.Caller, id) ?? throw RefusedException.NoDomain(id);
        }, cancel));
}
