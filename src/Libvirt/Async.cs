namespace Libvirt;

// The forms that don't block of what is written by hand; the generator writes those of its own methods.
// All: the same call on a thread of Connect.Calls. The token ends the wait; a call that has begun goes on.

public sealed unsafe partial class Connect
{
    /// <summary>The same as <see cref="DomainDefineXML"/>, on a thread of <see cref="Calls"/>.</summary>
    public Task<Domain> DomainDefineXMLAsync(string xml, DomainDefineFlags flags = default, CancellationToken cancellationToken = default) =>
        Calls.Run(() => DomainDefineXML(xml, flags), cancellationToken);

    /// <summary>The same as <see cref="DomainCreateXML"/>, on a thread of <see cref="Calls"/>.</summary>
    public Task<Domain> DomainCreateXMLAsync(string xml, DomainCreateFlags flags = default, CancellationToken cancellationToken = default) =>
        Calls.Run(() => DomainCreateXML(xml, flags), cancellationToken);

    /// <summary>The same as <see cref="GetAllDomainStats"/>, on a thread of <see cref="Calls"/>.</summary>
    public Task<IReadOnlyList<DomainStats>> GetAllDomainStatsAsync(DomainStatsTypes stats, ConnectGetAllDomainStatsFlags flags = default,
        CancellationToken cancellationToken = default) => Calls.Run(() => GetAllDomainStats(stats, flags), cancellationToken);

    /// <summary>The same as <see cref="NetworkDefineXML"/>, on a thread of <see cref="Calls"/>.</summary>
    public Task<Network> NetworkDefineXMLAsync(string xml, NetworkDefineFlags flags = default, CancellationToken cancellationToken = default) =>
        Calls.Run(() => NetworkDefineXML(xml, flags), cancellationToken);
}

public sealed unsafe partial class Domain
{
    /// <summary>The same as <see cref="Create"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task CreateAsync(DomainCreateFlags flags = default, CancellationToken cancellationToken = default) => Handle.Calls.Run(() => Create(flags), cancellationToken);

    /// <summary>The same as <see cref="Shutdown"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task ShutdownAsync(DomainShutdownFlagValues flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => Shutdown(flags), cancellationToken);

    /// <summary>The same as <see cref="Destroy"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task DestroyAsync(DomainDestroyFlagsValues flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => Destroy(flags), cancellationToken);

    /// <summary>The same as <see cref="Reboot"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task RebootAsync(DomainRebootFlagValues flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => Reboot(flags), cancellationToken);

    /// <summary>The same as <see cref="Undefine"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task UndefineAsync(DomainUndefineFlagsValues flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => Undefine(flags), cancellationToken);

    /// <summary>The same as <see cref="ManagedSave"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task ManagedSaveAsync(DomainSaveRestoreFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => ManagedSave(flags), cancellationToken);

    /// <summary>The same as <see cref="InterfaceAddresses"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task<IReadOnlyList<DomainInterface>> InterfaceAddressesAsync(DomainInterfaceAddressesSource source, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => InterfaceAddresses(source), cancellationToken);

    /// <summary>The same as <see cref="QemuAgentCommand"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task<string> QemuAgentCommandAsync(string command, int timeout, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => QemuAgentCommand(command, timeout), cancellationToken);
}

public sealed unsafe partial class Network
{
    /// <summary>The same as <see cref="Create"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task CreateAsync(CancellationToken cancellationToken = default) => Handle.Calls.Run(Create, cancellationToken);

    /// <summary>The same as <see cref="Destroy"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task DestroyAsync(CancellationToken cancellationToken = default) => Handle.Calls.Run(Destroy, cancellationToken);
}
