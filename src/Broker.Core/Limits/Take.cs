using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Core.Limits;

/// <summary>What somebody's machine has once something is done. It is held against what he may have, together with all else that he has.</summary>
/// <param name="UserId">Whose it is then.</param>
/// <param name="Domain">The machine, whose present disks, memory and so on do not count; null for what comes on top of what is there.</param>
public sealed record Take(long UserId, Guid? Domain)
{
    /// <summary>It is made from a base.</summary>
    public bool IsClone { get; init; }

    /// <summary>The size of its disks, or of what comes on top; null when nothing is done to them.</summary>
    public long? DiskBytes { get; init; }

    /// <summary>Its memory, if it runs then; null when nothing is done to that.</summary>
    public long? MemoryKib { get; init; }
}

/// <summary>A request for something that people may have so much of. It is looked at when the request is written, and again when it is handled.</summary>
public interface ITakes : IRequest
{
    /// <summary>Key of the user whose limits count: of whose it is then.</summary>
    /// <param name="about">The machine that it is about, as it is now; or as it is to be made.</param>
    long TakesFor(DomainRow about) => about.OwnerId;

    /// <summary>What it takes; null when it is nothing that is limited.</summary>
    /// <param name="db">Where to look.</param>
    /// <param name="about">The machine that it is about, as it is now; or as it is to be made.</param>
    Task<Take?> Takes(DbSession db, DomainRow about);
}
