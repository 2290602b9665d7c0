using System.Globalization;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>How a disk behaves when machines write to it.</summary>
public enum MediumType
{
    /// <summary>One machine writes; snapshots lay a difference over it.</summary>
    Normal,

    /// <summary>Never written: each machine has a difference of its own, which each start empties.</summary>
    Immutable,

    /// <summary>Snapshots leave it out.</summary>
    Writethrough,

    /// <summary>Several machines write at once, with a file system made for it.</summary>
    Shareable,

    /// <summary>Never written.</summary>
    Readonly,

    /// <summary>Never written: each machine has a difference of its own, which stays.</summary>
    MultiAttach,
}

/// <summary>A hard disk as VirtualBox knows it, with the disks it comes from and those that come from it.</summary>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Parent">The disk whose difference it holds; null for one that stands alone.</param>
/// <param name="Location">Its path.</param>
/// <param name="Format">VDI, VMDK, VHD, …</param>
/// <param name="Type">How it behaves.</param>
/// <param name="CapacityMiB">What a machine sees, in MiB; 0 if its file can't be read.</param>
/// <param name="Machines">The machines that use it, now or in a snapshot.</param>
/// <param name="Children">The disks that hold differences from it. They are lost if it changes.</param>
public sealed partial record Medium(
    Guid Uuid, Guid? Parent, string Location, string Format, MediumType Type, long CapacityMiB,
    IReadOnlyCollection<Guid> Machines, IReadOnlyCollection<Guid> Children)
{
    /// <summary>All hard disks that VirtualBox knows: the trees of bases and clones, by <see cref="Parent"/> and <see cref="Children"/>.</summary>
    public static async Task<IReadOnlyList<Medium>> List(VBoxManage vbox, CancellationToken cancel = default) =>
        Parse((await vbox.Run(vbox.Command("list", "--long", "hdds"), cancel: cancel)).Output);

    /// <summary>One hard disk, by its path or UUID; one that VirtualBox does not know yet is opened for a look.</summary>
    /// <exception cref="VBoxManageException">There is none (<see cref="ErrorCode.FileError"/>, <see cref="ErrorCode.ObjectNotFound"/>).</exception>
    public static async Task<Medium> Get(VBoxManage vbox, string pathOrUuid, CancellationToken cancel = default)
    {
        if (!Guid.TryParse(pathOrUuid, out _)) Names.MediumPath(pathOrUuid);
        var output = (await vbox.Run(vbox.Command("showmediuminfo", "disk", pathOrUuid), cancel: cancel)).Output;
        return Parse(output) is [var medium, ..] ? medium : throw new FormatException($"VBoxManage said '{output.Trim()}' of {pathOrUuid}.");
    }

    /// <summary>Makes an empty disk that grows as it is written to, in VirtualBox's own format (VDI).</summary>
    /// <param name="vbox">Runs the command.</param>
    /// <param name="path">Where; its folder is made too.</param>
    /// <param name="capacityMiB">What a machine sees, in MiB.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="VBoxManageException">The file exists already, or can't be written.</exception>
    public static async Task<Medium> Create(VBoxManage vbox, string path, long capacityMiB, CancellationToken cancel = default)
    {
        if (capacityMiB < 1) throw new ArgumentException($"A disk has 1 MiB or more, not {capacityMiB}.", nameof(capacityMiB));
        await vbox.Run(vbox.Command("createmedium", "disk", "--filename", Names.MediumPath(path), "--size", $"{capacityMiB}"), cancel: cancel);
        return await Get(vbox, path, cancel);
    }

    /// <summary>Makes a disk that holds differences from another one; that must not be attached to a machine, unless in a snapshot.</summary>
    /// <exception cref="VBoxManageException">The file exists already, or can't be written.</exception>
    public static async Task<Medium> CreateDifference(VBoxManage vbox, string path, Guid parent, CancellationToken cancel = default)
    {
        var command = vbox.Command("createmedium", "disk", "--filename", Names.MediumPath(path), "--format", "VDI", "--diffparent", $"{parent}");
        await vbox.Run(command, cancel: cancel);
        return await Get(vbox, path, cancel);
    }

    /// <summary>Copies a disk, with all it comes from, into a new one of VirtualBox's own format (VDI) that stands alone.</summary>
    /// <param name="vbox">Runs the command.</param>
    /// <param name="source">The disk to copy.</param>
    /// <param name="path">Where the copy goes.</param>
    /// <param name="progress">Gets percentages.</param>
    /// <param name="cancel">Ends it, and leaves nothing behind.</param>
    public static async Task<Medium> Copy(VBoxManage vbox, Guid source, string path, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        var command = vbox.Command("clonemedium", "disk", $"{source}", Names.MediumPath(path), "--format", "VDI") with
        {
            TimeLimit = TimeSpan.FromHours(6),
            IsLong = true,
        };
        await vbox.Run(command, progress, cancel);
        return await Get(vbox, path, cancel);
    }

    /// <summary>Lets a disk grow; it can't shrink.</summary>
    /// <exception cref="VBoxManageException">It would shrink (<see cref="ErrorCode.NotSupported"/>), or others hold differences from it.</exception>
    public static Task Resize(VBoxManage vbox, Guid medium, long capacityMiB, CancellationToken cancel = default) =>
        vbox.Run(
            vbox.Command("modifymedium", "disk", $"{medium}", "--resize", $"{capacityMiB}") with { TimeLimit = TimeSpan.FromMinutes(30), IsLong = true },
            cancel: cancel);

    /// <summary>Gives a disk's file another place, while no machine runs with it; disks above and below it follow.</summary>
    /// <exception cref="VBoxManageException">The file exists already, or can't be written.</exception>
    public static Task Move(VBoxManage vbox, Guid medium, string path, CancellationToken cancel = default) =>
        vbox.Run(
            vbox.Command("modifymedium", "disk", $"{medium}", "--move", Names.MediumPath(path)) with { TimeLimit = TimeSpan.FromHours(6), IsLong = true },
            cancel: cancel);

    /// <summary>Changes how a disk behaves, while no machine has it.</summary>
    public static Task SetType(VBoxManage vbox, Guid medium, MediumType type, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("modifymedium", "disk", $"{medium}", "--type", MachineSettings.Word(type)), cancel: cancel);

    /// <summary>Deletes a disk with its file.</summary>
    /// <exception cref="VBoxManageException">A machine uses it, or others hold differences from it. Nothing was done.</exception>
    public static Task Delete(VBoxManage vbox, Guid medium, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("closemedium", "disk", $"{medium}", "--delete") with { TimeLimit = TimeSpan.FromMinutes(10), IsLong = true }, cancel: cancel);

    internal static IReadOnlyList<Medium> Parse(string output)
    {
        // Paths and names are not escaped. A name made to look like a further record adds users and children to a disk, but takes none away.
        var media = new Dictionary<Guid, Medium>();
        foreach (var text in RecordStart().Split(output).Where(t => t.StartsWith("UUID:", StringComparison.Ordinal)))
        {
            if (!Guid.TryParse(Field(text, "UUID"), out var uuid)) continue;
            var usage = UsageText().Match(text).Value;
            var machines = User().Matches(usage).Select(m => Guid.Parse(m.Groups["uuid"].Value));
            var children = ChildList().Match(text) is { Success: true } list ? Uuid36().Matches(list.Value).Select(m => Guid.Parse(m.Value)) : [];
            var before = media.GetValueOrDefault(uuid);
            media[uuid] = before is null
                ? new(uuid, Guid.TryParse(Field(text, "Parent UUID"), out var parent) ? parent : null, Field(text, "Location"), Field(text, "Storage format"),
                    TypeOf(Field(text, "Type")), Number(Field(text, "Capacity")), machines.ToHashSet(), children.ToHashSet())
                : before with { Machines = machines.Union(before.Machines).ToHashSet(), Children = children.Union(before.Children).ToHashSet() };
        }
        return [.. media.Values];
    }

    /// <summary>The text after a label at the beginning of a line.</summary>
    private static string Field(string record, string label)
    {
        foreach (var line in record.Split('\n'))
            if (line.StartsWith(label + ":", StringComparison.Ordinal)) return line[(label.Length + 1)..].Trim();
        return "";
    }

    private static MediumType TypeOf(string text) =>
        Enum.TryParse<MediumType>(text.Split(' ')[0].Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var type) ? type : MediumType.Normal;

    private static long Number(string text) => long.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"(?<=\n)\r?\n(?=UUID:)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RecordStart();

    [GeneratedRegex(@"^In use by VMs:.*?(?=^Child UUIDs:|\z)", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UsageText();

    // Also the snapshots' UUIDs, in square brackets: those are of no machine, and left out.
    [GeneratedRegex(@"\(UUID: (?<uuid>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\)(?!\])", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex User();

    [GeneratedRegex(@"^Child UUIDs:(\s+[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})+",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ChildList();

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Uuid36();
}
