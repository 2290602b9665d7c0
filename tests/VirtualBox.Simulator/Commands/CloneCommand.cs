using VirtualBox.Simulator.Media;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary><c>VBoxManage clonevm</c></summary>
internal static class CloneCommand
{
    public static async Task Run(Call call, VirtualBoxHome home)
    {
        var (source, name, id, snapshotName, mode, options, groups, baseFolder, isRegistered) =
            ((string?)null, (string?)null, Guid.NewGuid(), (string?)null, "machine", "", "/", (string?)null, false);
        foreach (var (option, value) in call.Options("register"))
        {
            switch (option)
            {
                case "": source = value; break;
                case "name": name = value; break;
                case "uuid": id = MachineCommands.IdOf(value!); break;
                case "snapshot": snapshotName = value; break;
                case "mode": mode = value!; break;
                case "options": options = value!; break;
                case "groups": groups = value!; break;
                case "basefolder": baseFolder = call.PathOf(value!); break;
                case "register": isRegistered = true; break;
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        var machine = home.Accessible(source ?? throw Failure.Usage("VM name required"));
        var snapshot = snapshotName is null ? null : machine.FindSnapshot(snapshotName, "MachineWrap");
        var clone = MachineCommands.New(home, name ?? $"{machine.Name} Clone", id, groups, baseFolder);
        var isLinked = options.Split(',').Contains("link", StringComparer.OrdinalIgnoreCase);
        if (isLinked && snapshot is null) throw new Failure("Linked clone can only be created from a snapshot", Code.NS_ERROR_INVALID_ARG, "MachineWrap");
        if (mode is not "machine") throw new Failure($"The simulator clones in mode 'machine' only, not '{mode}'", Code.VBOX_E_NOT_SUPPORTED, "MachineWrap");

        clone.OsType = machine.OsType;
        clone.Description = machine.Description;
        foreach (var (key, value) in machine.Extra) clone.Extra[key] = value;
        clone.Hardware = (snapshot?.Hardware ?? machine.Hardware).Copy();
        clone.Hardware.Autostart = (false, 0, "Disabled");
        if (!options.Contains("keepallmacs", StringComparison.OrdinalIgnoreCase))
            foreach (var adapter in clone.Hardware.Adapters.Where(a => a.Mac.Length > 0)) adapter.Mac = Adapter.NewMac();
        call.Percent(0);
        var media = new List<Medium>();
        if (isLinked)
        {
            foreach (var drive in clone.Hardware.Disks) drive.Medium = home.Media.AddDifference(home.Media.ById(drive.Medium!.Value), clone).Id;
        }
        else
        {
            Directory.CreateDirectory(clone.Folder);
            foreach (var drive in clone.Hardware.Disks)
            {
                var from = home.Media.ById(drive.Medium!.Value);
                var copy = new Medium(Guid.NewGuid(), "HardDisk", $"{clone.Folder}/{MachineCommands.FileName(clone.Name)}-disk{media.Count + 1}.vdi", "VDI");
                from.CopyTo(copy.Location, "VDI", copy.Id, isFixed: false);
                media.Add(copy);
                drive.Medium = copy.Id;
            }
        }
        await Take(call, home, () =>
        {
            foreach (var copy in media) File.Delete(copy.Location);
            foreach (var drive in clone.Hardware.Disks.Where(_ => isLinked))
            {
                var difference = home.Media.ById(drive.Medium!.Value);
                home.Media.Remove(difference);
                File.Delete(difference.Location);
            }
            if (Directory.Exists(clone.Folder)) Directory.Delete(clone.Folder, recursive: true);
        });
        foreach (var copy in media)
        {
            // Of a VBoxManage that was killed the copy is finished, and belongs to nobody.
            copy.Owner = call.IsOrphan ? null : clone.Id;
            home.Media.Add(copy);
        }
        if (isRegistered && !call.IsOrphan) home.Machines.Add(clone);
        clone.Save(home.Media.ToXml(clone.Id, clone.Folder));
        home.SaveAll();
        call.Say($"Machine has been successfully cloned as \"{clone.Name}\"");
    }

    /// <summary>
    /// The time that a copy takes, in which others work: ten steps, or until a signal comes.
    /// </summary>
    /// <param name="call">Tells the steps.</param>
    /// <param name="home">Whose turn is given to others meanwhile.</param>
    /// <param name="undo">Undoes what was done.</param>
    /// <exception cref="CancelledException">A signal came.</exception>
    public static async Task Take(Call call, VirtualBoxHome home, Action undo)
    {
        var step = home.Knobs.Time(Knobs.CopyDelay);
        if (step > TimeSpan.Zero) await call.BecomeCancelable();
        for (var percent = 10; percent <= 100; percent += 10)
        {
            if (step > TimeSpan.Zero)
            {
                await call.FlushOrLose();
                home.Gate.Release();
                try
                {
                    await Task.Delay(step, call.Signal.Token);
                }
                catch (OperationCanceledException)
                {
                    // told below
                }
                await home.Gate.WaitAsync();
            }
            if (call.Signal.IsCancellationRequested)
            {
                undo();
                call.SayCancelled();
                throw new CancelledException();
            }
            call.Percent(percent);
        }
    }
}
