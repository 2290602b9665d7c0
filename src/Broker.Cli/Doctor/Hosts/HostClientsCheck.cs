using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>The host sees who is connected to ports of guests, so that nobody who works in one without the portal is taken for absent.</summary>
internal sealed class HostClientsCheck : IHostCheck
{
    public string Id => "host_clients";

    public string Title => "Who is connected";

    public Finding Judge(NodeReport report) => report.Facts.GetValueOrDefault("untracked") switch
    {
        null => Finding.NotApplicable("This host is not asked for it."),
        "" => Finding.Ok("Seen, at displays and at ports of guests."),
        var why => Finding.Warning($"Whoever is connected to a guest's ports is not seen, and counts as absent ({why}).", "apt-get install conntrack && modprobe nf_conntrack"),
    };
}
