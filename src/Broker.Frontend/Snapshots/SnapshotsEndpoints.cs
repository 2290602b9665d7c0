using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Frontend.Domains;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Snapshots;

/// <summary>A snapshot of a machine's disks.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What people call it, in any script.</param>
/// <param name="Description">What it is for.</param>
/// <param name="TakenAt">When it was taken.</param>
/// <param name="TakenBy">Name of whoever took it; null when he is gone.</param>
/// <param name="SizeBytes">What the machine's disks took on their host when it was taken; null when that is not known.</param>
/// <param name="IsWhole">It was taken to its end; one that is being taken, or was broken off, can't be gone back to, only removed.</param>
public sealed record SnapshotView(Guid Id, string Name, string? Description, DateTimeOffset TakenAt, string? TakenBy, long? SizeBytes, bool IsWhole);

/// <summary>The snapshots of a machine.</summary>
/// <param name="Snapshots">All of them, the oldest first.</param>
/// <param name="Limit">How many it may have.</param>
public sealed record DomainSnapshots(IReadOnlyList<SnapshotView> Snapshots, int Limit);

/// <summary>What a snapshot is to be called.</summary>
/// <param name="Name">Its name, in any script.</param>
/// <param name="Description">What it is for; null for nothing.</param>
public sealed record SnapshotLabel(string Name, string? Description = null);

/// <summary>Snapshots: reading and naming them. They are taken, reverted to and removed by requests.</summary>
public static class SnapshotsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapSnapshots(this IEndpointRouteBuilder app)
    {
        var snapshots = app.MapGroup("/api/domains/{id:guid}/snapshots").WithTags("domains");
        snapshots.MapGet("", List).Account().WithName("get_domain_snapshots").WithSummary("Snapshots of a machine, the oldest first")
            .WithDescription("They are taken with take_snapshot, gone back to with revert_snapshot and removed with remove_snapshot.").Refuses(401, 403, 404);
        snapshots.MapPut("/{snapshot:guid}", Rename).Account().WithName("rename_snapshot").WithSummary("Give a snapshot another name and description").Refuses(400, 401, 403, 404, 409);
    }

    private static async Task<Ok<DomainSnapshots>> List(Guid id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => await Read(s, await DomainsEndpoints.Visible(s, who.Caller, id)), cancel));

    private static async Task<Ok<DomainSnapshots>> Rename(Guid id, Guid snapshot, SnapshotLabel form, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Transaction(async s =>
        {
            var domain = await DomainsEndpoints.Visible(s, who.Caller, id, locked: true);
            await SnapshotNaming.Rename(s, who.Caller, domain, snapshot, form.Name, form.Description);
            return await Read(s, domain);
        }, cancel));

    private static async Task<DomainSnapshots> Read(DbSession db, DomainRow domain)
    {
        var snapshots = await SnapshotsTable.Of(db, domain.Id);
        var people = (await db.Query<(long Id, string Name)>("SELECT DISTINCT u.id, u.name FROM snapshots n JOIN users u ON u.id = n.taken_by WHERE n.domain_id = @Id", new { domain.Id }))
            .ToDictionary(u => u.Id, u => u.Name);
        return new(
            [.. snapshots.Select(n => new SnapshotView(n.Id, n.Name, n.Description, n.TakenAt, n.TakenBy is { } by ? people.GetValueOrDefault(by) : null, n.SizeBytes, n.IsWhole))],
            await SnapshotsTable.Limit(db, domain));
    }
}
