using System.Net;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Library;
using Broker.Core.Nodes;

namespace Broker.Backend.VmManagers;

/// <summary>Drives one kind of hypervisor. A new one is a folder here, a line in <see cref="VmManagerList"/>, and a subclass of the contract suite.</summary>
public interface IVmManager
{
    /// <summary>The word by which nodes name it.</summary>
    VmManagerKind Kind { get; }

    /// <summary>Connects to a host and looks at what it can do.</summary>
    /// <exception cref="VmException">It can't be reached or lacks something; the message says what and the remedy.</exception>
    IVmNode Connect(NodeSettings settings);
}

/// <summary>Where a node is and where its files lie.</summary>
/// <param name="Name">The node's name, for messages.</param>
/// <param name="Uri">As in <see cref="NodeRow.Uri"/>.</param>
/// <param name="PoolFolder">Folder of disk images on the node.</param>
/// <param name="LibraryFolder">Folder of images that may be imported, on the node.</param>
/// <param name="DisplayFolder">Folder of display sockets; only the front end's group can enter it. Paths in it must stay below 108 bytes.</param>
public sealed record NodeSettings(string Name, string Uri, string PoolFolder, string LibraryFolder, string DisplayFolder)
{
    /// <summary>Further folders of disk images, by name.</summary>
    public IReadOnlyDictionary<string, string> MoreStorage { get; init; } = new Dictionary<string, string>();

    /// <summary>All folders of disk images, by name.</summary>
    public IReadOnlyDictionary<string, string> Storage => MoreStorage.Prepend(new(StorageRow.Default, PoolFolder)).ToDictionary();

    /// <summary>Folder of backups, on the node; nobody but the back end may look into it.</summary>
    public string BackupFolder { get; init; } = "";
}

/// <summary>
/// A connected host. Every member may block, and may be called from several threads; the back end calls them on
/// the node's own workers, with a time limit (see <c>Nodes/Node.cs</c>). Calling twice is the same as calling once:
/// starting what runs, destroying what is off, undefining what is gone and deleting a file that is gone all succeed.
/// </summary>
public interface IVmNode : IDisposable
{
    /// <summary>
    /// What the host told about itself: version, virtualisation type, processors, memory; <c>boot_id</c>, which is another one after each start of the host.
    /// </summary>
    IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>False when the connection is lost for good; it never heals, connect anew.</summary>
    bool IsAlive { get; }

    /// <summary>Called with each change of a domain that the host reports by itself, on a thread that must not be held up. Hints: the inventory is the truth.</summary>
    event Action<DomainReport>? Changed;

    /// <summary>Called as <see cref="Changed"/> is, with each domain whose definition is another one now, by us or others. Not every host tells.</summary>
    event Action<Guid>? Redefined;

    /// <summary>All domains that exist on the host, ours or not, in one call.</summary>
    IReadOnlyList<DomainReport> Inventory();

    /// <summary>What a domain is, ours or not, as its definition says it will be at its next start; null when the host does not know it.</summary>
    FoundDomain? Describe(Guid id);

    /// <summary>Makes the domain known to the host, or brings its definition up to date. It does not start.</summary>
    void Define(DomainSpec spec);

    /// <summary>Makes the host forget a domain that is off, its saved memory with it. Its disks stay, unless it has snapshots: it is forgotten with those before its disks are deleted.</summary>
    void Undefine(Guid id);

    /// <summary>Starts a defined domain, from its saved memory if it has one, lets it go on if it is paused; returns when it runs.</summary>
    /// <remarks>A saved memory that is no such thing is dropped and the domain booted: <see cref="DomainReport.IsRestored"/> tells. One that can't be read to its end fails the start and stays.</remarks>
    void Start(Guid id);

    /// <summary>Presses the power button (ACPI); returns at once, the guest may ignore it. One that is paused can't hear it: an error.</summary>
    void Shutdown(Guid id);

    /// <summary>Restarts the guest through its own system, by ACPI or agent; returns at once.</summary>
    void Reboot(Guid id);

    /// <summary>Pulls the plug; returns when it is off.</summary>
    void Destroy(Guid id);

    /// <summary>The host's disk images.</summary>
    IDisks Disks { get; }

    /// <summary>Full paths of all files that domains of this host name, ours or not, running or off.</summary>
    IReadOnlySet<string> FilesOfDomains();

