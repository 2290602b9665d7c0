using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

public sealed unsafe partial class Domain
{
    /// <summary>Its number while it runs, else null. (virDomainGetID)</summary>
    public int? GetID()
    {
        using var self = Handle.Use();
        var id = virDomainGetID(self.Pointer);
        return id == uint.MaxValue ? null : (int)id;
    }

    /// <summary>Starts it, or restores it if it has a managed save. (virDomainCreate, virDomainCreateWithFlags)</summary>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.OperationInvalid"/>: it runs; <see cref="ErrorNumber.InternalError"/> of <see cref="ErrorDomain.Qemu"/>: QEMU refused, its reason is
    /// in the message; <see cref="ErrorNumber.SystemError"/>: a disk's file is missing; <see cref="ErrorNumber.NoNetwork"/>.
    /// </exception>
    public void Create(DomainCreateFlags flags = default)
    {
        using var self = Handle.Use();
        Check(flags == default ? virDomainCreate(self.Pointer) : virDomainCreateWithFlags(self.Pointer, flags));
    }

    /// <summary>Asks the guest to shut down. Success says that it was asked, not that it obeys. (virDomainShutdown, virDomainShutdownFlags)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run.</exception>
    public void Shutdown(DomainShutdownFlagValues flags = default)
    {
        using var self = Handle.Use();
        Check(flags == default ? virDomainShutdown(self.Pointer) : virDomainShutdownFlags(self.Pointer, flags));
    }

    /// <summary>Stops it at once, like pulling the plug. (virDomainDestroy, virDomainDestroyFlags)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run.</exception>
    public void Destroy(DomainDestroyFlagsValues flags = default)
    {
        using var self = Handle.Use();
        Check(flags == default ? virDomainDestroy(self.Pointer) : virDomainDestroyFlags(self.Pointer, flags));
    }

    /// <summary>Asks the guest to restart. (virDomainReboot)</summary>
    public void Reboot(DomainRebootFlagValues flags = default)
    {
        using var self = Handle.Use();
        Check(virDomainReboot(self.Pointer, flags));
    }

    /// <summary>Presses the reset button. (virDomainReset)</summary>
    public void Reset()
    {
        using var self = Handle.Use();
        Check(virDomainReset(self.Pointer, 0));
    }

    /// <summary>Removes the definition; a running domain goes on and is gone when it stops. (virDomainUndefine, virDomainUndefineFlags)</summary>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.OperationInvalid"/>: it has a managed save, snapshots or an NVRAM that the flags say nothing of.
    /// </exception>
    public void Undefine(DomainUndefineFlagsValues flags = default)
    {
        using var self = Handle.Use();
        Check(flags == default ? virDomainUndefine(self.Pointer) : virDomainUndefineFlags(self.Pointer, flags));
    }

    /// <summary>Gives a domain that is off another name; <see cref="GetName"/> of this object stays as it was. (virDomainRename)</summary>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.OperationInvalid"/>: it runs, or has a managed save or snapshots; <see cref="ErrorNumber.OperationFailed"/>: the name is taken.
    /// </exception>
    public void Rename(string name)
    {
        using var self = Handle.Use();
        using var text = new Text(name);
        Check(virDomainRename(self.Pointer, text.Pointer, 0));
    }

    /// <summary>Halts it in memory. (virDomainSuspend)</summary>
    public void Suspend()
    {
        using var self = Handle.Use();
        Check(virDomainSuspend(self.Pointer));
    }

    /// <summary>Lets it go on. (virDomainResume)</summary>
    public void Resume()
    {
        using var self = Handle.Use();
        Check(virDomainResume(self.Pointer));
    }

    /// <summary>Wakes a guest that put itself to sleep. (virDomainPMWakeup)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it does not sleep.</exception>
    public void PMWakeup()
    {
        using var self = Handle.Use();
        Check(virDomainPMWakeup(self.Pointer, 0));
    }

