using System.Globalization;

namespace VirtualBox.Simulator;

/// <summary>
/// What can be made to go wrong in a home: files in a folder of it, looked at by each command. What a file holds is told with each; empty is always.
/// </summary>
/// <param name="home">The home (<c>VBOX_USER_HOME</c>).</param>
public sealed class Knobs(string home)
{
    /// <summary>The folder in the home.</summary>
    public const string Folder = "knobs";

    /// <summary>Milliseconds before each answer.</summary>
    public const string Delay = "delay";

    /// <summary>How many commands stand still for 10 s, as VBoxManage's now and then do.</summary>
    public const string Stall = "stall";

    /// <summary>How many commands find no server (<c>NS_ERROR_FACTORY_NOT_REGISTERED</c>).</summary>
    public const string NoServer = "no-server";

    /// <summary>How many commands find the machine locked by somebody else.</summary>
    public const string Lock = "lock";

    /// <summary>The kernel has no driver: no machine starts, and there is no host-only interface.</summary>
    public const string NoDriver = "no-driver";

    /// <summary>Guests do not hear their power button; UUIDs of machines for those only.</summary>
    public const string DeafToAcpi = "acpi-ignored";

    /// <summary>Guests end in <c>gurumeditation</c>: at their <c>start</c>, or at their <c>button</c>.</summary>
    public const string GuestDies = "guest-dies";

    /// <summary>Milliseconds for which a machine stays locked after it was switched off.</summary>
    public const string SlowUnlock = "slow-unlock";

    /// <summary>The warning of the script <c>/usr/bin/VBoxManage</c> comes before each answer.</summary>
    public const string WrapperNoise = "wrapper-noise";

    /// <summary>Milliseconds that a guest needs to boot, and to shut down; 20 without it.</summary>
    public const string GuestDelay = "guest-delay";

    /// <summary>Milliseconds for each tenth of a copy.</summary>
    public const string CopyDelay = "copy-delay";

    /// <summary>What the script <c>/usr/bin/VBoxManage</c> writes before the answer where there is no driver.</summary>
    internal const string Noise = """
        WARNING: The character device /dev/vboxdrv does not exist.
        	 Please install the virtualbox-dkms package and the appropriate
        	 headers, most likely linux-headers-amd64.

        	 You will not be able to start VMs until this problem is fixed.

        """;

    /// <summary>Turns a knob.</summary>
    public void Set(string knob, string value = "")
    {
        Directory.CreateDirectory(Path.Combine(home, Folder));
        File.WriteAllText(PathOf(knob), value);
    }

    /// <summary>Turns a knob, to a number.</summary>
    public void Set(string knob, int value) => Set(knob, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Turns a knob back.</summary>
    public void Clear(string knob)
    {
        if (IsOn(knob)) File.Delete(PathOf(knob));
    }

    /// <summary>Whether a knob is turned.</summary>
    public bool IsOn(string knob) => File.Exists(PathOf(knob));

    /// <summary>What a knob is turned to, null if it isn't.</summary>
    internal string? Text(string knob) => IsOn(knob) ? File.ReadAllText(PathOf(knob)).Trim() : null;

    /// <summary>A knob's milliseconds.</summary>
    internal TimeSpan Time(string knob, int otherwise = 0) =>
        TimeSpan.FromMilliseconds(int.TryParse(Text(knob), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise);

    /// <summary>Takes one of a knob's times; without a number it is for ever.</summary>
    internal bool Take(string knob)
    {
        if (Text(knob) is not { } text) return false;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var left)) return true;
        if (left <= 1) File.Delete(PathOf(knob));
        else File.WriteAllText(PathOf(knob), $"{left - 1}");
        return left > 0;
    }

    private string PathOf(string knob) => Path.Combine(home, Folder, knob);
}