    /// <summary>What not every host, or its disks, can do, or null where this one can't. The class may implement it and still answer null, after a look at version or storage.</summary>
    T? As<T>() where T : class, ICapability => this as T ?? Disks as T;
}

/// <summary>Disk images of a node. All members are repeatable: what is already as asked is left so.</summary>
public interface IDisks
{
    /// <summary>The format this manager's disks have.</summary>
    string Format { get; }

    /// <summary>The file a volume gets, from its id alone. Written to the database before the file is made.</summary>
    /// <param name="volume">Its id.</param>
    /// <param name="storage">One of the names in <see cref="NodeSettings.Storage"/>; the usual one when left out.</param>
    /// <exception cref="VmException">There is no storage of this name.</exception>
    string PathOf(Guid volume, string? storage = null);

    /// <summary>The folders of disk images, what room there is, and what is wrong with them.</summary>
    IReadOnlyList<StorageLook> Storage();

    /// <summary>The importable images in the library folder, looked into without trusting them.</summary>
    IReadOnlyList<LibraryImage> Library();

    /// <summary>Copies a library image to a new volume, as a stand-alone image of our format. Leaves nothing behind when it fails or is cancelled.</summary>
    /// <returns>The capacity in bytes, as the guest sees it.</returns>
    /// <exception cref="VmException">Not in the library, a link, not an image, has a backing or data file, or no room.</exception>
    long Import(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel);

    /// <summary>Path of the image of a CD in the library folder, from where it is read; null when there is no such image.</summary>
    /// <exception cref="VmException">It is a link, may not be read, or was uploaded: the front end could exchange it.</exception>
    string? FindCd(string libraryFile);

    /// <summary>Makes a new, empty volume that stands alone. Leaves nothing behind when it fails.</summary>
    /// <exception cref="VmException">There is no room for all of it.</exception>
    void Create(string target, long capacityBytes);

    /// <summary>Makes a volume of a domain that is off larger; one that is as large already is left so.</summary>
    /// <exception cref="VmException">It is frozen, there is no room for what is added, or VirtualBox can't with a clone's.</exception>
    void Grow(string path, long capacityBytes);

    /// <summary>What a volume takes on the host, in bytes; null when its file is missing.</summary>
    long? SizeOf(string path);

    /// <summary>Turns the volumes of a domain that is off into read-only base images, ready for <see cref="Clone"/>: all of them, or none.</summary>
    /// <exception cref="VmException">One of them is missing, a file is in the way, or there is no room. Nothing was changed.</exception>
    void Freeze(params IReadOnlyList<string> paths);

    /// <summary>Turns a base image without clones back into a writable volume; the guest's content stays.</summary>
    void Thaw(string path);

    /// <summary>Makes a new, empty overlay on a frozen image.</summary>
    void Clone(string frozen, string target);

    /// <summary>Makes a volume of a domain that is off new: whatever was written to it is gone, and its room is free.</summary>
    /// <param name="path">The volume; it may be missing.</param>
    /// <param name="frozen">The image it lies on; null for one that stands alone.</param>
    /// <param name="capacityBytes">How big it is.</param>
    void Renew(string path, string? frozen, long capacityBytes);

    /// <summary>The image that a volume lies on, as its file says; null when it stands alone.</summary>
    string? BackingOf(string path);

    /// <summary>Puts a clone's volume onto another frozen image. The guest's content stays: what the images differ in is copied into the volume.</summary>
    /// <remarks>It is done whole or not at all, as <see cref="Flatten"/> is. Disks that hold no differences but from the image they were made on are flattened instead.</remarks>
    /// <param name="path">The volume of a domain that is off and has no saved memory.</param>
    /// <param name="backing">As in <see cref="DiskSpec.Backing"/>, before.</param>
    /// <param name="onto">The same, afterwards.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="VmException">It is frozen, lies on something else than was said, or there is no room.</exception>
    void Rebase(string path, IReadOnlyList<string> backing, IReadOnlyList<string> onto, IProgress<int> percent, CancellationToken cancel);

    /// <summary>Makes a volume's file as small as its content allows: what the guest has erased or filled with zeros takes no room any more.</summary>
    /// <remarks>It is done whole or not at all, as <see cref="Flatten"/> is.</remarks>
    /// <param name="path">The volume of a domain that is off and has no saved memory.</param>
    /// <param name="backing">As in <see cref="DiskSpec.Backing"/>.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>How many bytes there are more on the host.</returns>
    /// <exception cref="VmException">It is frozen, lies on something else than was said, or there is no room for the copy.</exception>
    long Compact(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel);