    /// <summary>Writes its memory to a file and stops it; the next <see cref="Create"/> restores it. (virDomainManagedSave)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run, or is transient.</exception>
    public void ManagedSave(DomainSaveRestoreFlags flags = default)
    {
        using var self = Handle.Use();
        Check(virDomainManagedSave(self.Pointer, flags));
    }

    /// <summary>Whether the next start restores saved memory. (virDomainHasManagedSaveImage)</summary>
    public bool HasManagedSaveImage()
    {
        using var self = Handle.Use();
        return Check(virDomainHasManagedSaveImage(self.Pointer, 0)) == 1;
    }

    /// <summary>Drops the saved memory. (virDomainManagedSaveRemove)</summary>
    public void ManagedSaveRemove()
    {
        using var self = Handle.Use();
        Check(virDomainManagedSaveRemove(self.Pointer, 0));
    }

    /// <summary>What it does and why; the reason is in the enum that belongs to the state, such as <see cref="DomainShutoffReason"/>. (virDomainGetState)</summary>
    public (DomainState State, int Reason) GetState()
    {
        using var self = Handle.Use();
        int state, reason;
        Check(virDomainGetState(self.Pointer, &state, &reason, 0));
        return ((DomainState)state, reason);
    }

    /// <summary>State, memory and processors. (virDomainGetInfo)</summary>
    public DomainInfo GetInfo()
    {
        using var self = Handle.Use();
        virDomainInfo info;
        Check(virDomainGetInfo(self.Pointer, &info));
        return new((DomainState)info.state, (long)info.maxMem, (long)info.memory, info.nrVirtCpu, (long)info.cpuTime);
    }

    /// <summary>Whether it runs, in any way. (virDomainIsActive)</summary>
    public bool IsActive()
    {
        using var self = Handle.Use();
        return Check(virDomainIsActive(self.Pointer)) == 1;
    }

    /// <summary>Whether it has a definition that outlives a stop. (virDomainIsPersistent)</summary>
    public bool IsPersistent()
    {
        using var self = Handle.Use();
        return Check(virDomainIsPersistent(self.Pointer)) == 1;
    }

    /// <summary>Its description: of the running machine, or of the next start. Passwords only with <see cref="DomainXMLFlags.Secure"/>. (virDomainGetXMLDesc)</summary>
    public string GetXMLDesc(DomainXMLFlags flags = default)
    {
        using var self = Handle.Use();
        return Text.Take(virDomainGetXMLDesc(self.Pointer, flags));
    }

    /// <summary>
    /// Sets title, description or an element of the caller's own. An element is written without a prefix of its own: <c>&lt;desktop id='7'/&gt;</c>.
    /// (virDomainSetMetadata)
    /// </summary>
    /// <param name="type">Which of the three.</param>
    /// <param name="metadata">Text or element; null removes it.</param>
    /// <param name="key">The prefix for an element.</param>
    /// <param name="uri">The namespace for an element; what it is found by.</param>
    /// <param name="flags">The running machine, its definition, or both.</param>
    public void SetMetadata(DomainMetadataType type, string? metadata, string? key = null, string? uri = null, DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        using var m = new Text(metadata);
        using var k = new Text(key);
        using var u = new Text(uri);
        Check(virDomainSetMetadata(self.Pointer, type, m.Pointer, k.Pointer, u.Pointer, flags));
    }

    /// <summary>Title, description, or the element of a namespace. (virDomainGetMetadata)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoDomainMetadata"/>: there is none.</exception>
    public string GetMetadata(DomainMetadataType type, string? uri = null, DomainModificationImpact flags = default)
    {
        using var self = Handle.Use();
        using var u = new Text(uri);
        return Text.Take(virDomainGetMetadata(self.Pointer, type, u.Pointer, flags));
    }

    /// <summary>Presses keys together and lets them go. (virDomainSendKey)</summary>
    /// <param name="codeset">How the keys are numbered.</param>
    /// <param name="holdtime">Milliseconds between pressing and letting go.</param>
    /// <param name="keycodes">At most <see cref="Constants.DomainSendKeyMaxKeys"/>.</param>
    public void SendKey(KeycodeSet codeset, uint holdtime, params ReadOnlySpan<uint> keycodes)
    {
        using var self = Handle.Use();
        fixed (uint* codes = keycodes)
            Check(virDomainSendKey(self.Pointer, codeset, holdtime, codes, keycodes.Length, 0));
    }

