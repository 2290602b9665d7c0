using System.Net;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.ClientNetworks;

/// <summary>A network of clients as it is to be.</summary>
/// <param name="Name">What people call it; unique.</param>
/// <param name="Addresses">The addresses in it, each in CIDR: 10.1.0.0/16, 2001:db8::/32.</param>
/// <param name="Bases">Which bases can be used from there.</param>
/// <param name="RequiresPassword">Programs that show a desktop's screen ask for a password there.</param>
/// <param name="Position">Its place among the others, from 1. Left out: first when it is new, else where it is.</param>
public sealed record ClientNetworkToBe(string Name, IReadOnlyList<string> Addresses, NetworkBases Bases, bool RequiresPassword = false, int? Position = null);

/// <summary>A network of clients. The first by position that holds somebody's address counts for him.</summary>
/// <param name="Id">Key.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Position">Its place among the others, from 1.</param>
/// <param name="Addresses">The addresses in it, each in CIDR.</param>
/// <param name="Bases">Which bases can be used from there.</param>
/// <param name="RequiresPassword">Programs that show a desktop's screen ask for a password there.</param>
/// <param name="Said">What it says of single bases.</param>
public sealed record ClientNetworkView(
    long Id, string Name, int Position, IReadOnlyList<string> Addresses, NetworkBases Bases, bool RequiresPassword, IReadOnlyList<SaidOfBase> Said);

/// <summary>What a network of clients says of a base.</summary>
/// <param name="BaseId">The base.</param>
/// <param name="BaseName">Its name.</param>
/// <param name="IsAllowed">It can be used from there.</param>
/// <param name="IsAnonymous">Also by people who don't sign in.</param>
public sealed record SaidOfBase(Guid BaseId, string BaseName, bool IsAllowed, bool IsAnonymous);

/// <summary>All networks of clients, by position.</summary>
public sealed record ClientNetworksView(IReadOnlyList<ClientNetworkView> Networks);

/// <summary>In which network of clients an address is.</summary>
/// <param name="Address">The address.</param>
/// <param name="Network">The network's name; null when none holds the address, and nothing can be used from there.</param>
/// <param name="RequiresPassword">Programs that show a desktop's screen ask for a password there.</param>
/// <param name="Base">What holds there for the base that was asked about.</param>
public sealed record ClientWhereabouts(string Address, string? Network, bool RequiresPassword, BaseThere? Base);

/// <summary>What holds for a base where a client is.</summary>
/// <param name="IsAllowed">It can be used from there.</param>
/// <param name="Reason">Why, or why not.</param>
/// <param name="IsAnonymous">Also by people who don't sign in.</param>
/// <param name="AnonymousReason">Why, or why not.</param>
public sealed record BaseThere(bool IsAllowed, string Reason, bool IsAnonymous, string AnonymousReason);

