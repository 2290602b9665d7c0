using System.Globalization;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Core.Devices;

/// <summary>The hardware of a domain: what its row says, put together, and what it would be after a change. Pure.</summary>
/// <remarks>Memory, processors and the first network card's address have columns of their own; disks have rows. The rest lies in <see cref="DomainRow.Hardware"/>.</remarks>
public sealed class DomainHardware
{
    private const string Slot = "slot";
    private readonly DomainRow _domain;
    private readonly IReadOnlyList<string> _disks;
    private readonly Drivers _drivers;
    private readonly IReadOnlyDictionary<string, string> _facts;

    /// <param name="domain">The domain.</param>
    /// <param name="disks">Its disks, by their names in the guest.</param>
    /// <param name="drivers">What its VM manager offers.</param>
    /// <param name="facts">What its host told about itself.</param>
    public DomainHardware(DomainRow domain, IReadOnlyList<string> disks, Drivers drivers, IReadOnlyDictionary<string, string> facts)
    {
        (_domain, _disks, _drivers, _facts) = (domain, disks, drivers.On(facts), facts);
    }

    /// <summary>What can be chosen.</summary>
    public IReadOnlyDictionary<DeviceKind, Driver> Kinds => _drivers.Kinds;

    /// <summary>The devices of a kind, complete.</summary>
    public IReadOnlyList<DeviceOptions> Devices(DeviceKind kind) => _drivers.Devices(kind, Of(_domain, _disks));

    /// <summary>All that was chosen of a domain, wherever it lies: what its host is told.</summary>
    public static Hardware Of(DomainRow domain, IReadOnlyList<string> disks)
    {
        var network = domain.Hardware[DeviceKind.Network] ?? [DeviceOptions.None];
        var chosen = (domain.Hardware[DeviceKind.Disk] ?? []).ToDictionary(d => d["target"]!);
        return domain.Hardware
            .With(DeviceKind.Memory, [First(domain, DeviceKind.Memory).With("mib", Text(domain.MemoryKib / 1024))])
            .With(DeviceKind.Vcpus, [First(domain, DeviceKind.Vcpus).With("count", Text(domain.Vcpus))])
            .With(DeviceKind.Network, [.. network.Select(card => card.With("mac", MacOf(domain.Mac, SlotOf(card))))])
            .With(DeviceKind.Disk, [.. disks.Select(target => chosen.GetValueOrDefault(target, DeviceOptions.None).With("target", target))]);
    }

    /// <summary>Of all that is told of a domain's hardware what lies in its row's <see cref="DomainRow.Hardware"/>.</summary>
    public static Hardware InRow(Hardware all)
    {
        var own = Hardware.Usual;
        foreach (var kind in Enum.GetValues<DeviceKind>())
        {
            if (all[kind] is not { } devices) continue;
            List<DeviceOptions> kept = kind is DeviceKind.Disk ? [.. devices.Where(d => d.Count() > 1)] : [.. devices.Select(d => d.Without("mib", "count", "mac"))];
            var isUsual = kind is DeviceKind.Disk ? kept.Count == 0 : kind is DeviceKind.Memory or DeviceKind.Vcpus or DeviceKind.Network && kept is [var one] && !one.Any();
            if (!isUsual) own = own.With(kind, kept);
        }

        return own;
    }

    /// <summary>With one more device.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_hardware</c>.</exception>
    public DomainRow Add(DeviceKind kind, DeviceOptions options)
    {
        var (driver, devices) = (DriverOf(kind), Chosen(kind));
        if (driver.Most is not { } most) throw Refused($"A {driver.Name} is not added as hardware.");
        if (devices.Count >= most) throw Refused(most == 1 ? $"{_domain.Name} has a {driver.Name} already, and can't have two. Change that one." : $"{_domain.Name} has {devices.Count} of the kind {Word.Of(kind)}, and can't have more.");
        var device = DeviceOptions.None.With(options);
        if (kind is DeviceKind.Network) device = device.With(Slot, Text(Enumerable.Range(0, most).Except(devices.Select(SlotOf)).First()));
        return Judged(kind, options, [.. devices, device]);
    }

