using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Writes down whose a machine is now. Its host knows no owners.</summary>
public sealed class ChangeOwnerHandler : IHandler<ChangeOwner>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ChangeOwner request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.PoolUse is PoolUse.Returned)
            throw new RequestFailedException("is_of_pool", $"{domain.Name} has just gone back to its pool and is being made fresh. Choose another one, or try again in a minute.");
        var user = await work.Read(db => ChangeOwner.Heir(db, domain, request.Owner));
        work.AtEnd(async db =>
        {
            await DomainsTable.SetOwner(db, domain, user.Id);
        });
        return new { domain = domain.Id, owner = user.Name };
    }
}
