using System.Text.Json.Serialization;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Domains;

/// <summary>Whether everybody may clone a base.</summary>
/// <param name="IsPublic">Everybody may, or only its owner.</param>
public sealed record Published(bool IsPublic);

/// <summary>What the clones of a base will be.</summary>
/// <param name="Volatile">Temporary: removed when they end.</param>
public sealed record ClonesToBe(bool Volatile);

/// <summary>What people read of a machine.</summary>
/// <param name="Alias">The name as people write it; null for none.</param>
/// <param name="Text">What it is for; null for nothing.</param>
public sealed record Description(string? Alias, [property: JsonPropertyName("description")] string? Text);

/// <summary>Machines: reading them, and what changes only their rows. Everything else is a request.</summary>
public static class DomainsEndpoints
{
    private const int LongestAlias = 190;
    private const int LongestDescription = 4000;
    private const int MostHistory = 500;

    /// <summary>Adds the routes.</summary>
    public static void MapDomains(this IEndpointRouteBuilder app)
    {
        var domains = app.MapGroup("/api/domains").WithTags("domains");
        domains.MapGet("", List).Account().WithName("list_domains").WithSummary("Machines that the caller may see: his own, what is shared with him, and as far as view reaches").Refuses(400, 401, 403);
        domains.MapGet("/{id:guid}", Get).Account().WithName("get_domain").WithSummary("One machine").Refuses(401, 403, 404);
        domains.MapGet("/{id:guid}/history", History).Account().WithName("get_domain_history").WithSummary("What a machine did, newest first").Refuses(400, 401, 403, 404);
        domains.MapGet("/{id:guid}/base", Prepared).Account().WithName("get_base").WithSummary("What a base was when it was prepared, with its files").Refuses(401, 403, 404, 409);
        domains.MapGet("/{id:guid}/volumes", Volumes).Account().WithName("get_domain_volumes").WithSummary("Disks and CD drives of a machine").Refuses(401, 403, 404);
        domains.MapPut("/{id:guid}/published", Publish).Account().WithName("publish_domain").WithSummary("Let everybody clone a base, or only its owner").Refuses(400, 401, 403, 404, 409);
        domains.MapPut("/{id:guid}/clones", SetClones).Account().WithName("set_clones").WithSummary("Say whether new clones of a base are temporary").Refuses(400, 401, 403, 404, 409);
        domains.MapPut("/{id:guid}/description", Describe).Account().WithName("describe_domain").WithSummary("Change what people read of a machine").Refuses(400, 401, 403, 404);
        domains.MapPatch("/{id:guid}/settings", Set).Granted(Grant.Operate).WithName("set_domain").WithSummary("Change how long a machine runs and how it ends")
            .Refuses(400, 401, 403, 404);
        domains.MapGet("/{id:guid}/screenshot", Pictures.Answer).Account().WithName("get_screenshot").WithSummary("The last picture of a machine's screen")
            .Produces<byte[]>(StatusCodes.Status200OK, "image/png").Produces(StatusCodes.Status304NotModified).Refuses(401, 403, 404);
    }

    /// <summary>The domain, if the caller may see it.</summary>
    /// <exception cref="RefusedException">It isn't there, or not his to see: the answer is the same.</exception>
    internal static async Task<DomainRow> Visible(DbSession db, Caller caller, Guid id, bool locked = false)
    {
        var domain = locked ? await DomainsTable.Lock(db, id) : await DomainsTable.Get(db, id);
        return domain is not null && May.Do(caller, Grant.View, domain).IsAllowed ? domain : throw RefusedException.NoDomain(id);
    }

    private static async Task<Ok<DomainsView>> List(SignedIn who, Db db, Guid? @base, OneOf<DomainStateView>? state, string? q, CancellationToken cancel)
    {
        if (who.Caller.Reach(Grant.View) is var reach && reach is Reach.None) return TypedResults.Ok(new DomainsView([]));
        var filter = new DomainFilter
        {
            User = reach is Reach.All ? null : who.Id,
            Reach = reach,
            Base = @base,
            Text = string.IsNullOrWhiteSpace(q) ? null : q.Trim(),
        };
        var domains = await db.Read(s => DomainReads.Read(s, who.Caller, filter), cancel);
        return TypedResults.Ok(new DomainsView(state is null ? domains : [.. domains.Where(d => d.State == state.Value.Member)]));
    }

