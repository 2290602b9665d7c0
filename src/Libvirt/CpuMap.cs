using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// Numbers of processors: C's cpumap, a bit for each. Written as a list, <c>[0, 2]</c>, or read from libvirt's text, <c>0-2,4</c>. It enumerates
/// the numbers in it, in order.
/// </summary>
[CollectionBuilder(typeof(CpuMap), nameof(Create))]
public sealed class CpuMap : IEnumerable<int>, IEquatable<CpuMap>
{
    private readonly SortedSet<int> _cpus;

    private CpuMap(IEnumerable<int> cpus) => _cpus = [.. cpus];

    /// <summary>How many processors are in it.</summary>
    public int Count => _cpus.Count;

    /// <summary>Whether a processor is in it.</summary>
    public bool this[int cpu] => _cpus.Contains(cpu);

    /// <summary>The processors with these numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public static CpuMap Create(ReadOnlySpan<int> cpus)
    {
        foreach (var cpu in cpus)
            ArgumentOutOfRangeException.ThrowIfNegative(cpu, nameof(cpus));
        return new(cpus.ToArray());
    }

    /// <summary>Reads libvirt's text: numbers and ranges, those after ^ taken out again: <c>0-7,^3</c>.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static CpuMap Parse(string text)
    {
        var cpus = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries).Where(p => p.Length > 0 || text.Trim().Length > 0))
        {
            var isOut = part.StartsWith('^');
            var ends = part[(isOut ? 1 : 0)..].Split('-');
            if (ends.Length > 2 || !Number(ends[0], out var first) || !Number(ends[^1], out var last) || last < first)
                throw new FormatException($"'{text}' isn't a list of processors such as 0-2,4.");
            for (var cpu = first; cpu <= last; cpu++)
                _ = isOut ? cpus.Remove(cpu) : cpus.Add(cpu);
        }
        return new(cpus);

        // No host has a million processors: a slip of the finger shall not fill the memory.
        static bool Number(string digits, out int number) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < 1_000_000;
    }

    /// <summary>Libvirt's text: <c>0-2,4</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        foreach (var first in _cpus.Where(c => !this[c - 1]))
        {
            var last = first;
            while (this[last + 1])
                last++;
            parts.Add(first == last ? $"{first}" : $"{first}-{last}");
        }
        return string.Join(',', parts);
    }

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => _cpus.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(CpuMap? other) => other != null && _cpus.SetEquals(other._cpus);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CpuMap);

    /// <inheritdoc/>
    public override int GetHashCode() => _cpus.Aggregate(0, (hash, cpu) => HashCode.Combine(hash, cpu));

    /// <summary>C's bytes, the lowest number in the lowest bit. At least one byte, which C wants.</summary>
    internal byte[] ToBytes()
    {
        var bytes = new byte[_cpus.Max / 8 + 1];
        foreach (var cpu in _cpus)
            bytes[cpu / 8] |= (byte)(1 << cpu % 8);
        return bytes;
    }

    internal static CpuMap From(ReadOnlySpan<byte> bytes)
    {
        var cpus = new List<int>();
        for (var cpu = 0; cpu < bytes.Length * 8; cpu++)
        {
            if ((bytes[cpu / 8] >> cpu % 8 & 1) != 0)
                cpus.Add(cpu);
        }
        return new(cpus);
    }

    /// <summary>Bytes that a map of all processors of a host takes.</summary>
    internal static unsafe int Length(virConnect* connection)
    {
        var cpus = virNodeGetCPUMap(connection, null, null, 0);
        if (cpus < 0)           // not every driver has it; C's macro VIR_NODEINFO_MAXCPUS is what was there before
        {
            virNodeInfo info;
            Check(virNodeGetInfo(connection, &info));
            cpus = (int)(info.nodes * info.sockets * info.cores * info.threads);
        }
        return (cpus + 7) / 8;
    }
}
