using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Backend.Requests.Domains;

/// <summary>The same for all clones of a base that need it.</summary>
internal static class EachClone
{
    private const int AtOnce = 50;

    /// <summary>Writes a request for each, some at a time: whoever takes this up again goes on with those that are left.</summary>
    /// <param name="work">The claim.</param>
    /// <param name="origin">The base.</param>
    /// <param name="pick">Those that need it.</param>
    /// <param name="ask">Asks for one.</param>
    public static async Task<object?> Ask(
        Work work, Guid origin, Func<DbSession, IReadOnlyList<DomainRow>, Task<IReadOnlyList<Guid>>> pick, Func<DbSession, Guid, Task<long>> ask)
    {
        var domain = await work.Domain(origin);
        if (!domain.IsBase) throw new RequestFailedException("not_a_base", $"{domain.Name} is not a base: it has no clones.");
        var (all, picked) = await work.Read(async db =>
        {
            var clones = await DomainsTable.ClonesOf(db, origin);
            return (clones.Count, await pick(db, clones));
        });
        var (requests, refused) = (new List<long>(), 0);
        foreach (var some in picked.Chunk(AtOnce))
        {
            await work.Write(async db =>
            {
                RequestsTable.Progress(db, work.Row, 100 * requests.Count / picked.Count, $"{requests.Count} of {picked.Count} asked for");
                foreach (var clone in some)
                {
                    try
                    {
                        requests.Add(await ask(db, clone));
                    }
                    catch (RequestRefusedException)
                    {
                        // somebody else's, or just gone
                        refused++;
                    }
                }
            });
        }

        return new { requests, skipped = all - picked.Count, refused };
    }
}