    /// <summary>Makes a clone's volume stand alone: all that lies below it is copied into it, and it needs its base no more. The guest's content stays.</summary>
    /// <remarks>It is done whole or not at all: cancelled or killed, the volume is as it was. One that stands alone already is left so.</remarks>
    /// <param name="path">The volume of a domain that is off and has no saved memory, which would still name the base.</param>
    /// <param name="backing">As in <see cref="DiskSpec.Backing"/>. What the file itself says must be the same: a guest may have had its hands on it.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="VmException">It is frozen, lies on something else than was said, or there is no room.</exception>
    void Flatten(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel);

    /// <summary>Makes a second volume with what is in the first, on the same images below it. It is there whole or not at all.</summary>
    /// <param name="path">The volume of a domain that is off and has no saved memory; no base image.</param>
    /// <param name="backing">As in <see cref="DiskSpec.Backing"/>. What the file itself says must be the same: a guest may have had its hands on it.</param>
    /// <param name="target">The new volume.</param>
    /// <param name="isExact">Snapshots that others have put into its file are copied too, as <see cref="Verify"/> wants it; else they are left out.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="VmException">It is frozen, lies on something else than was said, another file is in the way, or there is no room.</exception>
    void Copy(string path, IReadOnlyList<string> backing, string target, bool isExact, IProgress<int> percent, CancellationToken cancel);

    /// <summary>Makes sure that an exact copy that <see cref="Copy"/> made holds all that the volume holds, by what is on the disk, not in memory.</summary>
    /// <param name="path">The volume.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="VmException">It does not, or one of them is missing.</exception>
    void Verify(string path, string copy, IProgress<int> percent, CancellationToken cancel);

    /// <summary>Deletes a volume's file and what belongs to it.</summary>
    void Delete(string path);

    /// <summary>Ids of all volumes whose files lie in one of the folders of disk images.</summary>
    IReadOnlyList<Guid> List();

    /// <summary>Plain files of a folder of disk images that are none of these, nor below one of them, nor belong to one of those; links and what they lead to are left out.</summary>
    /// <param name="used">Full paths of files that somebody needs.</param>
    /// <param name="storage">The folder's name; the usual one when left out.</param>
    /// <exception cref="VmException">There is no storage of this name.</exception>
    IReadOnlyList<UnusedFile> Unused(IReadOnlySet<string> used, string? storage = null);

    /// <summary>Deletes a file that <see cref="Unused"/> has just named.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="storage">As in <see cref="Unused"/>.</param>
    void DeleteUnused(string file, string? storage = null);
}

/// <summary>A folder of disk images, looked at.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Folder">Full path.</param>
/// <param name="TotalBytes">Size of its file system.</param>
/// <param name="FreeBytes">Room left for us.</param>
/// <param name="Problem">Why it can't be used; null when it can.</param>
public sealed record StorageLook(string Name, string Folder, long TotalBytes, long FreeBytes, string? Problem);

/// <summary>A file in a folder of disk images that nobody needs.</summary>
/// <param name="File">Its name.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ChangedAt">When it was last written.</param>
public sealed record UnusedFile(string File, long SizeBytes, DateTimeOffset ChangedAt);

/// <summary>An image in the library folder.</summary>
/// <param name="File">Its name within the folder.</param>
/// <param name="SizeBytes">Its size on disk.</param>
/// <param name="ChangedAt">When it was last written.</param>
/// <param name="Format">qcow2, raw…, or iso for a CD; null when it is of no use.</param>
/// <param name="Problem">Why it can't be imported.</param>
/// <param name="CapacityBytes">How big a guest sees it; null when it can't be imported.</param>
/// <param name="IsUpload">It was uploaded, and may be deleted by the front end.</param>
public sealed record LibraryImage(string File, long SizeBytes, DateTimeOffset ChangedAt, string? Format, string? Problem, long? CapacityBytes, bool IsUpload);