    /// <summary>With other options of a device.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="number">Which of it, from 1.</param>
    /// <param name="options">What changes; what is empty becomes what it usually is.</param>
    /// <exception cref="RequestRefusedException"><c>bad_hardware</c>.</exception>
    public DomainRow Change(DeviceKind kind, int number, DeviceOptions options)
    {
        var devices = Chosen(kind).ToList();
        devices[Index(kind, number, devices)] = devices[number - 1].With(options);
        return Judged(kind, options, devices);
    }

    /// <summary>Without a device.</summary>
    /// <inheritdoc cref="Change"/>
    public DomainRow Remove(DeviceKind kind, int number)
    {
        var (driver, devices) = (DriverOf(kind), Chosen(kind).ToList());
        if (driver.Least is not { } least) throw Refused($"A {driver.Name} is not removed as hardware.");
        devices.RemoveAt(Index(kind, number, devices));
        if (devices.Count < least) throw Refused($"{_domain.Name} needs its {driver.Name}. Change it instead.");
        return Judged(kind, DeviceOptions.None, devices);
    }

    /// <summary>What was chosen of a kind, one for each device.</summary>
    private IReadOnlyList<DeviceOptions> Chosen(DeviceKind kind) => Of(_domain, _disks)[kind] ?? [.. Enumerable.Repeat(DeviceOptions.None, DriverOf(kind).Usual)];

    private DomainRow Judged(DeviceKind kind, DeviceOptions changes, IReadOnlyList<DeviceOptions> devices)
    {
        var driver = DriverOf(kind);
        var after = With(kind, devices);
        var complete = _drivers.Devices(kind, Of(after, _disks));
        var problems = changes.Select(c => driver.Options.FirstOrDefault(o => o.Name == c.Key) is not { } option
                ? $"A {driver.Name} has no option {c.Key} here; there is {string.Join(", ", driver.Options.Where(o => !o.IsFixed).Select(o => o.Name))}."
                : c.Value == "" ? null : option.Problem(c.Value))
            .Concat(complete.SelectMany(device => driver.Options.Where(o => o.IsRequired && device[o.Name] is null).Select(o => $"{o.Name} is missing: {o.Hint}.")))
            .OfType<string>().Distinct().ToList();
        if (problems.Count == 0) problems.AddRange(Together(after));
        return problems.Count == 0 ? after : throw Refused(string.Join(' ', problems));
    }

    private DomainRow With(DeviceKind kind, IReadOnlyList<DeviceOptions> devices) => kind switch
    {
        DeviceKind.Memory => _domain with
        {
            MemoryKib = Number(devices[0]["mib"]) * 1024 ?? _domain.MemoryKib,
            Hardware = _domain.Hardware.With(kind, [devices[0].Without("mib")]),
        },
        DeviceKind.Vcpus => _domain with
        {
            Vcpus = (int?)Number(devices[0]["count"]) ?? _domain.Vcpus,
            Hardware = _domain.Hardware.With(kind, [devices[0].Without("count")]),
        },
        DeviceKind.Disk => _domain with { Hardware = _domain.Hardware.With(kind, [.. devices.Where(d => d.Count() > 1)]) },
        _ => _domain with { Hardware = _domain.Hardware.With(kind, [.. devices.Select(d => d.Without("mac"))]) },
    };

    /// <summary>What of its hardware can't be with this manager on this host, in sentences: for a row that was written elsewhere.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var kind in Enum.GetValues<DeviceKind>())
        {
            if (_domain.Hardware[kind] is not { } devices) continue;
            if (!Kinds.TryGetValue(kind, out var driver))
            {
                yield return $"There is nothing to choose of the kind {Word.Of(kind)}.";
                continue;
            }

            if (devices.Count > Math.Max(driver.Most ?? 1, kind is DeviceKind.Disk ? _disks.Count : 1)) yield return $"{devices.Count} of the kind {Word.Of(kind)} are too many.";
            foreach (var (name, word) in devices.SelectMany(d => d))
            {
                if (driver.Options.FirstOrDefault(o => o.Name == name) is { } option)
                {
                    if (!option.IsFixed && option.Problem(word) is { } problem) yield return problem;
                }
                else if (name is not (Slot or "target"))
                {
                    yield return $"A {driver.Name} has no option {name} here.";
                }
            }
        }

