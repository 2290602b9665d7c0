using Broker.Backend.Displays;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Takes a picture of a desktop's screen.</summary>
public sealed class ScreenshotHandler : IHandler<Screenshot>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(Screenshot request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.State is not (DomainState.Active or DomainState.Paused or DomainState.ShuttingDown))
            throw new RequestFailedException("not_running", $"{domain.Name} is not running: there is no screen to take a picture of.");
        var node = await work.NodeOf(domain);
        var png = await Picture.Take(domain.Id, node, work.Cancel)
            ?? throw new RequestFailedException("not_supported", $"{node.Row.Name} can't take pictures of screens.");
        work.AtEnd(db => DomainsTable.SetScreenshot(db, domain.Id, png));
        return new { domain = domain.Id, bytes = png.Length };
    }
}