/// <summary>A domain as the host should know it.</summary>
/// <param name="Id">Becomes the hypervisor's own UUID.</param>
/// <param name="Name">Becomes the hypervisor's own name.</param>
/// <param name="MemoryKib">Memory in KiB.</param>
/// <param name="Vcpus">Number of processors.</param>
/// <param name="Mac">Address of the network card.</param>
/// <param name="Disks">Its disks, the first one boots.</param>
/// <param name="DisplaySocket">Unix socket on which its VNC display listens while it runs.</param>
public sealed record DomainSpec(Guid Id, string Name, long MemoryKib, int Vcpus, string Mac, IReadOnlyList<DiskSpec> Disks, string DisplaySocket)
{
    /// <summary>What the guest is told that it is called.</summary>
    public string HostName => DomainNames.HostName(Name);

    /// <summary>Its CD drives.</summary>
    public IReadOnlyList<CdSpec> Cds { get; init; } = [];

    /// <summary>What was chosen of its hardware. What was not is as the manager's <see cref="Drivers"/> say.</summary>
    public Hardware Hardware { get; init; } = Hardware.Usual;
}

/// <summary>A disk of a domain.</summary>
/// <param name="Target">Device in the guest: vda…</param>
/// <param name="Path">The file.</param>
/// <param name="Format">Its format, never probed.</param>
/// <param name="Backing">Paths of the frozen images below it, nearest first.</param>
public sealed record DiskSpec(string Target, string Path, string Format, IReadOnlyList<string> Backing);

/// <summary>A CD drive of a domain. The image is read from where it lies: it is neither copied nor changed.</summary>
/// <param name="Target">Device in the guest: hda…</param>
/// <param name="File">Name of the image within the library folder; null when the drive is empty.</param>
public sealed record CdSpec(string Target, string? File);

/// <summary>What a host says about a domain.</summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Name">Its name on the host.</param>
/// <param name="Power">What it is doing.</param>
/// <param name="Detail">Why, in the host's words: shutdown, destroyed, crashed…</param>
/// <param name="IsRestored">It runs, and its memory came from where it had been saved; only the inventory knows.</param>
public sealed record DomainReport(Guid Id, string Name, Power Power, string? Detail, bool IsRestored = false);

/// <summary>What a domain is doing, as far as a hypervisor can tell.</summary>
public enum Power
{
    /// <summary>Off, no memory saved.</summary>
    Off,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Its processors stand still.</summary>
    Paused,

    /// <summary>Off, its memory saved.</summary>
    Saved,

    /// <summary>Gone from the host.</summary>
    Gone,
}

/// <summary>Marks the interfaces of what not every host can do.</summary>
public interface ICapability;

/// <summary>Takes a picture of a running domain's screen.</summary>
public interface ICanScreenshot : ICapability
{
    /// <summary>The screen as PNG.</summary>
    byte[] Screenshot(Guid id);
}

/// <summary>Changes hardware of domains while they run.</summary>
public interface ICanChangeLive : ICapability
{
    /// <summary>Brings a kind of hardware of a domain that is on to what its definition says, as far as that can be done without a restart.</summary>
    /// <remarks>The guest may be asked to give something back, and take its time, or never do so. Memory is only asked for.</remarks>
    /// <returns>Null when it has it now; else why it will have all of it only after it was off.</returns>
    string? Change(DomainSpec spec, DeviceKind kind);
}

/// <summary>Knows the IP addresses of its guests.</summary>
public interface ICanReportAddresses : ICapability
{
    /// <summary>IPv4 address by MAC (lower case), of all guests that have one, in one call.</summary>
    IReadOnlyDictionary<string, string> Addresses();
}

/// <summary>Sees who is connected to its domains otherwise than by their display sockets: to a display that listens on TCP, or to a port of the guest.</summary>
public interface ICanReportClients : ICapability
{
    /// <summary>By domain the address of somebody who is connected to it, of all in one call.</summary>
    /// <param name="guests">Whose each guest's address is.</param>
    IReadOnlyDictionary<Guid, IPAddress> Clients(IReadOnlyDictionary<IPAddress, Guid> guests);
}

/// <summary>Leads ports of the host to its guests, which nobody reaches otherwise: each is behind address translation of its own.</summary>
public interface ICanForwardPorts : ICapability
{
    /// <summary>From now on exactly these ports lead to a domain, whether it runs or not. What others forward to it stays.</summary>
    /// <exception cref="VmException">It is not defined.</exception>
    void Forward(Guid id, IReadOnlyList<ForwardedPort> ports);

    /// <summary>What was asked for, of a domain that is defined; nothing of others.</summary>
    IReadOnlyList<ForwardedPort> Forwarded(Guid id);
}

