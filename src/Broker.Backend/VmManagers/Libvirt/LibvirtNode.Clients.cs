using System.Globalization;
using System.Net;
using System.Xml.Linq;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

internal sealed partial class LibvirtNode : ICanReportClients
{
    private readonly DirectClients _clients;

    public IReadOnlyDictionary<Guid, IPAddress> Clients(IReadOnlyDictionary<IPAddress, Guid> guests) => _clients.Look(guests);

    // once, of what runs already; of what is started from now on events tell
    private void FindDisplays()
    {
        foreach (var domain in _reads.ListAllDomains(ConnectListAllDomainsFlags.Active))
        {
            using (domain)
            {
                try
                {
                    foreach (var display in XElement.Parse(domain.GetXMLDesc()).Elements("devices").Elements("graphics"))
                        foreach (var port in display.Attributes().Where(a => a.Name.LocalName is "port" or "tlsPort"))
                            if (int.TryParse(port.Value, CultureInfo.InvariantCulture, out var number) && number > 0) _clients.Found(domain.GetUUID(), number);
                }
                catch (LibvirtException e) when (e.Code is ErrorNumber.NoDomain)
                {
                    // it has just gone
                }
            }
        }
    }
}
