using System.Globalization;
using Broker.Core.Nodes;
using Broker.Core.Requests;

namespace Broker.Cli.Doctor;

/// <summary>A back end takes the question up, and the host answers it soon.</summary>
internal sealed class HostAnswers : ICheck
{
    private const double SlowMs = 1000;

    public string Id => "host_answers";

    public string Title => "Answer";

    public Area Area => Area.Host;

    public static Finding Judge(RequestRow request, NodeReport? report, TimeSpan patience)
    {
        if (report is null)
        {
            return request.HasEnded
                ? Finding.Failed($"Request {request.Id}: {request.ErrorText}", "systemctl status libvirtd; broker nodes list")
                : Finding.Failed($"No back end answered within {patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s (request {request.Id}).", "systemctl status broker-backend; broker doctor --timeout 60");
        }

        var said = string.Create(CultureInfo.InvariantCulture, $"{report.Domains} machines listed in {report.AnswerMs:0.#} ms, asked from {report.BackEndHost}.");
        return report.AnswerMs > SlowMs ? Finding.Warning(said, "look for what keeps the host busy: systemctl status libvirtd") : Finding.Ok(said);
    }
}
