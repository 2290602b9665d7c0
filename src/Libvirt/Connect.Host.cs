using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>The host: processors, memory, security.</summary>
public sealed unsafe partial class Connect
{
    /// <summary>How many processors the host has, and which are online. (virNodeGetCPUMap)</summary>
    public (int Cpus, CpuMap Online) NodeGetCPUMap()
    {
        using var self = Handle.Use();
        byte* map;
        var cpus = Check(virNodeGetCPUMap(self.Pointer, &map, null, 0));
        try
        {
            return (cpus, CpuMap.From(new(map, (cpus + 7) / 8)));
        }
        finally
        {
            NativeMemory.Free(map);
        }
    }

    /// <summary>How the host's processors spend their time. (virNodeGetCPUStats)</summary>
    /// <param name="cpuNum">Which; null is all together.</param>
    public NodeCPUStats NodeGetCPUStats(int? cpuNum = null)
    {
        using var self = Handle.Use();
        var (cpu, count) = (cpuNum ?? (int)NodeGetCPUStatsAllCPUs.CpuStatsAllCpus, 0);
        Check(virNodeGetCPUStats(self.Pointer, cpu, null, &count, 0));
        fixed (virNodeCPUStats* stats = new virNodeCPUStats[count])
        {
            if (count > 0)
                Check(virNodeGetCPUStats(self.Pointer, cpu, stats, &count, 0));
            return NodeCPUStats.Read(Values(stats, count));
        }
    }

    /// <summary>The host's memory. (virNodeGetMemoryStats)</summary>
    /// <param name="cellNum">The NUMA cell; null is all together.</param>
    public NodeMemoryStats NodeGetMemoryStats(int? cellNum = null)
    {
        using var self = Handle.Use();
        var (cell, count) = (cellNum ?? (int)NodeGetMemoryStatsAllCells.MemoryStatsAllCells, 0);
        Check(virNodeGetMemoryStats(self.Pointer, cell, null, &count, 0));
        fixed (virNodeMemoryStats* stats = new virNodeMemoryStats[count])
        {
            if (count > 0)
                Check(virNodeGetMemoryStats(self.Pointer, cell, stats, &count, 0));
            return NodeMemoryStats.Read(Values((virNodeCPUStats*)stats, count));        // C has the same struct under two names
        }
    }

