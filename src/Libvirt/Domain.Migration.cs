using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// Moves a running domain to another host. <see cref="Migrate3"/> and <see cref="MigrateToURI3"/> can all that the older forms can; progress is in
/// <see cref="GetJobStats"/>.
/// </summary>
public sealed unsafe partial class Domain
{
    /// <summary>Moves it to another connection's host. (virDomainMigrate)</summary>
    /// <param name="dconn">The other host.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="uri">Where the data goes; null lets the hypervisor choose.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    /// <returns>The domain there.</returns>
    public Domain Migrate(Connect dconn, DomainMigrateFlags flags, string? dname = null, string? uri = null, ulong bandwidth = 0)
    {
        using var self = Handle.Use();
        using var destination = dconn.Handle.Use();
        using var name = new Text(dname);
        using var where = new Text(uri);
        return new(virDomainMigrate(self.Pointer, destination.Pointer, (nuint)flags, name.Pointer, where.Pointer, (nuint)bandwidth), dconn.Calls);
    }

    /// <summary>The same as <see cref="Migrate"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="dconn">The other host.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="uri">Where the data goes; null lets the hypervisor choose.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    /// <param name="cancellationToken">Ends the wait; a migration that has begun goes on, see <see cref="AbortJob"/>.</param>
    public Task<Domain> MigrateAsync(Connect dconn, DomainMigrateFlags flags, string? dname = null, string? uri = null, ulong bandwidth = 0,
        CancellationToken cancellationToken = default) => Handle.Calls.Run(() => Migrate(dconn, flags, dname, uri, bandwidth), cancellationToken);

    /// <summary>Moves it to another connection's host, with another description. (virDomainMigrate2)</summary>
    /// <param name="dconn">The other host.</param>
    /// <param name="dxml">Its description there, different only in what concerns the host; null keeps it.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="uri">Where the data goes; null lets the hypervisor choose.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    /// <returns>The domain there.</returns>
    public Domain Migrate2(Connect dconn, string? dxml, DomainMigrateFlags flags, string? dname = null, string? uri = null, ulong bandwidth = 0)
    {
        using var self = Handle.Use();
        using var destination = dconn.Handle.Use();
        using var xml = new Text(dxml);
        using var name = new Text(dname);
        using var where = new Text(uri);
        return new(virDomainMigrate2(self.Pointer, destination.Pointer, xml.Pointer, (nuint)flags, name.Pointer, where.Pointer, (nuint)bandwidth), dconn.Calls);
    }

    /// <summary>The same as <see cref="Migrate2"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="dconn">The other host.</param>
    /// <param name="dxml">Its description there, different only in what concerns the host; null keeps it.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="uri">Where the data goes; null lets the hypervisor choose.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    /// <param name="cancellationToken">Ends the wait; a migration that has begun goes on, see <see cref="AbortJob"/>.</param>
    public Task<Domain> Migrate2Async(Connect dconn, string? dxml, DomainMigrateFlags flags, string? dname = null, string? uri = null, ulong bandwidth = 0,
        CancellationToken cancellationToken = default) => Handle.Calls.Run(() => Migrate2(dconn, dxml, flags, dname, uri, bandwidth), cancellationToken);

    /// <summary>Moves it to another connection's host. (virDomainMigrate3)</summary>
    /// <param name="dconn">The other host.</param>
    /// <param name="parameters">What is null is the hypervisor's default.</param>
    /// <param name="flags">How.</param>
    /// <returns>The domain there.</returns>
    public Domain Migrate3(Connect dconn, DomainMigrateParameters? parameters = null, DomainMigrateFlags flags = default)
    {
        using var self = Handle.Use();
        using var destination = dconn.Handle.Use();
        parameters ??= new();
        using var list = new ParameterList(parameters.Members(), parameters.Others);
        return new(virDomainMigrate3(self.Pointer, destination.Pointer, list.Pointer, (uint)list.Count, flags), dconn.Calls);
    }

    /// <summary>The same as <see cref="Migrate3"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="dconn">The other host.</param>
    /// <param name="parameters">What is null is the hypervisor's default.</param>
    /// <param name="flags">How.</param>
    /// <param name="cancellationToken">Ends the wait; a migration that has begun goes on, see <see cref="AbortJob"/>.</param>
    public Task<Domain> Migrate3Async(
        Connect dconn, DomainMigrateParameters? parameters = null, DomainMigrateFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => Migrate3(dconn, parameters, flags), cancellationToken);

