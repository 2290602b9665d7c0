using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;

namespace Broker.Core.Telemetry;

/// <summary>Tells systemd when the program is ready and when it begins to stop (<c>Type=notify</c>). Without systemd there is nobody to tell.</summary>
internal sealed class ServiceState(string? address) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken) => Tell("READY=1");

    public Task StoppingAsync(CancellationToken cancellationToken) => Tell("STOPPING=1");

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task Tell(string state)
    {
        if (string.IsNullOrEmpty(address)) return;
        // @ is the first byte of a name that lies in no folder, a zero in truth
        var end = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await socket.SendToAsync(Encoding.UTF8.GetBytes(state), end);
    }
}
