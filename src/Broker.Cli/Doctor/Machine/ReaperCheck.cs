namespace Broker.Cli.Doctor;

/// <summary>The first process takes in orphans at once. QEMU is one: where it stays a zombie, each end of a guest takes two seconds longer.</summary>
internal sealed class ReaperCheck : ILocalCheck
{
    private static readonly string[] Known = ["systemd", "init", "tini", "dumb-init", "docker-init", "catatonit", "s6-svscan", "runit", "openrc-init", "unshare", "podman-init"];

    public string Id => "reaper";

    public string Title => "First process";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject) => !subject.HasLibvirt ? Subject.NoLibvirt : Judge(subject.Files.Text("/proc/1/comm")?.Trim());

    public static Finding Judge(string? name) => name is not null && Known.Contains(name)
        ? Finding.Ok($"{name} takes in orphans.")
        : Finding.Warning($"{name ?? "Process 1"} may not take in orphans at once: each end of a guest can take two seconds longer.", "start the container with an init, such as docker run --init");
}