    /// <summary>Lets this host's daemon move it, which speaks to the other itself. (virDomainMigrateToURI)</summary>
    /// <param name="duri">The other host: a connection's URI with <see cref="DomainMigrateFlags.Peer2peer"/>, else one of the hypervisor's own.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    public void MigrateToURI(string duri, DomainMigrateFlags flags, string? dname = null, ulong bandwidth = 0)
    {
        using var self = Handle.Use();
        using var destination = new Text(duri);
        using var name = new Text(dname);
        Check(virDomainMigrateToURI(self.Pointer, destination.Pointer, (nuint)flags, name.Pointer, (nuint)bandwidth));
    }

    /// <summary>The same as <see cref="MigrateToURI"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="duri">As for <see cref="MigrateToURI"/>.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    /// <param name="cancellationToken">Ends the wait; a migration that has begun goes on, see <see cref="AbortJob"/>.</param>
    public Task MigrateToURIAsync(string duri, DomainMigrateFlags flags, string? dname = null, ulong bandwidth = 0,
        CancellationToken cancellationToken = default) => Handle.Calls.Run(() => MigrateToURI(duri, flags, dname, bandwidth), cancellationToken);

    /// <summary>Lets this host's daemon move it, with another description. (virDomainMigrateToURI2)</summary>
    /// <param name="dconnuri">The other host's connection, with <see cref="DomainMigrateFlags.Peer2peer"/>.</param>
    /// <param name="miguri">Where the data goes; null lets the hypervisor choose.</param>
    /// <param name="dxml">Its description there, different only in what concerns the host; null keeps it.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    public void MigrateToURI2(string? dconnuri, string? miguri, string? dxml, DomainMigrateFlags flags, string? dname = null, ulong bandwidth = 0)
    {
        using var self = Handle.Use();
        using var destination = new Text(dconnuri);
        using var where = new Text(miguri);
        using var xml = new Text(dxml);
        using var name = new Text(dname);
        Check(virDomainMigrateToURI2(self.Pointer, destination.Pointer, where.Pointer, xml.Pointer, (nuint)flags, name.Pointer, (nuint)bandwidth));
    }

    /// <summary>The same as <see cref="MigrateToURI2"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="dconnuri">The other host's connection, with <see cref="DomainMigrateFlags.Peer2peer"/>.</param>
    /// <param name="miguri">Where the data goes; null lets the hypervisor choose.</param>
    /// <param name="dxml">Its description there, different only in what concerns the host; null keeps it.</param>
    /// <param name="flags">How.</param>
    /// <param name="dname">Its name there; null keeps it.</param>
    /// <param name="bandwidth">MiB/s; 0 is the hypervisor's default.</param>
    /// <param name="cancellationToken">Ends the wait; a migration that has begun goes on, see <see cref="AbortJob"/>.</param>
    public Task MigrateToURI2Async(string? dconnuri, string? miguri, string? dxml, DomainMigrateFlags flags, string? dname = null, ulong bandwidth = 0,
        CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => MigrateToURI2(dconnuri, miguri, dxml, flags, dname, bandwidth), cancellationToken);

    /// <summary>Lets this host's daemon move it, which speaks to the other itself. (virDomainMigrateToURI3)</summary>
    /// <param name="dconnuri">The other host's connection, with <see cref="DomainMigrateFlags.Peer2peer"/>, else null.</param>
    /// <param name="parameters">What is null is the hypervisor's default.</param>
    /// <param name="flags">How.</param>
    public void MigrateToURI3(string? dconnuri, DomainMigrateParameters? parameters = null, DomainMigrateFlags flags = default)
    {
        using var self = Handle.Use();
        using var destination = new Text(dconnuri);
        parameters ??= new();
        using var list = new ParameterList(parameters.Members(), parameters.Others);
        Check(virDomainMigrateToURI3(self.Pointer, destination.Pointer, list.Pointer, (uint)list.Count, flags));
    }

    /// <summary>The same as <see cref="MigrateToURI3"/>, on a thread of <see cref="Connect.Calls"/>.</summary>
    /// <param name="dconnuri">The other host's connection, with <see cref="DomainMigrateFlags.Peer2peer"/>, else null.</param>
    /// <param name="parameters">What is null is the hypervisor's default.</param>
    /// <param name="flags">How.</param>
    /// <param name="cancellationToken">Ends the wait; a migration that has begun goes on, see <see cref="AbortJob"/>.</param>
    public Task MigrateToURI3Async(
        string? dconnuri, DomainMigrateParameters? parameters = null, DomainMigrateFlags flags = default, CancellationToken cancellationToken = default) =>
        Handle.Calls.Run(() => MigrateToURI3(dconnuri, parameters, flags), cancellationToken);
}
