using Broker.Core.Access;
using Broker.Core.Backups;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Backups;

/// <summary>Backups, newest first.</summary>
/// <param name="Backups">Those that are there to their end.</param>
public sealed record BackupsView(IReadOnlyList<BackupView> Backups);

/// <summary>A backup of a machine.</summary>
/// <param name="File">Its file in the backup folder: <c>restore_backup</c> and <c>remove_backup</c> name it by this.</param>
/// <param name="DomainId">The machine.</param>
/// <param name="DomainName">What that was called.</param>
/// <param name="IsThere">The machine is there now, so that it can be restored in its place.</param>
/// <param name="Node">The host whose folder it lies in.</param>
/// <param name="NeedsBase">It can be restored only where the machine's base is.</param>
/// <param name="SizeBytes">Size of the file.</param>
/// <param name="TakenAt">When it was begun.</param>
/// <param name="TakenBy">Who asked for it, by his name then.</param>
public sealed record BackupView(
    string File, Guid DomainId, string DomainName, bool IsThere, string Node, bool NeedsBase, long SizeBytes, DateTimeOffset TakenAt, string TakenBy);

/// <summary>Reading what was backed up. Everything else about backups is a request.</summary>
public static class BackupsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapBackups(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/backups", All).Granted(Grant.Operate).WithTags("backups").WithName("list_backups").WithSummary("Backups of all machines, also of those that are gone").Refuses(401, 403);
        app.MapGet("/api/domains/{id:guid}/backups", Of).Granted(Grant.Operate).WithTags("backups").WithName("list_domain_backups")
            .WithSummary("Backups of a machine, which may be gone").Refuses(401, 403);
    }

    private static Task<Ok<BackupsView>> All(Db db, CancellationToken cancel) => List(db, null, cancel);

    private static Task<Ok<BackupsView>> Of(Guid id, Db db, CancellationToken cancel) => List(db, id, cancel);

    private static async Task<Ok<BackupsView>> List(Db db, Guid? domain, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            var backups = await BackupsTable.List(s, domain);
            var nodes = (await NodesTable.All(s)).ToDictionary(n => n.Id, n => n.Name);
            var there = (await DomainsTable.Get(s, [.. backups.Select(b => b.DomainId).Distinct()])).Select(d => d.Id).ToHashSet();
            return new BackupsView(
                [.. backups.Select(b => new BackupView(b.File, b.DomainId, b.DomainName, there.Contains(b.DomainId), nodes[b.NodeId], !b.IsWhole, b.SizeBytes ?? 0, b.TakenAt, b.TakenBy))]);
        }, cancel));
}
