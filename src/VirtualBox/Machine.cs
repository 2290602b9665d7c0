using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>One line of the list of machines.</summary>
/// <param name="Uuid">What it is addressed by.</param>
/// <param name="Name">Its name, which others may have too; null if VirtualBox can't read its file.</param>
public sealed record MachineEntry(Guid Uuid, string? Name);

/// <summary>
/// A machine, addressed by its UUID. Holds nothing of it: <see cref="Read"/> tells what it is now. Commands that change it run one at a time; those of
/// other programs are waited for, see <see cref="VBoxManage.LockPauses"/>. All of them throw <see cref="MachineNotFoundException"/> when it is gone,
/// <see cref="VBoxManageException"/> when VirtualBox refuses, <see cref="TimeoutException"/> when it does not answer.
/// </summary>
/// <param name="vbox">Runs the commands.</param>
/// <param name="uuid">The machine's; nothing is asked yet.</param>
public sealed partial class Machine(VBoxManage vbox, Guid uuid)
{
    /// <summary>Its UUID.</summary>
    public Guid Uuid { get; } = uuid;

    private string Id => $"{Uuid}";

    /// <summary>Makes and registers a machine.</summary>
    /// <exception cref="ArgumentException">The name would leave the machine folder, or can't be one.</exception>
    /// <exception cref="MachineExistsException">Its folder has one of this name.</exception>
    /// <exception cref="VBoxManageException">VirtualBox does not know the system (<see cref="NewMachine.OSType"/>), or can't write there.</exception>
    public static async Task<Machine> Create(VBoxManage vbox, NewMachine machine, CancellationToken cancel = default)
    {
        var arguments = machine.Arguments().Prepend("createvm").ToList();
        if (machine.OSType is not null) arguments.AddRange(["--ostype", machine.OSType]);
        if (machine.DefaultDevices) arguments.Add("--default");
        await vbox.Run(vbox.Command(arguments), cancel: cancel);
        return new(vbox, machine.Uuid);
    }

    /// <summary>Finds a machine by its name or UUID.</summary>
    /// <exception cref="MachineNotFoundException">There is none.</exception>
    /// <exception cref="ArgumentException">Several have this name: only their UUIDs tell them apart.</exception>
    public static async Task<Machine> Get(VBoxManage vbox, string nameOrUuid, CancellationToken cancel = default)
    {
        if (!Guid.TryParse(nameOrUuid, out _))
        {
            var named = (await List(vbox, cancel)).Where(m => m.Name == nameOrUuid).ToArray();
            var uuids = string.Join(", ", named.Select(m => m.Uuid));
            if (named.Length > 1)
                throw new ArgumentException($"{named.Length} machines are called '{nameOrUuid}': {uuids}. Give one's UUID.", nameof(nameOrUuid));
            if (named.Length == 1) return new(vbox, named[0].Uuid);
        }
        // What is not there VirtualBox says best.
        var found = new MachineReport(await Report(vbox, Guid.TryParse(nameOrUuid, out var id) ? $"{id}" : nameOrUuid, cancel));
        return new(vbox, found.Uuid);
    }

    /// <summary>All registered machines, in the order in which they were registered.</summary>
    public static async Task<IReadOnlyList<MachineEntry>> List(VBoxManage vbox, CancellationToken cancel = default) =>
        Entries((await vbox.Run(vbox.Command("list", "vms"), cancel: cancel)).Output);

    /// <summary>Those of them that run or are paused.</summary>
    public static async Task<IReadOnlyList<MachineEntry>> ListRunning(VBoxManage vbox, CancellationToken cancel = default) =>
        Entries((await vbox.Run(vbox.Command("list", "runningvms"), cancel: cancel)).Output);

    /// <summary>Adds a machine that lies on disk to the list, as it is.</summary>
    /// <param name="vbox">Runs the command.</param>
    /// <param name="settingsFile">Its settings file, absolute.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="SettingsFileException">The file is not there, can't be read, or holds no machine.</exception>
    /// <exception cref="VBoxManageException">It is registered already, or VirtualBox can't read it.</exception>
    public static async Task<Machine> Register(VBoxManage vbox, string settingsFile, CancellationToken cancel = default)
    {
        if (!Path.IsPathRooted(settingsFile))
            throw new ArgumentException($"The path of a machine's file must be absolute, '{settingsFile}' is not.", nameof(settingsFile));
        var machine = MachineFile.Load(settingsFile);
        await vbox.Run(vbox.Command("registervm", settingsFile), cancel: cancel);
        return new(vbox, machine.Uuid);
    }

    internal static IReadOnlyList<MachineEntry> Entries(string list)
    {
        // Names are not escaped: an entry ends where a line ends with a UUID.
        var entries = new List<MachineEntry>();
        foreach (Match match in ListEntry().Matches(list))
            entries.Add(new(Guid.Parse(match.Groups["uuid"].Value), match.Groups["name"].Value is Names.Inaccessible ? null : match.Groups["name"].Value));
        return entries;
    }

    /// <summary>What it is now.</summary>
    /// <exception cref="MachineNotFoundException">It is gone.</exception>
    /// <exception cref="VBoxManageException">Its file can't be read (<see cref="ErrorCode.AccessDenied"/>).</exception>
    public async Task<MachineReport> Read(CancellationToken cancel = default) => new(await Report(vbox, Id, cancel));