        foreach (var problem in Together(_domain)) yield return problem;
    }

    /// <summary>What does not fit together, though each by itself may be.</summary>
    private IEnumerable<string> Together(DomainRow after)
    {
        var hardware = Of(after, _disks);
        var (memory, vcpus) = (hardware[DeviceKind.Memory]![0], hardware[DeviceKind.Vcpus]![0]);
        var (mib, most) = (Number(memory["mib"]), Number(memory["maximum_mib"]));
        if (mib > most) yield return $"{mib} MiB of memory are more than the maximum of {most} MiB. Raise maximum_mib too.";
        if (Fact("host_memory_kib") / 1024 is { } room && (most ?? mib) > room) yield return $"The host has {room} MiB of memory, {most ?? mib} MiB are more than that.";
        var (count, maximum) = (Number(vcpus["count"]), Number(vcpus["maximum"]));
        if (count > maximum) yield return $"{count} processors are more than the maximum of {maximum}. Raise maximum too.";
        if (Fact("host_cpus") is { } cpus && (maximum ?? count) > cpus) yield return $"The host has {cpus} processors, {maximum ?? count} are more than that.";
        if (_drivers.Devices(DeviceKind.Cpu, hardware) is [var cpu] && Number(cpu["cores"]) * Number(cpu["threads"]) is { } each && (maximum ?? count) % each != 0)
            yield return $"{maximum ?? count} processors can't be laid out as {cpu["cores"]} cores with {cpu["threads"]} threads each: choose numbers that divide them.";
        foreach (var disk in _drivers.Devices(DeviceKind.Disk, hardware).Where(d => d["io"] == "native" && d["cache"] is "writeback" or "writethrough"))
            yield return $"{disk["target"]}: native io is without the host's cache. Choose the cache none or directsync too.";
        foreach (var twice in _drivers.Devices(DeviceKind.Filesystem, hardware).GroupBy(f => f["target"]).Where(f => f.Count() > 1))
            yield return $"Two shared folders can't both be called {twice.Key} in the guest.";
        foreach (var folder in _drivers.Devices(DeviceKind.Filesystem, hardware).Select(f => f["source"]!).Where(f => f.Split('/').Any(part => part is "." or "..")))
            yield return $"{folder} leads through other folders: give the path without dots.";
    }

    private int Index(DeviceKind kind, int number, List<DeviceOptions> devices) => number <= devices.Count
        ? number - 1
        : throw Refused(devices.Count == 0 ? $"{_domain.Name} has no {DriverOf(kind).Name}." : $"{_domain.Name} has no {DriverOf(kind).Name} {number}, the last one is {devices.Count}.");

    private Driver DriverOf(DeviceKind kind) => Kinds.GetValueOrDefault(kind)
        ?? throw Refused($"The host of {_domain.Name} has nothing to choose of the kind {Word.Of(kind)}; it has {string.Join(", ", Kinds.Keys.Select(Word.Of))}.");

    private long? Fact(string name) => Number(_facts.GetValueOrDefault(name));

    private static DeviceOptions First(DomainRow domain, DeviceKind kind) => domain.Hardware[kind] is [var device, ..] ? device : DeviceOptions.None;

    private static int SlotOf(DeviceOptions card) => (int)(Number(card[Slot]) ?? 0);

    /// <summary>Addresses that differ in their first byte, so that those of one domain are as unique as its first card's, and a clone's are its own.</summary>
    public static string MacOf(string first, int slot) => slot == 0 ? first : $"{0x52 + (4 * slot):x2}{first[2..]}";

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static RequestRefusedException Refused(string why) => new("bad_hardware", why);
}