/// <summary>A TCP port of the host that leads to a guest. Whether it is free on the host nobody looks.</summary>
/// <param name="GuestPort">The guest's port; one of the host leads to each.</param>
/// <param name="HostAddress">The host's address to listen at.</param>
/// <param name="HostPort">The host's port.</param>
public sealed record ForwardedPort(ushort GuestPort, IPAddress HostAddress, ushort HostPort);

/// <summary>Looks for what makes its host slow or unsafe without an error.</summary>
public interface ICanExamine : ICapability
{
    /// <summary>What it found, by name: <c>security_models</c> (what keeps guests apart, with commas between them), <c>probe_ms</c> (how long it takes to say what it can),
    /// <c>closed_to_qemu</c> (folders, with a slash at the end, and files that the user can't get at as whom guests run; a line each),
    /// <c>untracked</c> (why it does not see who is connected to ports of guests; empty when it does).</summary>
    IReadOnlyDictionary<string, string> Examine();
}

/// <summary>Saves the memory of domains to disk, from where <see cref="IVmNode.Start"/> brings it back.</summary>
public interface ICanHibernate : ICapability
{
    /// <summary>Saves the memory of a running or paused domain and turns it off; returns when it is off. It will run when it is started, also if it was paused.</summary>
    /// <exception cref="VmException">It is off and nothing is saved, or there is no room.</exception>
    void Hibernate(Guid id);

    /// <summary>Throws the saved memory away: the next start boots. What has none stays as it is.</summary>
    void Discard(Guid id);
}

/// <summary>Has a reset button for each domain.</summary>
public interface ICanReset : ICapability
{
    /// <summary>Restarts a running domain without asking its guest; returns at once.</summary>
    /// <exception cref="VmException">It is off.</exception>
    void Reset(Guid id);
}

/// <summary>Knows how much memory its host has left.</summary>
public interface ICanReportMemory : ICapability
{
    /// <summary>The host's memory now.</summary>
    HostMemory Memory();
}

/// <summary>A host's memory.</summary>
/// <param name="TotalKib">All of it, in KiB.</param>
/// <param name="FreeKib">What new machines could take of it, in KiB: what is kept of files can be given up.</param>
public sealed record HostMemory(long TotalKib, long FreeKib);

/// <summary>Gives running domains disks and takes them away. Its domain keeps what was changed when it is started anew.</summary>
public interface ICanHotplugDisks : ICapability
{
    /// <summary>Gives a running domain a disk; one that it has already is left.</summary>
    /// <exception cref="VmException">It is off, or has no place for it.</exception>
    void AttachDisk(Guid id, DiskSpec disk);

    /// <summary>Takes a disk from a running domain; returns when the guest has let go of it. One that it does not have is no error.</summary>
    /// <exception cref="VmException">The guest does not let go of it.</exception>
    void DetachDisk(Guid id, string target);

    /// <summary>Makes a disk of a running domain larger.</summary>
    void GrowDisk(Guid id, DiskSpec disk, long capacityBytes);
}

/// <summary>Changes CDs in the drives of running domains.</summary>
public interface ICanChangeCds : ICapability
{
    /// <summary>Puts a CD into a drive of a running domain, or empties it, whether the guest agrees or not.</summary>
    /// <exception cref="VmException">It has no such drive.</exception>
    void ChangeCd(Guid id, CdSpec cd);
}

/// <summary>Makes copies of volumes that are kept elsewhere, and volumes of such copies.</summary>
public interface ICanBackup : ICapability
{
    /// <summary>Makes a copy of a volume, a base image or not, to be kept: as small as can be, with everything below it or only with what it holds itself.</summary>
    /// <param name="path">The volume of a domain that is off and has no saved memory.</param>
    /// <param name="backing">As in <see cref="DiskSpec.Backing"/>. What the file itself says must be the same.</param>
    /// <param name="isWhole">With everything below it.</param>
    /// <param name="target">The copy, called as a volume is. What is there is replaced.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it. <see cref="IDisks.Delete"/> removes what was made.</param>
    /// <exception cref="VmException">It is damaged, lies on something else than was said, or there is no room.</exception>
    void Save(string path, IReadOnlyList<string> backing, bool isWhole, string target, IProgress<int> percent, CancellationToken cancel);

    /// <summary>What speaks against making a volume of such a copy, in a sentence; null when nothing does. It only looks, and trusts nothing.</summary>
    string? Problem(BackedUpDisk disk);

