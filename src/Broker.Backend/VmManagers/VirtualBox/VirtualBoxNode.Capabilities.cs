using System.Diagnostics;
using System.Globalization;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// What not every host can do. Addresses of guests are not among it: each is at 10.0.2.15, behind an address translation of its own, where nobody else
/// reaches it.
/// </summary>
internal sealed partial class VirtualBoxNode : ICanHibernate, ICanPause, ICanReset, ICanScreenshot, ICanReportMemory, ICanForwardPorts, ICanExamine
{
    private static readonly TimeSpan LongestPictureWait = TimeSpan.FromSeconds(5);

    public void Hibernate(Guid id) => Work(id, "The domain's memory could not be saved", "saved", async () =>
    {
        var report = await Get(id);
        switch (Lifecycle.Read(report.State).Power)
        {
            case Power.Saved:
                return;
            case Power.Off:
                throw new VmException($"{report.Name} is off: it has no memory that could be saved.");
            default:
                // one that stands still goes on for it, so that it runs when it is started
                _watch.Note(id, await new Machine(_vbox, id).Save());
                return;
        }
    });

    public void Discard(Guid id) => Work(id, "The domain's saved memory could not be discarded", "discarded", async () =>
    {
        if (await Find(id) is { } report && Lifecycle.Read(report.State).Power == Power.Saved) _watch.Note(id, await new Machine(_vbox, id).Discard());
    });

    public void Pause(Guid id) => Work(id, "The domain could not be paused", "user", async () =>
    {
        var report = await Get(id);
        if (Lifecycle.Read(report.State).Power is not (Power.Running or Power.Paused))
            throw new VmException($"{report.Name} is off: there is nothing to pause.");
        _watch.Note(id, await new Machine(_vbox, id).Pause());
    });

    public void Resume(Guid id) => Work(id, "The domain could not go on", "unpaused", async () =>
    {
        var report = await Get(id);
        if (Lifecycle.Read(report.State).Power is not (Power.Running or Power.Paused)) throw new VmException($"{report.Name} is off: start it.");
        _watch.Note(id, await new Machine(_vbox, id).Start());
    });

    public void Reset(Guid id) => Work(id, "The domain could not be reset", "reset", async () =>
    {
        var report = await Get(id);
        if (Lifecycle.Read(report.State).Power != Power.Running) throw new VmException($"{report.Name} is off: there is nothing to reset. Start it.");
        _watch.Note(id, await new Machine(_vbox, id).Reset());
    });

    public HostMemory Memory() => _calls.Ask("The host's memory could not be read", async () =>
    {
        var host = await Host.Read(_vbox);
        return new HostMemory(host.MemoryMiB * 1024, host.FreeMemoryMiB * 1024);
    });

    public byte[] Screenshot(Guid id) => _calls.Ask("The screen could not be photographed", async () =>
    {
        var report = await Get(id);
        if (Lifecycle.Read(report.State).Power == Power.Off && _restarts.TryGetValue(id, out var restart))
        {
            // it is on its way back, which is what the inventory says too
            await Task.WhenAny(restart, Task.Delay(LongestPictureWait, _end.Token));
            report = await Get(id);
        }
        if (Lifecycle.Read(report.State).Power is not (Power.Running or Power.Paused)) throw new VmException($"{report.Name} is off: it has no screen.");
        return await new Machine(_vbox, id).Screenshot();
    });

    public void Forward(Guid id, IReadOnlyList<ForwardedPort> ports) => _calls.Ask("The ports could not be forwarded", async () =>
    {
        var report = await Get(id);
        var folder = _folders.Of(id);
        if (MachineNotes.Read(folder) is not { } notes) throw new VmException($"{report.Name} was not defined here: nothing is forwarded to it.");
        // first, so that the next start does what is left undone now
        (notes with { Ports = ports }).Write(folder);
        await Forwards.Bring(new(_vbox, id), report, ports);
    });

    public IReadOnlyList<ForwardedPort> Forwarded(Guid id) => MachineNotes.Read(_folders.Of(id))?.Ports ?? [];

    public IReadOnlySet<string> FilesOfDomains() => _calls.Ask<IReadOnlySet<string>>("The files of the machines could not be listed",
        async () => (await Medium.List(_vbox)).Select(m => m.Location).ToHashSet());

    public IReadOnlyDictionary<string, string> Examine() => _calls.Ask<IReadOnlyDictionary<string, string>>("The host could not be examined", async () =>
    {
        var asked = Stopwatch.GetTimestamp();
        await Machine.ListRunning(_vbox);
        var took = Stopwatch.GetElapsedTime(asked);
        return new Dictionary<string, string>
        {
            ["security_models"] = "",
            ["probe_ms"] = took.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
            ["displays"] = _displays.Problem ?? Facts["displays"],
            ["virtualbox_driver"] = File.Exists(DriverDevice) ? "loaded" : $"missing: there is no {DriverDevice}. Load it: modprobe vboxdrv",
        };
    });
}