    /// <summary>Changes it, while it is off: all that is set, or nothing of it.</summary>
    /// <exception cref="ArgumentException">A value can't be, or the system is none that VirtualBox knows.</exception>
    /// <exception cref="VBoxManageException">VirtualBox refuses; a running machine is locked, a saved one "not mutable".</exception>
    public async Task Modify(MachineSettings settings, CancellationToken cancel = default)
    {
        var arguments = settings.Arguments().ToArray();
        // createvm refuses a system that it does not know, modifyvm takes it.
        if (settings.OSType is { } system && !(await vbox.ListOSTypes(cancel)).Contains(system))
            throw new ArgumentException($"VirtualBox knows no system '{system}'; its ids are such as Debian_64.", nameof(settings));
        if (arguments.Length > 0) await Write(["modifyvm", Id, .. arguments], cancel);
    }

    /// <summary>
    /// Deletes it with its folder and its hard disks. What runs is switched off for it. Looks before it acts: VirtualBox itself would first unregister the
    /// machine and then meet what is in the way.
    /// </summary>
    /// <param name="mediaElsewhere">Also the hard disks that lie outside of its folder.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="MediaInUseException">
    /// A linked clone or another machine needs a disk of it, or one lies elsewhere. Nothing was done.
    /// </exception>
    public async Task Delete(bool mediaElsewhere = false, CancellationToken cancel = default)
    {
        await CheckMedia(mediaElsewhere, cancel);
        await Reach(Verb.Abandon, null, cancel);
        using var turn = await vbox.Locks.Enter(Id, cancel);
        await CheckMedia(mediaElsewhere, cancel);
        await vbox.Run(vbox.Command("unregistervm", Id, "--delete") with { TimeLimit = TimeSpan.FromMinutes(10), IsLong = true }, cancel: cancel);
    }

    /// <summary>Takes it from the list and leaves all its files. Serves also for a machine whose file can't be read.</summary>
    public Task Unregister(CancellationToken cancel = default) => Write(["unregistervm", Id], cancel);

    private async Task CheckMedia(bool mediaElsewhere, CancellationToken cancel)
    {
        var folder = (await Read(cancel)).Folder + "/";
        var media = await Medium.List(vbox, cancel);
        var mine = media.Where(m => m.Machines.Contains(Uuid)).ToArray();

        var foreign = media.Where(m => !mine.Contains(m) && mine.Any(own => own.Uuid == m.Parent || own.Children.Contains(m.Uuid))).ToArray();
        if (foreign.Length > 0)
            throw Refused(foreign, places => $"its disks are the base of {places}. Delete those clones first, or make them independent.");
        var shared = mine.Where(m => m.Machines.Count > 1).ToArray();
        if (shared.Length > 0)
            throw Refused(shared, places => $"other machines use {places} too. Detach them there first.");
        var elsewhere = mediaElsewhere ? [] : mine.Where(m => !m.Location.StartsWith(folder, StringComparison.Ordinal)).ToArray();
        if (elsewhere.Length > 0)
            throw Refused(elsewhere, places => $"it has disks outside of its folder: {places}. Detach them to keep them, or say that they are to go too.");

        MediaInUseException Refused(IReadOnlyCollection<Medium> inTheWay, Func<string, string> reason)
        {
            var places = string.Join(", ", inTheWay.Take(3).Select(m => m.Location)) + (inTheWay.Count > 3 ? $" and {inTheWay.Count - 3} more" : "");
            return new([.. inTheWay.Select(m => m.Uuid)], $"Machine {Uuid} can't be deleted: {reason(places)}");
        }
    }

    private static async Task<MachineReadable> Report(VBoxManage vbox, string machine, CancellationToken cancel)
    {
        var command = vbox.Command("showvminfo", "--machinereadable", "--", machine);
        try
        {
            return MachineReadable.Parse((await vbox.Run(command, cancel: cancel)).Output);
        }
        catch (VBoxManageException e) when (e.Result is { Output: "", Errors: "" })
        {
            // seen once, of 7.2 with much to do: it ended with 1 and without a word. A question may be asked twice.
            return MachineReadable.Parse((await vbox.Run(command, cancel: cancel)).Output);
        }
    }

    private Task<VBoxManageResult> Write(IEnumerable<string> arguments, CancellationToken cancel) => Write(vbox.Command(arguments), cancel);

    private async Task<VBoxManageResult> Write(CommandLine command, CancellationToken cancel)
    {
        using var turn = await vbox.Locks.Enter(Id, cancel);
        return await vbox.Run(command, cancel: cancel);
    }

    [GeneratedRegex(@"^""(?<name>.*?)"" \{(?<uuid>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\}\r?$",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ListEntry();
}

/// <summary>A disk is needed where it would be lost, or would be used twice. Nothing was done.</summary>
public sealed class MediaInUseException : Exception
{
    internal MediaInUseException(IReadOnlyList<Guid> media, string message) : base(message) => Media = media;

    /// <summary>The UUIDs of the disks.</summary>
    public IReadOnlyList<Guid> Media { get; }
}