    /// <summary>Makes a volume of such a copy, whole or not at all.</summary>
    /// <param name="disk">The copy.</param>
    /// <param name="target">The new volume; one that is there already is left.</param>
    /// <param name="backing">The frozen images it is to lie on, nearest first, whatever it says itself.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="VmException">Something speaks against it, it does not have its sum, or there is no room.</exception>
    void Restore(BackedUpDisk disk, string target, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel);
}

/// <summary>A copy of a volume in a backup. Whoever wrote it is a stranger.</summary>
/// <param name="Name">What it is called there, for messages.</param>
/// <param name="Format">What it is said to be.</param>
/// <param name="Bytes">Where it lies.</param>
/// <param name="Sum">What its bytes have to come to.</param>
/// <param name="CapacityBytes">How big a guest is to see it.</param>
/// <param name="IsOverlay">It holds only what differs from images that are not in the backup.</param>
public sealed record BackedUpDisk(string Name, string Format, FilePart Bytes, Checksum Sum, long CapacityBytes, bool IsOverlay);

/// <summary>Lets domains stand still.</summary>
public interface ICanPause : ICapability
{
    /// <summary>Stops the processors of a running domain.</summary>
    /// <exception cref="VmException">It is off.</exception>
    void Pause(Guid id);

    /// <summary>Lets a paused domain go on.</summary>
    /// <exception cref="VmException">It is off.</exception>
    void Resume(Guid id);
}

/// <summary>
/// Lets domains that others made become ours: from then on <see cref="IVmNode.Define"/> says what they are, with the disks that they have or copies of these.
/// </summary>
public interface ICanAdopt : ICapability
{
    /// <summary>Copies a disk of a domain that is off, with all that lies below it, to a new volume that stands alone. It is there whole or not at all; the disk stays as it is.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="target">The new volume; one that is there already is left.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The capacity in bytes, as the guest sees it.</returns>
    /// <exception cref="VmException">It is no image of a kind that is known, or there is no room.</exception>
    long CopyDisk(FoundDisk disk, string target, IProgress<int> percent, CancellationToken cancel);
}

/// <summary>Makes volumes stand alone while their guest goes on.</summary>
public interface ICanDetachLive : ICapability
{
    /// <summary>Copies all that lies below a volume of a running or paused domain into it. Cancelled, or broken off because the domain ended, it lies on what it did.</summary>
    /// <param name="id">The domain.</param>
    /// <param name="disk">The volume. One that stands alone already is left so.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="VmException">It is off.</exception>
    void Detach(Guid id, DiskSpec disk, IProgress<int> percent, CancellationToken cancel);
}

/// <summary>
/// Keeps what is on the disks of domains that are off, under ids that callers give. It lies with the disks: it goes when they are deleted, made new, copied anew
/// (<see cref="IDisks.Renew"/>, <see cref="IDisks.Flatten"/>, <see cref="IDisks.Rebase"/>, <see cref="IDisks.Compact"/>) or frozen, and callers see to it that there is none then.
/// </summary>
public interface ICanSnapshot : ICapability
{
    /// <summary>Ids of what is kept of a domain; nothing of what others took.</summary>
    /// <param name="id">The domain.</param>
    /// <param name="disks">Its disks that are kept. One that lacks a snapshot makes that one not whole: it is left out.</param>
    IReadOnlyList<Guid> Snapshots(Guid id, IReadOnlyList<DiskSpec> disks);

    /// <summary>Keeps what is on these disks of a defined domain. One that was begun before is finished.</summary>
    /// <exception cref="VmException">It is on or has saved memory, or there is no room.</exception>
    void Take(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks);

    /// <summary>Makes the disks what they were. What was written since is lost; all snapshots stay. The definition may be that of then: bring it up to date.</summary>
    /// <exception cref="VmException">It is on or has saved memory, or not all disks have the snapshot: nothing was changed.</exception>
    void Revert(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks);

    /// <summary>Keeps it no more; what is on the disks now stays. One that is gone is no error, nor one that was only begun.</summary>
    /// <exception cref="VmException">It is on, or VirtualBox has several snapshots that come from it.</exception>
    void Remove(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks);
}

/// <summary>A call to a VM manager failed.</summary>
public sealed class VmException : Exception
{
    /// <summary>With the sentence a person can act on.</summary>
    public VmException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>The connection is lost or the host did not answer: trying again on a new connection may help.</summary>
    public bool IsConnectionLost { get; init; }
}
