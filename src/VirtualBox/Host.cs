using System.Globalization;

namespace VirtualBox;

/// <summary>The host as VirtualBox sees it, at one moment.</summary>
/// <param name="Cpus">Its CPUs that are online, threads counted.</param>
/// <param name="Cores">Its cores that are online.</param>
/// <param name="MemoryMiB">Its memory.</param>
/// <param name="FreeMemoryMiB">What of it is available.</param>
/// <param name="RunsMachines">Whether its CPUs have hardware virtualization: VirtualBox needs it since 6.1. That there is a driver it does not say.</param>
/// <param name="System">Its system: <c>Linux</c>.</param>
/// <param name="SystemVersion">That system's version, of the kernel.</param>
public sealed record Host(int Cpus, int Cores, long MemoryMiB, long FreeMemoryMiB, bool RunsMachines, string System, string SystemVersion)
{
    /// <summary>Asks for it.</summary>
    /// <exception cref="FormatException">VBoxManage said something else.</exception>
    public static async Task<Host> Read(VBoxManage vbox, CancellationToken cancel = default) =>
        Parse((await vbox.Run(vbox.Command("list", "hostinfo"), cancel: cancel)).Output);

    internal static Host Parse(string output)
    {
        var block = Blocks.One(output);
        return new(
            (int)Number("Processor online count"), (int)Number("Processor online core count"), Number("Memory size"), Number("Memory available"),
            Text("Processor supports HW virtualization") == "yes", Text("Operating system"), Text("Operating system version"));

        string Text(string key) => block.GetValueOrDefault(key) ?? throw new FormatException($"VBoxManage's report of the host lacks {key}.");
        long Number(string key) => long.TryParse(Text(key).Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"VBoxManage's report of the host has '{Text(key)}' for {key}.");
    }
}
