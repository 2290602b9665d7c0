using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Virtual processors, and the host's that they and the threads beside them run on.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>The virtual processors of a running domain: what they do, and where they may run. (virDomainGetVcpus)</summary>
    public IReadOnlyList<VcpuInfo> GetVcpus()
    {
        using var self = Handle.Use();
        virDomainInfo domain;
        Check(virDomainGetInfo(self.Pointer, &domain));
        var length = CpuMap.Length(Check(virDomainGetConnect(self.Pointer)));
        var infos = new virVcpuInfo[domain.nrVirtCpu];
        var maps = new byte[infos.Length * length];
        int count;
        fixed (virVcpuInfo* info = infos)
        fixed (byte* map = maps)
            count = Check(virDomainGetVcpus(self.Pointer, info, infos.Length, map, length));
        var vcpus = new VcpuInfo[count];
        for (var i = 0; i < count; i++)
            vcpus[i] = new(infos[i].number, (VcpuState)infos[i].state, infos[i].cpuTime, infos[i].cpu, CpuMap.From(maps.AsSpan(i * length, length)));
        return vcpus;
    }

    /// <summary>Where each virtual processor may run, those that are off included. (virDomainGetVcpuPinInfo)</summary>
    /// <param name="flags">The running machine or its definition, not both.</param>
    public IReadOnlyList<CpuMap> GetVcpuPinInfo(DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        var length = CpuMap.Length(Check(virDomainGetConnect(self.Pointer)));
        var maps = new byte[Check(virDomainGetVcpusFlags(self.Pointer, (DomainVcpuFlags)flags | DomainVcpuFlags.Maximum)) * length];
        int count;
        fixed (byte* map = maps)
            count = Check(virDomainGetVcpuPinInfo(self.Pointer, maps.Length / length, map, length, flags));
        return [.. Enumerable.Range(0, count).Select(i => CpuMap.From(maps.AsSpan(i * length, length)))];
    }

    /// <summary>Says where a virtual processor of the running machine may run. (virDomainPinVcpu)</summary>
    /// <param name="vcpu">Its number, from 0.</param>
    /// <param name="cpumap">The host's processors.</param>
    public void PinVcpu(uint vcpu, CpuMap cpumap)
    {
        using var self = Handle.Use();
        var bytes = cpumap.ToBytes();
        fixed (byte* map = bytes)
            Check(virDomainPinVcpu(self.Pointer, vcpu, map, bytes.Length));
    }

    /// <summary>Says where a virtual processor may run. (virDomainPinVcpuFlags)</summary>
    /// <param name="vcpu">Its number, from 0.</param>
    /// <param name="cpumap">The host's processors.</param>
    /// <param name="flags">The running machine, its definition, or both.</param>
    public void PinVcpuFlags(uint vcpu, CpuMap cpumap, DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        var bytes = cpumap.ToBytes();
        fixed (byte* map = bytes)
            Check(virDomainPinVcpuFlags(self.Pointer, vcpu, map, bytes.Length, flags));
    }

    /// <summary>Where the emulator's own threads may run; null if that was never said. (virDomainGetEmulatorPinInfo)</summary>
    /// <param name="flags">The running machine or its definition, not both.</param>
    public CpuMap? GetEmulatorPinInfo(DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        var bytes = new byte[CpuMap.Length(Check(virDomainGetConnect(self.Pointer)))];
        fixed (byte* map = bytes)
            return Check(virDomainGetEmulatorPinInfo(self.Pointer, map, bytes.Length, flags)) == 0 ? null : CpuMap.From(bytes);
    }

    /// <summary>Says where the emulator's own threads may run. (virDomainPinEmulator)</summary>
    /// <param name="cpumap">The host's processors.</param>
    /// <param name="flags">The running machine, its definition, or both.</param>
    public void PinEmulator(CpuMap cpumap, DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        var bytes = cpumap.ToBytes();
        fixed (byte* map = bytes)
            Check(virDomainPinEmulator(self.Pointer, map, bytes.Length, flags));
    }

    /// <summary>The IO threads, and where they may run. (virDomainGetIOThreadInfo)</summary>
    /// <param name="flags">The running machine or its definition, not both.</param>
    public IReadOnlyList<DomainIOThreadInfo> GetIOThreadInfo(DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        virDomainIOThreadInfo** list;
        var count = Check(virDomainGetIOThreadInfo(self.Pointer, &list, flags));
        try
        {
            var threads = new DomainIOThreadInfo[count];
            for (var i = 0; i < count; i++)
                threads[i] = new(list[i]->iothread_id, CpuMap.From(new(list[i]->cpumap, list[i]->cpumaplen)));
            return threads;
        }
        finally
        {
            for (var i = 0; i < count; i++)
                virDomainIOThreadInfoFree(list[i]);
            NativeMemory.Free(list);
        }
    }

    /// <summary>Says where an IO thread may run. (virDomainPinIOThread)</summary>
    /// <param name="iothreadId">Its number.</param>
    /// <param name="cpumap">The host's processors.</param>
    /// <param name="flags">The running machine, its definition, or both.</param>
    public void PinIOThread(uint iothreadId, CpuMap cpumap, DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        var bytes = cpumap.ToBytes();
        fixed (byte* map = bytes)
            Check(virDomainPinIOThread(self.Pointer, iothreadId, map, bytes.Length, flags));
    }

    /// <summary>The scheduler of the host's processors, and how many parameters it has. (virDomainGetSchedulerType)</summary>
    public (string Type, int Nparams) GetSchedulerType()
    {
        using var self = Handle.Use();
        int count;
        return (Text.Take(virDomainGetSchedulerType(self.Pointer, &count)), count);
    }

    /// <summary>Its share of the host's processors. (virDomainGetSchedulerParameters, virDomainGetSchedulerParametersFlags)</summary>
    /// <param name="flags">The running machine or its definition, not both.</param>
    public DomainSchedulerParameters GetSchedulerParameters(DomainModificationImpact flags = default)
    {
        // Unlike its sisters it doesn't say how many there are.
        var count = GetSchedulerType().Nparams;
        if (count == 0)
            return new();
        using var self = Handle.Use();
        var list = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(virTypedParameter));
        try
        {
            Check(flags == default
                ? virDomainGetSchedulerParameters(self.Pointer, list, &count)
                : virDomainGetSchedulerParametersFlags(self.Pointer, list, &count, flags));
            return DomainSchedulerParameters.Read(new(list, count));
        }
        finally
        {
            virTypedParamsFree(list, count);
        }
    }

    /// <summary>Sets its share of the host's processors. (virDomainSetSchedulerParameters, virDomainSetSchedulerParametersFlags)</summary>
    /// <param name="parameters">What is null is not sent.</param>
    /// <param name="flags">The running machine, its definition, or both.</param>
    public void SetSchedulerParameters(DomainSchedulerParameters parameters, DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        using var list = new ParameterList(parameters.Members(), parameters.Others);
        Check(flags == default
            ? virDomainSetSchedulerParameters(self.Pointer, list.Pointer, list.Count)
            : virDomainSetSchedulerParametersFlags(self.Pointer, list.Pointer, list.Count, flags));
    }

    /// <summary>Processor time of the whole domain. (virDomainGetCPUStats)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run.</exception>
    public DomainCPUStats GetCPUStats() => CPUStats(-1, 1) is [var all] ? all : new();

    /// <summary>Processor time of a domain by processor of the host. (virDomainGetCPUStats)</summary>
    /// <param name="startCpu">The first processor.</param>
    /// <param name="ncpus">How many from there; null is all. Those the host doesn't have are left out.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run.</exception>
    public IReadOnlyList<DomainCPUStats> GetCPUStats(uint startCpu, uint? ncpus = null)
    {
        const uint atATime = 128;       // more the protocol doesn't carry
        using var self = Handle.Use();
        var end = (uint)Check(virDomainGetCPUStats(self.Pointer, null, 0, 0, 0, default));
        if (ncpus < end - Math.Min(startCpu, end))
            end = startCpu + ncpus.Value;
        var stats = new List<DomainCPUStats>();
        for (var cpu = startCpu; cpu < end; cpu += atATime)
            stats.AddRange(CPUStats((int)cpu, Math.Min(end - cpu, atATime)));
        return stats;
    }

    private DomainCPUStats[] CPUStats(int startCpu, uint ncpus)
    {
        using var self = Handle.Use();
        var each = Check(virDomainGetCPUStats(self.Pointer, null, 0, startCpu, 1, default));
        if (each == 0)
            return [];
        var count = each * (int)ncpus;
        var list = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(virTypedParameter));
        try
        {
            // Each processor has room for as many values as the first call told; this one tells how many are used.
            var used = Check(virDomainGetCPUStats(self.Pointer, list, (uint)each, startCpu, ncpus, default));
            var stats = new DomainCPUStats[ncpus];
            for (var i = 0; i < stats.Length; i++)
                stats[i] = DomainCPUStats.Read(new(list + i * each, used));
            return stats;
        }
        finally
        {
            virTypedParamsFree(list, count);
        }
    }
}

/// <summary>A virtual processor. (virVcpuInfo)</summary>
/// <param name="Number">From 0.</param>
/// <param name="State">What it does.</param>
/// <param name="CpuTime">Time used so far, in nanoseconds.</param>
/// <param name="Cpu">The host's processor it is on, or a value of <see cref="VcpuHostCpuState"/>.</param>
/// <param name="CpuMap">The host's processors it may be on.</param>
public sealed record VcpuInfo(uint Number, VcpuState State, ulong CpuTime, int Cpu, CpuMap CpuMap);

/// <summary>An IO thread. (virDomainIOThreadInfo)</summary>
/// <param name="IothreadId">Its number.</param>
/// <param name="CpuMap">The host's processors it may be on.</param>
public sealed record DomainIOThreadInfo(uint IothreadId, CpuMap CpuMap);
