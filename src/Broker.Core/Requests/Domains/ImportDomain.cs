using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Nodes;
using Broker.Core.Requests.Volumes;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a machine from an image in the library.</summary>
/// <param name="File">Name of the image within the library folder: qcow2, raw, vmdk, vdi, a machine with one disk in an .ova, or a CD (iso).</param>
/// <param name="Name">The machine's name.</param>
/// <param name="Alias">Its name as people write it.</param>
/// <param name="Description">What it is for.</param>
/// <param name="MemoryMib">Memory in MiB, 64 to 1048576.</param>
/// <param name="Vcpus">Processors, 1 to 64.</param>
/// <param name="DiskMib">Size in MiB of the empty disk of a machine that is installed from a CD, 1 to 8388608.</param>
/// <param name="Node">Name of the host; the only one, or the first that is up, when left out.</param>
/// <param name="Storage">Name of the host's storage its disk is to lie in; the usual one when left out.</param>
/// <param name="Domain">Set by the server.</param>
public sealed record ImportDomain(
    [Description("Name of the image within the library folder: qcow2, raw, vmdk, vdi, a machine with one disk in an .ova, or a CD (iso).")] string File,
    [Description("The machine's name.")] string Name,
    [Description("Its name as people write it.")] string? Alias = null,
    [Description("What it is for.")] string? Description = null,
    [Description("Memory in MiB, 64 to 1048576.")] int MemoryMib = 512,
    [Description("Processors, 1 to 64.")] int Vcpus = 1,
    [Description("Size in MiB of the empty disk of a machine that is installed from a CD, 1 to 8388608.")] long DiskMib = 20480,
    [Description("Name of the host; the only one, or the first that is up, when left out.")] string? Node = null,
    [Description("Name of the host's storage its disk is to lie in; the usual one when left out.")] string? Storage = null,
    Guid Domain = default)
    : IRequest<ImportDomain>, IMakesDomain, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("import_domain", Lane.Disk, "Make a machine from an image in the library.")
    {
        Grant = Grant.CreateMachine,
        Fold = Fold.Never,
        Tell = Tell.Outcome,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (File.Length is 0 or > 255 || File is "." or ".." || File.AsSpan().IndexOfAny('/', '\0') >= 0) yield return "file is the name of an image in the library, without a folder.";
        foreach (var problem in DomainNames.Problems(Name)) yield return problem;
        if (Alias is { Length: 0 or > 190 }) yield return "alias has 1 to 190 characters.";
        if (MemoryMib is < 64 or > 1_048_576) yield return "memory_mib is between 64 and 1048576.";
        if (DiskMib is < 1 or > AddDisk.MostMib) yield return $"disk_mib is between 1 and {AddDisk.MostMib}.";
        if (Vcpus is < 1 or > 64) yield return "vcpus is between 1 and 64.";
        foreach (var problem in MoveVolume.StorageProblems(Storage)) yield return problem;
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    Guid? IRequest.AboutDomain() => Domain;

    Guid? IRequest.JudgedOn() => null;

    /// <inheritdoc/>
    public IRequest WithDomain(Guid domain) => this with { Domain = domain };

    /// <inheritdoc/>
    public async Task<DomainRow> NewDomain(DbSession db, Caller caller, DomainRow? judged)
    {
        var nodes = (await NodesTable.All(db)).Where(n => n.IsEnabled && (Node is null || n.Name == Node)).ToList();
        var node = nodes.OrderByDescending(n => n.State == NodeState.Up).ThenBy(n => n.Id).FirstOrDefault()
            ?? throw new RequestRefusedException("no_node", Node is null ? "There is no host yet. Add one with: broker nodes add." : $"There is no enabled host called {Node}.");
        return DomainsTable.New(Name, caller.UserId, node.Id, MemoryMib * 1024L, Vcpus) with { Alias = Alias, Description = Description };
    }

    /// <inheritdoc/>
    public async Task<Take?> Takes(DbSession db, DomainRow about) =>
        // beside a CD it gets an empty disk; of other images the host has told how big they are
        new Take(about.OwnerId, about.Id)
        {
            DiskBytes = (await NodesTable.Library(db)).FirstOrDefault(i => i.NodeId == about.NodeId && i.File == File)?.CapacityBytes ?? DiskMib << 20,
        };
}
