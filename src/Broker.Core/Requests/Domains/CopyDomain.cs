using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Nodes;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a second machine with what is on the disks of one that is off: of a desktop one more of the same base, of a machine of its own another such.</summary>
/// <param name="Source">Id of the machine.</param>
/// <param name="Name">The copy's name, in any letters; the machine's with a number behind it when left out.</param>
/// <param name="Domain">Set by the server.</param>
public sealed record CopyDomain(
    [Description("The machine, which is off.")] Guid Source,
    [Description("The copy's name; the machine's with a number behind it when left out.")] string? Name = null,
    Guid Domain = default) : IRequest<CopyDomain>, IMakesDomain, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("copy_domain", Lane.Disk, "Make a second machine with the same content.")
    {
        Grant = Grant.Clone,
        Aliases = ["copy"],
        Fold = Fold.Never,
        Tell = Tell.Outcome,
        OfferedOn = d => d is { IsBase: false, HasEnded: false, State: DomainState.Shutdown },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Name is null ? [] : DomainNames.WrittenProblems(Name);

    // It can't be started while it is copied.
    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain, Source);

    Guid? IRequest.AboutDomain() => Domain;

    Guid? IRequest.JudgedOn() => Source;

    /// <inheritdoc/>
    public IRequest WithDomain(Guid domain) => this with { Domain = domain };

    /// <inheritdoc/>
    public async Task<DomainRow> NewDomain(DbSession db, Caller caller, DomainRow? judged)
    {
        var source = judged!;
        if (source.IsBase) throw new RequestRefusedException("is_a_base", $"{source.Name} is a base: it is not copied but cloned, with {Clone.Spec.Word}.");
        if (!source.IsWhole || source.HasEnded) throw new RequestRefusedException("not_copyable", $"{source.Name} can't be copied: {source.StateDetail?.TrimEnd('.') ?? "it is not whole"}.");
        // all of its disk is made anew, as by an import; a desktop's copy grows from the same base
        if (source.PoolUse is not null && May.Do(caller, Grant.CreateMachine, source) is { IsAllowed: false })
            throw new RequestRefusedException("is_of_pool", $"{source.Name} is lent to you from a pool: what is to last, keep elsewhere, or ask your administrator for a desktop of your own.");
        if (source.BaseId is null && May.Do(caller, Grant.CreateMachine, source) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        if (await NodesTable.Get(db, source.NodeId) is { IsEnabled: false } node)
            throw new RequestRefusedException("node_disabled", $"{node.Name}, the host of {source.Name}, gets no new machines for the time being.");
        var (name, alias) = Name is null ? (await DomainNames.FirstFree(db, source.Name), source.Alias) : DomainNames.Written(Name);
        return DomainsTable.New(name, caller.UserId, source.NodeId, source.MemoryKib, source.Vcpus) with
        {
            Alias = alias,
            Description = source.Description,
            BaseId = source.BaseId,
            BaseOwnerId = source.BaseOwnerId,
            IsVolatile = caller.IsTemporary || source.IsVolatile,
            Hardware = source.Hardware,
            RunTimeoutSeconds = source.RunTimeoutSeconds,
            ShutdownTimeoutSeconds = source.ShutdownTimeoutSeconds,
            ShutdownDisconnected = source.ShutdownDisconnected,
            DisconnectGraceSeconds = source.DisconnectGraceSeconds,
            SnapshotLimit = source.SnapshotLimit,
        };
    }

    /// <inheritdoc/>
    public async Task<Take?> Takes(DbSession db, DomainRow about) =>
        new Take(about.OwnerId, about.Id) { IsClone = about.BaseId is not null, DiskBytes = await VolumesTable.Capacity(db, Source) };
}
