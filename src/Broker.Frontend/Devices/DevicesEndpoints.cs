using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Frontend.Domains;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Devices;

/// <summary>A device that a machine has.</summary>
/// <param name="Number">Which of its kind, from 1.</param>
/// <param name="Options">Its options by name, with what is usual where nothing was chosen.</param>
public sealed record Device(int Number, IReadOnlyDictionary<string, string> Options);

/// <summary>A kind of hardware, what a machine has of it, and what could be chosen.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Devices">Those that the machine has, or will have when it was off.</param>
/// <param name="Least">How few it can have; null when they are neither added nor removed as hardware.</param>
/// <param name="Most">How many it can have.</param>
/// <param name="IsForAdministrators">Only administrators change it.</param>
/// <param name="Options">What can be chosen of each, on the machine's host.</param>
public sealed record DevicesOfKind(DeviceKind Kind, string Label, IReadOnlyList<Device> Devices, int? Least, int? Most, bool IsForAdministrators, IReadOnlyList<DeviceOption> Options);

/// <summary>Something that can be chosen of a device: one of some words, a number, or a text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Label">What it is.</param>
/// <param name="Usual">What it is when nobody chose.</param>
/// <param name="Choices">The words; null when it is a number or a text.</param>
/// <param name="Minimum">The least number; null when it is no number.</param>
/// <param name="Maximum">The greatest number.</param>
/// <param name="Hint">What a text has to be.</param>
/// <param name="IsRequired">It has to be chosen.</param>
/// <param name="IsFixed">It is told, not chosen.</param>
public sealed record DeviceOption(
    string Name, string Label, string? Usual, IReadOnlyList<Choice>? Choices, long? Minimum, long? Maximum, string? Hint, bool IsRequired, bool IsFixed);

/// <summary>The hardware of a machine.</summary>
/// <param name="Kinds">All kinds that its host offers.</param>
/// <param name="NeedsRestart">It runs with older hardware than this.</param>
/// <param name="MayChange">The caller may change it.</param>
public sealed record MachineHardware(IReadOnlyList<DevicesOfKind> Kinds, bool NeedsRestart, bool MayChange);

/// <summary>The hardware of machines. What changes it is a request.</summary>
public static class DevicesEndpoints
{
    /// <summary>Adds the route.</summary>
    public static void MapDevices(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/domains/{id:guid}/hardware", Get).Account().WithTags("domains").WithName("get_hardware")
            .WithSummary("A machine's hardware, and what could be chosen").Refuses(401, 403, 404);

    private static async Task<Ok<MachineHardware>> Get(Guid id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            var domain = await DomainsEndpoints.Visible(s, who.Caller, id);
            var node = (await NodesTable.Get(s, domain.NodeId))!;
            var hardware = new DomainHardware(domain, [.. (await VolumesTable.Of(s, id)).Select(v => v.Target)], Drivers.Of(node.Manager), node.KnownFacts);
            return new MachineHardware([.. hardware.Kinds.Select(k => View(k.Key, k.Value, hardware))], domain.NeedsRestart, May.Do(who.Caller, Grant.ChangeHardware, domain).IsAllowed);
        }, cancel));

    private static DevicesOfKind View(DeviceKind kind, Driver driver, DomainHardware hardware) => new(
        kind, driver.Label, [.. hardware.Devices(kind).Select((device, index) => new Device(index + 1, device.ToDictionary()))], driver.Least, driver.Most, driver.IsForAdministrators,
        [.. driver.Options.Select(o => new DeviceOption(o.Name, o.Label, o.Usual, o.Choices, o.Minimum, o.Maximum, o.Hint, o.IsRequired, o.IsFixed))]);
}