    private static ParameterValues Values(virNodeCPUStats* stats, int count)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
            values[Text.Copy(stats[i].field)!] = stats[i].value;
        return new(values);
    }

    /// <summary>Free memory of NUMA cells, in bytes. (virNodeGetCellsFreeMemory)</summary>
    /// <param name="startCell">The first cell.</param>
    /// <param name="maxCells">How many; those the host doesn't have are left out.</param>
    public IReadOnlyList<ulong> NodeGetCellsFreeMemory(int startCell, int maxCells)
    {
        using var self = Handle.Use();
        var bytes = new ulong[maxCells];
        fixed (ulong* list = bytes)
            return bytes[..Check(virNodeGetCellsFreeMemory(self.Pointer, list, startCell, maxCells))];
    }

    /// <summary>How many pages are free: for each NUMA cell a list in the order of <paramref name="pages"/>. (virNodeGetFreePages)</summary>
    /// <param name="pages">Sizes of pages, in KiB.</param>
    /// <param name="startCell">The first cell.</param>
    /// <param name="cellCount">How many; those the host doesn't have are left out.</param>
    public IReadOnlyList<IReadOnlyList<ulong>> NodeGetFreePages(IReadOnlyCollection<uint> pages, int startCell, uint cellCount)
    {
        using var self = Handle.Use();
        var sizes = pages.ToArray();
        var counts = new ulong[sizes.Length * cellCount];
        int filled;
        fixed (uint* size = sizes)
        fixed (ulong* count = counts)
            filled = Check(virNodeGetFreePages(self.Pointer, (uint)sizes.Length, size, startCell, cellCount, count, 0));
        return counts[..filled].Chunk(sizes.Length).ToArray();
    }

    /// <summary>Reserves huge pages. (virNodeAllocPages)</summary>
    /// <param name="pages">Sizes in KiB, and how many of each.</param>
    /// <param name="startCell">The first NUMA cell; -1 lets the kernel spread them.</param>
    /// <param name="cellCount">How many cells.</param>
    /// <param name="flags">Whether they are added to those there are, or are all.</param>
    /// <returns>How many cells have what they should.</returns>
    public int NodeAllocPages(IReadOnlyCollection<(uint Size, ulong Count)> pages, int startCell, uint cellCount, NodeAllocPagesFlags flags = default)
    {
        using var self = Handle.Use();
        var sizes = pages.Select(p => p.Size).ToArray();
        var counts = pages.Select(p => p.Count).ToArray();
        fixed (uint* size = sizes)
        fixed (ulong* count = counts)
            return Check(virNodeAllocPages(self.Pointer, (uint)sizes.Length, size, count, startCell, cellCount, flags));
    }

    /// <summary>The host's first security driver; empty if there is none. (virNodeGetSecurityModel)</summary>
    public SecurityModel NodeGetSecurityModel()
    {
        using var self = Handle.Use();
        virSecurityModel model;
        Check(virNodeGetSecurityModel(self.Pointer, &model));
        return new(Text.Copy(model.model)!, Text.Copy(model.doi)!);
    }

    /// <summary>The models of processors that libvirt knows. Empty: the driver takes any. (virConnectGetCPUModelNames)</summary>
    /// <param name="arch">For example <c>x86_64</c>.</param>
    public IReadOnlyList<string> GetCPUModelNames(string arch)
    {
        using var self = Handle.Use();
        using var text = new Text(arch);
        byte** models = null;
        var count = Check(virConnectGetCPUModelNames(self.Pointer, text.Pointer, &models, 0));
        return Texts.Take(models, count);
    }

    /// <summary>The best processor that all these hosts can give, as XML. (virConnectBaselineCPU)</summary>
    /// <param name="xmlCPUs">The hosts' processors, as in their <see cref="GetCapabilities"/>.</param>
    /// <param name="flags">What the answer holds.</param>
    public string BaselineCPU(IReadOnlyCollection<string> xmlCPUs, ConnectBaselineCPUFlags flags = default)
    {
        using var self = Handle.Use();
        using var texts = new Texts(xmlCPUs);
        return Text.Take(virConnectBaselineCPU(self.Pointer, texts.Pointer, (uint)texts.Count, flags));
    }

    /// <summary>The same for a hypervisor, which can give less or more than its host. (virConnectBaselineHypervisorCPU)</summary>
    /// <param name="xmlCPUs">Processors, as in <see cref="GetDomainCapabilities"/>.</param>
    /// <param name="emulator">Path of the emulator; null is the driver's default, here and below.</param>
    /// <param name="arch">For example <c>x86_64</c>.</param>
    /// <param name="machine">For example <c>q35</c>.</param>
    /// <param name="virttype"><c>kvm</c> or <c>qemu</c>.</param>
    /// <param name="flags">What the answer holds.</param>
    public string BaselineHypervisorCPU(IReadOnlyCollection<string> xmlCPUs, string? emulator = null, string? arch = null, string? machine = null,
        string? virttype = null, ConnectBaselineCPUFlags flags = default)
    {
        using var self = Handle.Use();
        using var texts = new Texts(xmlCPUs);
        using var e = new Text(emulator);
        using var a = new Text(arch);
        using var m = new Text(machine);
        using var v = new Text(virttype);
        return Text.Take(virConnectBaselineHypervisorCPU(self.Pointer, e.Pointer, a.Pointer, m.Pointer, v.Pointer, texts.Pointer, (uint)texts.Count, flags));
    }
}

/// <summary>A host's security driver. (virSecurityModel)</summary>
/// <param name="Model">Its name, such as <c>apparmor</c>.</param>
/// <param name="Doi">How its labels are to be read.</param>
public sealed record SecurityModel(string Model, string Doi);
