namespace VirtualBox;

/// <summary>A part of VirtualBox that is installed by itself.</summary>
/// <param name="Name">Its name: <c>VNC</c>.</param>
/// <param name="Version">Its version, as VirtualBox writes it: that of the VirtualBox it is for.</param>
/// <param name="DisplayModule">Its module for remote displays; null if it has none.</param>
/// <param name="WhyNot">Why VirtualBox can't use it; null if it can.</param>
public sealed record ExtensionPack(string Name, string Version, string? DisplayModule, string? WhyNot)
{
    /// <summary>The module that speaks VNC. Systems that build VirtualBox themselves have it; it is no part of Oracle's packages.</summary>
    public const string VncModule = "VBoxVNC";

    /// <summary>All that are installed.</summary>
    public static async Task<IReadOnlyList<ExtensionPack>> List(VBoxManage vbox, CancellationToken cancel = default) =>
        Parse((await vbox.Run(vbox.Command("list", "extpacks"), cancel: cancel)).Output);

    /// <summary>The pack by which machines have their remote displays, where they are not told another.</summary>
    /// <exception cref="ExtensionPackException">There is none, or VirtualBox can't use it.</exception>
    public static async Task<ExtensionPack> ForDisplays(VBoxManage vbox, CancellationToken cancel = default)
    {
        var properties = Blocks.One((await vbox.Run(vbox.Command("list", "systemproperties"), cancel: cancel)).Output);
        var name = properties.GetValueOrDefault("Remote desktop ExtPack");
        return await ForDisplays(vbox, string.IsNullOrEmpty(name) ? null : name, cancel);
    }

    /// <summary>The pack of this name, by which a machine may have its remote display.</summary>
    /// <exception cref="ExtensionPackException">There is none, VirtualBox can't use it, or it has no remote displays.</exception>
    internal static async Task<ExtensionPack> ForDisplays(VBoxManage vbox, string? name, CancellationToken cancel)
    {
        var packs = await List(vbox, cancel);
        var pack = packs.FirstOrDefault(p => p.Name == name);
        if (pack is { DisplayModule: not null, WhyNot: null }) return pack;
        var others = packs.Where(p => p is { DisplayModule: not null, WhyNot: null }).Select(p => $"'{p.Name}'").ToArray();
        var why = pack switch
        {
            null when name is null => "VirtualBox has no extension pack for remote displays",
            null => $"VirtualBox has no extension pack '{name}'",
            { WhyNot: { } reason } => $"VirtualBox can't use its extension pack '{name}' ({reason})",
            _ => $"The extension pack '{name}' has no remote displays",
        };
        throw new ExtensionPackException(others.Length > 0
            ? $"{why}. It can use {string.Join(", ", others)}: name that, or make it the default (VBoxManage setproperty vrdeextpack)."
            : $"{why}. Debian's VirtualBox brings the pack VNC; elsewhere install one with VBoxManage extpack install.");
    }

    internal static IReadOnlyList<ExtensionPack> Parse(string output) =>
    [
        .. from block in Blocks.Parse(output, key => key.StartsWith(Number, StringComparison.Ordinal))
           let module = block.GetValueOrDefault("VRDE Module")
           let isUsable = block.GetValueOrDefault("Usable") == "true"
           let why = block.GetValueOrDefault("Why unusable")
           select new ExtensionPack(
               block.First(p => p.Key.StartsWith(Number, StringComparison.Ordinal)).Value,
               block.GetValueOrDefault("Version") ?? "",
               string.IsNullOrEmpty(module) ? null : module,
               isUsable ? null : string.IsNullOrEmpty(why) ? "it does not say why" : why),
    ];

    private const string Number = "Pack no.";
}

/// <summary>VirtualBox has no extension pack that does what is wanted. The message says which it has, or where one comes from.</summary>
public sealed class ExtensionPackException : Exception
{
    internal ExtensionPackException(string message) : base(message)
    {
    }
}
