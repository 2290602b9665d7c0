using System.Diagnostics;

namespace VirtualBox.Tests;

/// <summary>
/// What the VNC module of the real VirtualBox does with what it is told. Machines don't run here, so a small program (<c>vnc-module.c</c>) loads the module as
/// VirtualBox would, in a network of its own. <see cref="RemoteDisplay"/> refuses what is shown here to do harm, and tells of what can't be helped.
/// </summary>
[Collection("real VirtualBox")]
[Trait("Category", "Long")]
public sealed class VncModuleTests(RealVirtualBox real)
{
    private const string Loopback5901 = "listens 0100007F:170D";
    private const string EverywhereIPv6At5900 = "listens 00000000000000000000000000000000:170C";

    [VncModuleFact]
    public async Task ItListensWhereItIsToldAndAlsoAtIPv6() =>
        Assert.Equal(["port 5901", Loopback5901, EverywhereIPv6At5900, "asks 2"], await Run("5901", "127.0.0.1", "s3cret"));

    [VncModuleFact]
    public async Task OfSeveralPortsItTriesTheFirst() =>
        Assert.Equal(["port 5901", Loopback5901, EverywhereIPv6At5900, "asks 2"], await Run("5901-5910", "127.0.0.1", "s3cret"));

    [VncModuleFact]
    public async Task ItSaysNothingOfAPortThatIsTaken() =>
        Assert.Equal(["port 5901", Loopback5901], await Run("5901", "127.0.0.1", "s3cret", "taken"));

    [VncModuleFact]
    public async Task WithoutAPasswordItLetsEverybodyIn() => Assert.Equal("asks 1", (await Run("5901", "127.0.0.1", ""))[^1]);

    [VncModuleFact]
    public async Task ToldAnIPv6AddressItListensWhereNobodyCanReachIt() =>
        Assert.Equal(["port 5901", "listens FFFFFFFF:170D", EverywhereIPv6At5900], await Run("5901", "::1", "s3cret"));

    private async Task<string[]> Run(params string[] arguments)
    {
        var program = Path.Combine(real.NewFolder(), "vnc-module");
        await Output("gcc", "-o", program, Path.Combine(AppContext.BaseDirectory, "vnc-module.c"), "-ldl");
        var root = (await Output(Path.Combine(AppContext.BaseDirectory, "real-virtualbox.sh"))).Trim();
        const string Inside = """ip link set lo up && mount -t proc proc "$0/proc" && mount --bind /tmp "$0/tmp" && exec chroot "$0" "$@" """;
        var output = await Output("unshare", ["--mount", "--net", "--propagation", "private", "sh", "-c", Inside, root, program, .. arguments]);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> Output(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}");
        return output;
    }
}

/// <summary>A test of the real VNC module; skipped, with the reason, where it can't be loaded.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VncModuleFactAttribute : FactAttribute
{
    public VncModuleFactAttribute() => Skip = RealVirtualBox.WhyNot ?? (File.Exists("/usr/bin/gcc") ? null : "gcc is missing, for vnc-module.c.");
}
