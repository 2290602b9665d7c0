namespace Broker.Cli.Doctor;

/// <summary>What is installed as a service runs.</summary>
internal sealed class UnitsCheck : ILocalCheck
{
    private static readonly string[] Units = ["broker-backend.service", "broker-frontend.service"];
    private static readonly string[] Places = ["/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    public string Id => "units";

    public string Title => "Services";

    public Area Area => Area.Machine;

    // A unit that runs has a control group; asking systemd itself would take a process.
    public Finding Look(Subject subject) => Judge(
        subject.Files.Exists("/run/systemd/system"),
        [.. Units.Where(u => Places.Any(p => subject.Files.Exists($"{p}/{u}")))],
        [.. Units.Where(u => subject.Files.Exists($"/sys/fs/cgroup/system.slice/{u}") || subject.Files.Exists($"/sys/fs/cgroup/systemd/system.slice/{u}"))]);

    public static Finding Judge(bool hasSystemd, IReadOnlyList<string> installed, IReadOnlyList<string> running)
    {
        if (installed.Count == 0) return Finding.NotApplicable("Broker is not installed as a service here.");
        if (!hasSystemd) return Finding.NotApplicable("systemd does not run here.");
        return installed.Except(running).ToList() is { Count: > 0 } down
            ? Finding.Failed($"Not running: {string.Join(", ", down)}.", $"systemctl enable --now {string.Join(' ', down)}; journalctl -u {down[0]} -n 50")
            : Finding.Ok($"Running: {string.Join(", ", installed)}.");
    }
}