/// <summary>Networks of clients: where people sit, and what they may use from there.</summary>
public static class ClientNetworksEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapClientNetworks(this IEndpointRouteBuilder app)
    {
        var networks = app.MapGroup("/api/client-networks").WithTags("client networks");
        networks.MapGet("", List).Granted(Grant.Operate).WithName("list_client_networks")
            .WithSummary("Networks of clients, the first that holds an address counts").Refuses(401, 403);
        networks.MapPost("", Create).Granted(Grant.Operate).WithName("create_client_network")
            .WithSummary("Add a network of clients").Refuses(400, 401, 403, 409);
        networks.MapPut("/{id:long}", Set).Granted(Grant.Operate).WithName("set_client_network")
            .WithSummary("Change a network of clients, also its place").Refuses(400, 401, 403, 404, 409);
        networks.MapDelete("/{id:long}", Delete).Granted(Grant.Operate).WithName("delete_client_network")
            .WithSummary("Remove a network of clients").Refuses(401, 403, 404);
        networks.MapPut("/{id:long}/bases/{base:guid}", Say).Granted(Grant.Operate).WithName("say_of_base")
            .WithSummary("Say what holds for a base there").Refuses(400, 401, 403, 404);
        networks.MapDelete("/{id:long}/bases/{base:guid}", Unsay).Granted(Grant.Operate).WithName("unsay_of_base")
            .WithSummary("Let what holds for all bases hold for this one, too").Refuses(401, 403, 404);
        app.MapGet("/api/client-network", Which).Account().WithTags("client networks").WithName("which_client_network")
            .WithSummary("In which network the caller is; for those who look after the hosts: any address").Refuses(400, 401, 403, 404);
    }

    private static async Task<Ok<ClientNetworksView>> List(Db db, CancellationToken cancel) =>
        TypedResults.Ok(new ClientNetworksView(await db.Read(async s => await Views(s, await ClientNetworksTable.All(s)), cancel)));

    private static async Task<Created<ClientNetworkView>> Create(ClientNetworkToBe form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel)
    {
        var view = await db.Transaction(async s =>
        {
            var id = await ClientNetworksTable.Insert(s, Row(form, new ClientNetwork { Name = form.Name }));
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "client_network_added", form.Name, form);
            return await View(s, id);
        }, cancel);
        sessions.Forget(null);
        return TypedResults.Created((string?)null, view);
    }

    private static Task<Ok<ClientNetworkView>> Set(long id, ClientNetworkToBe form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "client_network_changed", form, (s, network) => ClientNetworksTable.Set(s, Row(form, network)), cancel);

    private static async Task<NoContent> Delete(long id, SignedIn who, Db db, Sessions sessions, CancellationToken cancel)
    {
        await db.Transaction(async s =>
        {
            var network = await ClientNetworksTable.Lock(s, id);
            await ClientNetworksTable.Delete(s, network);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "client_network_removed", network.Name);
        }, cancel);
        sessions.Forget(null);
        return TypedResults.NoContent();
    }

    private static Task<Ok<ClientNetworkView>> Say(long id, Guid @base, NetworkBase form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "client_network_base", new { @base, form.IsAllowed, form.IsAnonymous }, async (s, network) =>
        {
            var origin = await Base(s, @base);
            var isOpen = network.Said.TryGetValue(@base, out var said) && said.IsAnonymous;
            if (form.IsAnonymous && !isOpen && May.OpenToGuests(who.Caller, origin) is { IsAllowed: false } no)
                throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
            await ClientNetworksTable.Say(s, network, origin.Id, form);
        }, cancel);

    private static Task<Ok<ClientNetworkView>> Unsay(long id, Guid @base, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "client_network_base", new { @base }, async (s, network) =>
            await ClientNetworksTable.Say(s, network, (await Base(s, @base)).Id, null), cancel);

    private static async Task<Ok<ClientWhereabouts>> Which(SignedIn who, Db db, string? address, Guid? @base, CancellationToken cancel)
    {
        if ((address is not null || @base is not null) && May.Do(who.Caller, Grant.Operate, null) is { IsAllowed: false } no)
            throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
        var asked = address ?? who.Caller.Address ?? "";
        if (!IPAddress.TryParse(asked, out var ip))
            throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", $"'{asked}' is no address such as 10.1.2.3 or 2001:db8::1.");
        return TypedResults.Ok(await db.Read(async s =>
        {
            var network = (await ClientNetworksTable.Of(s, ip.ToString()))!;
            BaseThere? there = null;
            if (@base is { } id)
            {
                var row = await Base(s, id);
                var (all, guests) = (network.Judge(row.Id, row.Name), network.JudgeGuest(row.Id, row.Name));
                there = new BaseThere(all.IsAllowed, all.Reason, guests.IsAllowed, guests.Reason);
            }

            return new ClientWhereabouts(ip.ToString(), network.Id == 0 ? null : network.Name, network.RequiresPassword, there);
        }, cancel));
    }

    private static async Task<Ok<ClientNetworkView>> Change(
        long id, SignedIn who, Db db, Sessions sessions, string deed, object details, Func<DbSession, ClientNetwork, Task> change, CancellationToken cancel)
    {
        var view = await db.Transaction(async s =>
        {
            var network = await ClientNetworksTable.Lock(s, id);
            await change(s, network);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, deed, network.Name, details);
            return await View(s, id);
        }, cancel);
        sessions.Forget(null);
        return TypedResults.Ok(view);
    }

    private static ClientNetwork Row(ClientNetworkToBe form, ClientNetwork before) => before with
    {
        Name = form.Name.Trim(),
        Addresses = form.Addresses,
        Bases = form.Bases,
        RequiresPassword = form.RequiresPassword,
        Position = form.Position ?? before.Position,
    };

    private static async Task<DomainRow> Base(DbSession db, Guid id) =>
        await DomainsTable.Get(db, id) is { IsBase: true } row ? row : throw RefusedException.NoDomain(id);

    private static async Task<ClientNetworkView> View(DbSession db, long id) =>
        (await Views(db, [.. (await ClientNetworksTable.All(db)).Where(n => n.Id == id)]))[0];

    private static async Task<IReadOnlyList<ClientNetworkView>> Views(DbSession db, IReadOnlyList<ClientNetwork> networks)
    {
        var names = (await DomainsTable.Get(db, [.. networks.SelectMany(n => n.Said.Keys).Distinct()])).ToDictionary(d => d.Id, d => d.Name);
        return
        [
            .. networks.Select(n => new ClientNetworkView(n.Id, n.Name, n.Position, n.Addresses, n.Bases, n.RequiresPassword,
                [.. n.Said.Where(b => names.ContainsKey(b.Key)).Select(b =>
                    new SaidOfBase(b.Key, names[b.Key], b.Value.IsAllowed, b.Value.IsAnonymous)).OrderBy(b => b.BaseName, StringComparer.Ordinal)])),
        ];
    }
}
