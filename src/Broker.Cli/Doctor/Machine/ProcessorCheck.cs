namespace Broker.Cli.Doctor;

/// <summary>The processor can run guests by itself, and, where this machine is a guest, so can its own.</summary>
internal sealed class ProcessorCheck : ILocalCheck
{
    public string Id => "processor";

    public string Title => "Processor";

    public Area Area => Area.Machine;

    public Finding Look(Subject subject) => !subject.HasLibvirt ? Subject.NoLibvirt : Judge(
        subject.Files.Text("/proc/cpuinfo") ?? "",
        subject.Files.Text("/sys/module/kvm_intel/parameters/nested") ?? subject.Files.Text("/sys/module/kvm_amd/parameters/nested"));

    public static Finding Judge(string cpuinfo, string? nested)
    {
        var flags = cpuinfo.Split('\n').FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal) || l.StartsWith("Features", StringComparison.Ordinal))?.Split(' ').ToHashSet() ?? [];
        var isGuest = flags.Contains("hypervisor");
        var kind = flags.Contains("vmx") ? "vmx" : flags.Contains("svm") ? "svm" : null;
        if (kind is null)
        {
            return isGuest
                ? Finding.Warning("This machine is itself a guest, and its hypervisor keeps hardware virtualization to itself: guests run many times slower.",
                    "switch nested virtualization on in the hypervisor below, such as cpu mode host-passthrough and kvm_intel nested=1")
                : Finding.Warning("It has neither vmx nor svm: guests run many times slower.", "switch virtualization (VT-x, AMD-V) on in the firmware");
        }

        var guests = nested?.Trim() is "Y" or "1" ? "guests could have guests" : "guests have no guests of their own";
        return Finding.Ok($"{kind}{(isGuest ? ", itself in a guest" : "")}; {guests}.");
    }
}