    /// <summary>
    /// Addresses of its network interfaces. With <see cref="DomainInterfaceAddressesSource.Lease"/> those on libvirt's own networks, an interface without
    /// a lease being absent; with <see cref="DomainInterfaceAddressesSource.Agent"/> what the agent in the guest says: text of a stranger. (virDomainInterfaceAddresses)
    /// </summary>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.ArgumentUnsupported"/>: asked for the agent, and it has no channel for one; <see cref="ErrorNumber.AgentUnresponsive"/>: nobody on
    /// the channel; <see cref="ErrorNumber.OperationInvalid"/>: it doesn't run.
    /// </exception>
    public IReadOnlyList<DomainInterface> InterfaceAddresses(DomainInterfaceAddressesSource source)
    {
        using var self = Handle.Use();
        virDomainInterface** list;
        var count = Check(virDomainInterfaceAddresses(self.Pointer, &list, source, 0));
        try
        {
            var interfaces = new DomainInterface[count];
            for (var i = 0; i < count; i++)
            {
                var addresses = new DomainIPAddress[list[i]->naddrs];
                for (var a = 0; a < addresses.Length; a++)
                    addresses[a] = new((IPAddrType)list[i]->addrs[a].type, Text.Copy(list[i]->addrs[a].addr) ?? "", list[i]->addrs[a].prefix);
                interfaces[i] = new(Text.Copy(list[i]->name) ?? "", Text.Copy(list[i]->hwaddr), addresses);
            }
            return interfaces;
        }
        finally
        {
            for (var i = 0; i < count; i++)
                virDomainInterfaceFree(list[i]);
            NativeMemory.Free(list);
        }
    }

    /// <summary>Sends a command to the QEMU guest agent and returns its answer, both JSON. (virDomainQemuAgentCommand)</summary>
    /// <param name="command">For example <c>{"execute":"guest-ping"}</c>.</param>
    /// <param name="timeout">Seconds, or a value of <see cref="DomainQemuAgentCommandTimeoutValues"/>; never wait for a guest without a limit.</param>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.ArgumentUnsupported"/>: it has no channel for an agent; <see cref="ErrorNumber.AgentUnresponsive"/>: nobody on it, or no answer in time.
    /// </exception>
    public string QemuAgentCommand(string command, int timeout)
    {
        using var self = Handle.Use();
        using var text = new Text(command);
        return Text.Take(virDomainQemuAgentCommand(self.Pointer, text.Pointer, timeout, 0));
    }
}

/// <summary>A domain's state and size. (virDomainInfo)</summary>
/// <param name="State">What it does.</param>
/// <param name="MaxMem">KiB it may have.</param>
/// <param name="Memory">KiB it has.</param>
/// <param name="NrVirtCpu">Virtual processors.</param>
/// <param name="CpuTime">Processor time used so far, in nanoseconds.</param>
public sealed record DomainInfo(DomainState State, long MaxMem, long Memory, int NrVirtCpu, long CpuTime);

/// <summary>A network interface of a domain. (virDomainInterface)</summary>
/// <param name="Name">Its name on the side that was asked: host's or guest's.</param>
/// <param name="Hwaddr">Its MAC address; null if it has none.</param>
/// <param name="Addrs">Its addresses.</param>
public sealed record DomainInterface(string Name, string? Hwaddr, IReadOnlyList<DomainIPAddress> Addrs);

/// <summary>An address of a domain's interface. (virDomainIPAddress)</summary>
/// <param name="Type">IPv4 or IPv6.</param>
/// <param name="Addr">As text.</param>
/// <param name="Prefix">Length of the network's part, in bits.</param>
public sealed record DomainIPAddress(IPAddrType Type, string Addr, uint Prefix);
