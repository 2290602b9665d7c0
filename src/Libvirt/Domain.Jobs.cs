using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>What is being done to a domain.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>Progress of the job at work on a running domain. (virDomainGetJobInfo)</summary>
    public DomainJobInfo GetJobInfo()
    {
        using var self = Handle.Use();
        virDomainJobInfo info;
        Check(virDomainGetJobInfo(self.Pointer, &info));
        return new((DomainJobType)info.type, info.timeElapsed, info.timeRemaining, info.dataTotal, info.dataProcessed, info.dataRemaining,
            info.memTotal, info.memProcessed, info.memRemaining, info.fileTotal, info.fileProcessed, info.fileRemaining);
    }

    /// <summary>The same in more detail, or of the last job that ended. (virDomainGetJobStats)</summary>
    /// <param name="flags">The job at work, or the last.</param>
    public (DomainJobType Type, DomainJobStats Stats) GetJobStats(DomainGetJobStatsFlags flags = default)
    {
        using var self = Handle.Use();
        int type, count = 0;
        virTypedParameter* list = null;
        Check(virDomainGetJobStats(self.Pointer, &type, &list, &count, flags));
        try
        {
            return ((DomainJobType)type, DomainJobStats.Read(new(list, count)));
        }
        finally
        {
            virTypedParamsFree(list, count);
        }
    }

    /// <summary>Whether the hypervisor can be spoken to about a running domain. (virDomainGetControlInfo)</summary>
    public DomainControlInfo GetControlInfo()
    {
        using var self = Handle.Use();
        virDomainControlInfo info;
        Check(virDomainGetControlInfo(self.Pointer, &info, 0));
        return new((DomainControlState)info.state, (DomainControlErrorReason)info.details, info.stateTime);
    }
}

/// <summary>Progress of a job; times in milliseconds, data in bytes. (virDomainJobInfo)</summary>
/// <param name="Type">What kind; the rest is 0 if there is none.</param>
/// <param name="TimeElapsed">Time since it began.</param>
/// <param name="TimeRemaining">Time to its end, of a bounded job.</param>
/// <param name="DataTotal">All data.</param>
/// <param name="DataProcessed">Of it, done.</param>
/// <param name="DataRemaining">Of it, to do.</param>
/// <param name="MemTotal">Memory.</param>
/// <param name="MemProcessed">Of it, done.</param>
/// <param name="MemRemaining">Of it, to do.</param>
/// <param name="FileTotal">Disks.</param>
/// <param name="FileProcessed">Of them, done.</param>
/// <param name="FileRemaining">Of them, to do.</param>
public sealed record DomainJobInfo(DomainJobType Type, ulong TimeElapsed, ulong TimeRemaining, ulong DataTotal, ulong DataProcessed, ulong DataRemaining,
    ulong MemTotal, ulong MemProcessed, ulong MemRemaining, ulong FileTotal, ulong FileProcessed, ulong FileRemaining);

/// <summary>Whether the hypervisor can be spoken to about a domain. (virDomainControlInfo)</summary>
/// <param name="State">Whether.</param>
/// <param name="Details">Why not, in state <see cref="DomainControlState.Error"/>.</param>
/// <param name="StateTime">For how long, in milliseconds; not told when fine or failed.</param>
public sealed record DomainControlInfo(DomainControlState State, DomainControlErrorReason Details, ulong StateTime);
