using Broker.Backend.Nodes;
using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;

namespace Broker.Backend.Displays;

/// <summary>Pictures of screens.</summary>
public static class Picture
{
    // what the database's column and a page of cards can bear
    private const int MostBytes = 8 << 20;

    /// <summary>The screen as PNG; null when the host can't take pictures.</summary>
    public static Task<byte[]?> Take(Guid domain, Node node, CancellationToken cancel) =>
        node.Run(Gate.Read, vm => vm.As<ICanScreenshot>()?.Screenshot(domain) is { Length: > 0 and < MostBytes } png ? png : null, cancel);

    /// <summary>Keeps how the screen looks before the machine goes off. Nice to have: nothing fails for want of it.</summary>
    public static async Task Keep(DomainRow domain, Node node, Work work)
    {
        try
        {
            if (await Take(domain.Id, node, work.Cancel) is { } png) await work.Write(db => DomainsTable.SetScreenshot(db, domain.Id, png));
        }
        catch (VmException)
        {
            // the last picture stays
        }
    }
}
