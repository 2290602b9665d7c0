using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Core.Nodes;

namespace Broker.Core.Devices;

/// <summary>The hardware that a VM manager offers, as <c>drivers.json</c> says: one more word to choose is one more line there.</summary>
public sealed class Drivers
{
    private static readonly Dictionary<VmManagerKind, Drivers> All = Read();
    private readonly SortedDictionary<DeviceKind, Driver> _kinds;

    private Drivers(IEnumerable<KeyValuePair<DeviceKind, Driver>> kinds) => _kinds = new(kinds.ToDictionary());

    /// <summary>The kinds that there are, in the order in which people read them.</summary>
    public IReadOnlyDictionary<DeviceKind, Driver> Kinds => _kinds;

    /// <summary>What a manager offers.</summary>
    public static Drivers Of(VmManagerKind manager) => All[manager];

    /// <summary>What of it a host can do.</summary>
    /// <param name="facts">What the host told about itself; of what it did not tell nothing is left out.</param>
    public Drivers On(IReadOnlyDictionary<string, string> facts) =>
        new(_kinds.Select(k => KeyValuePair.Create(k.Key, k.Value with { Options = [.. k.Value.Options.Select(o => On(o, facts))] })));

    /// <summary>The devices of a kind, complete; none of a kind that the manager does not offer.</summary>
    public IReadOnlyList<DeviceOptions> Devices(DeviceKind kind, Hardware hardware) => !_kinds.TryGetValue(kind, out var driver)
        ? []
        : [.. (hardware[kind] ?? Enumerable.Repeat(DeviceOptions.None, driver.Usual)).Select(driver.Complete)];

    private static DriverOption On(DriverOption option, IReadOnlyDictionary<string, string> facts)
    {
        if (option.Choices is null || option.KnownAs is null || !facts.TryGetValue(option.KnownAs, out var list)) return option;
        var known = list.Split(',');
        return option with { Choices = [.. option.Choices.Where(c => c.Word == option.Usual || known.Contains(c.Word))] };
    }

    private static Dictionary<VmManagerKind, Drivers> Read()
    {
        using var file = typeof(Drivers).Assembly.GetManifestResourceStream("drivers.json")!;
        var managers = JsonNode.Parse(file)!.AsObject();
        return Enum.GetValues<VmManagerKind>().ToDictionary(manager => manager, manager =>
        {
            var own = managers[Word.Of(manager)]!;
            var kinds = own["as"] is { } other ? managers[other.GetValue<string>()]! : own;
            return new Drivers(kinds.Deserialize<Dictionary<DeviceKind, Driver>>(Json.Strict)!);
        });
    }
}