    private static async Task<Ok<DomainView>> Get(Guid id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            await Visible(s, who.Caller, id);
            return await DomainReads.One(s, who.Caller, id) ?? throw RefusedException.NoDomain(id);
        }, cancel));

    private static async Task<Ok<DomainHistory>> History(Guid id, SignedIn who, Db db, long? before, int? limit, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            await Visible(s, who.Caller, id);
            long? asker = May.Do(who.Caller, Grant.Operate, null).IsAllowed ? null : who.Id;
            return await DomainHistory.Read(s, id, asker, before, Math.Clamp(limit ?? 50, 1, MostHistory));
        }, cancel));

    private static async Task<Ok<PreparedBase>> Prepared(Guid id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            var domain = await Visible(s, who.Caller, id);
            if (May.Do(who.Caller, Grant.CreateBase, domain) is { IsAllowed: false } no) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
            return await BasesTable.Get(s, id) ?? throw new RefusedException(StatusCodes.Status409Conflict, "not_a_base",
                domain.IsBase ? $"{domain.Name} became a base before what a base was made from was kept." : $"{domain.Name} is not a base. Prepare it as one first.");
        }, cancel));

    private static async Task<Ok<DomainVolumes>> Volumes(Guid id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => await DomainVolumes.Read(s, who.Caller, await Visible(s, who.Caller, id)), cancel));

    private static Task<Ok<DomainView>> Publish(Guid id, Published form, SignedIn who, Db db, CancellationToken cancel) =>
        ChangeBase(id, who, db, form.IsPublic ? "publish" : "unpublish", s => DomainsTable.SetPublic(s, id, form.IsPublic), cancel);

    private static Task<Ok<DomainView>> SetClones(Guid id, ClonesToBe form, SignedIn who, Db db, CancellationToken cancel) =>
        ChangeBase(id, who, db, form.Volatile ? "volatile_clones" : "lasting_clones", s => DomainsTable.SetVolatileClones(s, id, form.Volatile), cancel);

    /// <summary>Changes rows of a base, in the name of somebody who may.</summary>
    internal static async Task<Ok<DomainView>> ChangeBase(Guid id, SignedIn who, Db db, string deed, Func<DbSession, Task> change, CancellationToken cancel) =>
        TypedResults.Ok(await db.Transaction(async s =>
        {
            var domain = await Visible(s, who.Caller, id, locked: true);
            if (May.Do(who.Caller, Grant.CreateBase, domain) is { IsAllowed: false } no) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
            if (!domain.IsBase) throw new RefusedException(StatusCodes.Status409Conflict, "not_a_base", $"{domain.Name} is not a base. Prepare it as one first.");
            await change(s);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, deed, domain.Name, new { domain = id });
            return await DomainReads.One(s, who.Caller, id) ?? throw RefusedException.NoDomain(id);
        }, cancel));

    private static async Task<Ok<DomainView>> Set(Guid id, DomainSettingsChange form, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Transaction(async s =>
        {
            // whoever looks after the hosts knows that it is there
            var domain = await DomainsTable.Lock(s, id) ?? throw RefusedException.NoDomain(id);
            if (May.Do(who.Caller, Grant.View, domain) is { IsAllowed: false } no) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
            var problems = form.Problems(domain).ToList();
            if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
            await DomainsTable.Set(s, domain, form);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "set_domain", domain.Name, new { domain = id, settings = form });
            return await DomainReads.One(s, who.Caller, id) ?? throw RefusedException.NoDomain(id);
        }, cancel));

    private static async Task<Ok<DomainView>> Describe(Guid id, Description form, SignedIn who, Db db, CancellationToken cancel)
    {
        var alias = string.IsNullOrWhiteSpace(form.Alias) ? null : form.Alias.Trim();
        var text = string.IsNullOrWhiteSpace(form.Text) ? null : form.Text.Trim();
        var problems = new List<string>();
        if (alias?.Length > LongestAlias) problems.Add($"An alias has at most {LongestAlias} characters.");
        if (alias?.Any(char.IsControl) == true) problems.Add("An alias has no control characters.");
        if (text?.Length > LongestDescription) problems.Add($"A description has at most {LongestDescription} characters.");
        if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };

        return TypedResults.Ok(await db.Transaction(async s =>
        {
            var domain = await Visible(s, who.Caller, id, locked: true);
            if (May.Do(who.Caller, Grant.ChangeSettings, domain) is { IsAllowed: false } no) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
            await DomainsTable.Describe(s, id, alias, text);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "describe", domain.Name, new { domain = id });
            return await DomainReads.One(s, who.Caller, id) ?? throw RefusedException.NoDomain(id);
        }, cancel));
    }
}
