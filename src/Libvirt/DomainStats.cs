using Libvirt.Generated;

namespace Libvirt;

/// <summary>
/// Measured values of one domain. A group or value that the driver didn't give is null, which is not zero. What has no member here is in <see cref="Others"/>
/// under libvirt's own name, such as <c>net.0.rx.bytes</c>. Owns its <see cref="Domain"/>. (virDomainStatsRecord)
/// </summary>
/// <param name="Domain">Whose values these are.</param>
public sealed record DomainStats(Domain Domain) : IDisposable
{
    /// <summary>State and its reason, a value of the enum that belongs to the state, such as <see cref="DomainShutoffReason"/>.</summary>
    public DomainStatsState? State { get; private init; }

    /// <summary>Processor time used so far.</summary>
    public DomainStatsCpu? Cpu { get; private init; }

    /// <summary>Memory.</summary>
    public DomainStatsBalloon? Balloon { get; private init; }

    /// <summary>The rest: int, uint, long, ulong, double, bool or string by name.</summary>
    public IReadOnlyDictionary<string, object> Others { get; private init; } = new Dictionary<string, object>();

    /// <summary>Disposes the domain object.</summary>
    public void Dispose() => Domain.Dispose();

    internal static unsafe DomainStats Read(Domain domain, virTypedParameter* parameters, int count)
    {
        var values = TypedParameters.Read(parameters, count);
        var state = Take<int>("state.state");
        var reason = Take<int>("state.reason");
        var cpu = new DomainStatsCpu(Take<ulong>("cpu.time"), Take<ulong>("cpu.user"), Take<ulong>("cpu.system"));
        var balloon = new DomainStatsBalloon(Take<ulong>("balloon.current"), Take<ulong>("balloon.maximum"));
        return new(domain)
        {
            State = state == null ? null : new((DomainState)state, reason),
            Cpu = cpu == new DomainStatsCpu(null, null, null) ? null : cpu,
            Balloon = balloon == new DomainStatsBalloon(null, null) ? null : balloon,
            Others = values,
        };

        T? Take<T>(string name) where T : struct
        {
            if (!values.TryGetValue(name, out var value) || value is not T typed)
                return null;
            values.Remove(name);
            return typed;
        }
    }
}

/// <summary>Group <see cref="DomainStatsTypes.State"/>.</summary>
/// <param name="State">What the domain does.</param>
/// <param name="Reason">Why, in the enum that belongs to the state.</param>
public sealed record DomainStatsState(DomainState State, int? Reason);

/// <summary>Group <see cref="DomainStatsTypes.CpuTotal"/>, in nanoseconds.</summary>
/// <param name="Time">All.</param>
/// <param name="User">Of it, in user mode.</param>
/// <param name="System">Of it, in the kernel.</param>
public sealed record DomainStatsCpu(ulong? Time, ulong? User, ulong? System);

/// <summary>Group <see cref="DomainStatsTypes.Balloon"/>, in KiB.</summary>
/// <param name="Current">What the domain has.</param>
/// <param name="Maximum">What it may have.</param>
public sealed record DomainStatsBalloon(ulong? Current, ulong? Maximum);
