using System.Globalization;
using VirtualBox.Simulator.Media;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>Disks, with and without a machine.</summary>
internal static class MediumCommands
{
    private static readonly string[] kinds = ["disk", "dvd", "floppy", "hdd"];

    /// <summary><c>VBoxManage createmedium</c></summary>
    public static void Create(Call call, VirtualBoxHome home)
    {
        var (path, size, parent, format, variant) = ((string?)null, -1L, (string?)null, (string?)null, "Standard");
        SkipKind(call);
        foreach (var (option, value) in call.Options())
        {
            switch (option)
            {
                case "filename": path = call.PathOf(value!); break;
                case "size": size = SizeOf(value!) << 20; break;
                case "sizebyte": size = SizeOf(value!); break;
                case "diffparent": parent = value; break;
                case "format": format = value!.ToUpperInvariant(); break;
                case "variant": variant = value!; break;
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        if (path is null) throw Failure.Usage("Parameter --filename is required");
        if (size < 0 && parent is null) throw Failure.Usage("Parameter --size is required");
        if (Path.GetExtension(path).Length == 0) path += $".{(format ?? "VDI").ToLowerInvariant()}";
        var below = parent is null ? null : home.Media.Open(parent, "HardDisk", call);
        var medium = call.WithProgress(() =>
        {
            if (below is not null && home.Media.UsersOf(below).FirstOrDefault(u => u.IsCurrent) is { Machine: { } user })
                throw new Failure($"Medium '{below.Location}' is attached to a virtual machine with UUID {{{user.Id}}}. " +
                    "No differencing media based on it may be created until it is detached",
                    Code.VBOX_E_INVALID_OBJECT_STATE, "MediumWrap");
            CheckAbsent(path, format ?? "VDI", "Could not create the medium storage unit");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (below is not null) return home.Media.AddDifference(below, path, format: "vdi");
            var id = Guid.NewGuid();
            DiskImage.Create(path, format ?? "VDI", size, id, variant.Contains("Fixed", StringComparison.OrdinalIgnoreCase), null);
            var made = new Medium(id, "HardDisk", path, format ?? "VDI");
            home.Media.Add(made);
            return made;
        }, "Failed to create medium");
        home.SaveAll();
        call.Say($"Medium created. UUID: {medium.Id}");
    }

    /// <summary><c>VBoxManage clonemedium</c></summary>
    public static async Task Clone(Call call, VirtualBoxHome home)
    {
        var (words, format, isExisting, variant) = (new List<string>(), (string?)null, false, "");
        SkipKind(call);
        foreach (var (option, value) in call.Options("existing"))
        {
            switch (option)
            {
                case "": words.Add(value!); break;
                case "format": format = value!.ToUpperInvariant(); break;
                case "variant": variant = value!; break;
                case "existing": isExisting = true; break;
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        if (words.Count != 2) throw Failure.Usage("Mandatory medium parameter missing");
        var source = home.Media.Open(words[0], "HardDisk", call);
        var path = call.PathOf(words[1]);
        format ??= source.Format.ToUpperInvariant();
        if (isExisting) throw new Failure("The simulator clones into new media only", Code.VBOX_E_NOT_SUPPORTED, "MediumWrap");
        var copy = new Medium(Guid.NewGuid(), "HardDisk", path, format);
        call.Percent(0);
        try
        {
            CheckAbsent(path, format, "Could not create the clone medium");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            source.CopyTo(path, format, copy.Id, variant.Contains("Fixed", StringComparison.OrdinalIgnoreCase));
        }
        catch (Failure e)
        {
            call.Warn($"{e.Code}");
            throw new Failure(e.Message, e.Code, "MediumWrap") { First = "Failed to clone medium", IsLate = true };
        }
        await CloneCommand.Take(call, home, () => File.Delete(path));
        home.Media.Add(copy);
        home.SaveAll();
        call.Say($"Clone medium created in format '{format}'. UUID: {copy.Id}");
    }

    /// <summary><c>VBoxManage modifymedium</c></summary>
    public static void Modify(Call call, VirtualBoxHome home)
    {
        SkipKind(call);
        var medium = home.Media.Open(call.Next("the medium"), "HardDisk", call);
        foreach (var (option, value) in call.Options("compact"))
        {
            switch (option)
            {
                case "resize" or "resizebyte":
                    var size = option == "resize" ? SizeOf(value!) << 20 : SizeOf(value!);
                    call.WithProgress(() =>
                    {
                        if (size < medium.Capacity)
                            throw new Failure($"Shrinking is not yet supported for medium '{medium.Location}'", Code.VBOX_E_NOT_SUPPORTED, "MediumWrap");
                        if (medium.Format is not ("VDI" or "vdi"))
                            throw new Failure($"Resizing to the requested size is not supported for medium '{medium.Location}'", Code.VBOX_E_NOT_SUPPORTED,
                                "MediumWrap");
                        medium.Resize(size);
                    }, "Failed to resize medium");
                    break;
                case "type":
                    if (medium.Children.Count > 0)
                        throw new Failure($"Cannot change type for medium '{medium.Location}' since it has {medium.Children.Count} child media",
                            Code.VBOX_E_OBJECT_IN_USE, "MediumWrap");
                    var users = home.Media.UsersOf(medium).Count();
                    if (users > 0 && value!.ToLowerInvariant() is "immutable" or "multiattach")
                        throw new Failure($"Cannot change the type of medium '{medium.Location}' because it is attached to {users} virtual machines",
                            Code.VBOX_E_INVALID_OBJECT_STATE, "MediumWrap");
                    medium.Type = value!.ToLowerInvariant();
                    break;
                case "move":
                    var target = call.PathOf(value!);
                    call.WithProgress(() =>
                    {
                        File.Move(medium.Location, target);
                        medium.Location = target;
                    }, "Failed to move medium");
                    call.Say($"Move medium with UUID {medium.Id} finished");
                    break;
                case "autoreset": medium.IsReset = value == "on"; break;
                case "compact": call.WithProgress(() => { }, ""); break;
                case "property": throw new Failure($"Property '{value!.Split('=')[0]}' does not exist", Code.VBOX_E_OBJECT_NOT_FOUND, "MediumWrap");
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        home.SaveAll();
    }

    /// <summary><c>VBoxManage closemedium</c></summary>
    public static void Close(Call call, VirtualBoxHome home)
    {
        SkipKind(call);
        var medium = home.Media.Open(call.Next("the medium"), "HardDisk", call);
        var isDelete = call.Options("delete").Any(o => o.Name == "delete");
        if (home.Media.WhyNotClosed(medium, isDelete) is { } e)
        {
            if (!isDelete) throw e;
            throw new Failure(e.Message, e.Code, "MediumWrap")
            {
                Last = $"Failed to delete medium. Error code {e.Code}",
                Then = home.Media.WhyNotClosed(medium, isDelete: false),
            };
        }
        home.Media.Remove(medium);
        if (isDelete) call.WithProgress(() => File.Delete(medium.Location), "Failed to delete medium");
        home.SaveAll();
    }

    /// <summary><c>VBoxManage showmediuminfo</c></summary>
    public static void Show(Call call, VirtualBoxHome home)
    {
        SkipKind(call);
        Describe(call, home, home.Media.Open(call.Next("the medium"), "HardDisk", call), isLong: true, endsWithLine: false);
    }

    /// <summary>The lines of one medium.</summary>
    public static void Describe(Call call, VirtualBoxHome home, Medium medium, bool isLong, bool endsWithLine)
    {
        var isThere = File.Exists(medium.Location);
        var isDisk = medium.Kind == "HardDisk";
        Line("UUID", $"{medium.Id}");
        if (isDisk) Line("Parent UUID", medium.Parent is null ? "base" : $"{medium.Parent.Id}");
        Line("State", isThere ? "created" : "inaccessible");
        if (isLong && !isThere) Line("Access Error", $"Could not open the medium '{medium.Location}'.");
        var isNormalDisk = isDisk && medium.Type == "normal";
        Line("Type", isNormalDisk ? $"normal ({(medium.Parent is null ? "base" : "differencing")})" : medium.Type);
        if (isLong && medium.Parent is not null) Line("Auto-Reset", medium.IsReset ? "on" : "off");
        Line("Location", medium.Location);
        Line("Storage format", medium.Format);
        if (isLong) Line("Format variant", $"{medium.Variant} default");
        Line("Capacity", $"{medium.Capacity >> 20} MBytes");
        if (isLong) Line("Size on disk", $"{(isThere ? new FileInfo(medium.Location).Length >> 20 : 0)} MBytes");
        Line("Encryption", "disabled");
        if (isLong && medium.Format is "VDI" or "vdi") Line("Property", "AllocationBlockSize=1048576");
        if (isLong)
        {
            var label = "In use by VMs";
            foreach (var (machine, _, snapshots) in home.Media.UsersOf(medium))
            {
                var text = $"{machine.Name} (UUID: {machine.Id})";
                foreach (var snapshot in snapshots) text += $" [{snapshot.Name} (UUID: {snapshot.Id})]";
                Line(label, text);
                label = "";
            }
            label = "Child UUIDs";
            foreach (var child in medium.Children)
            {
                Line(label, $"{child.Id}");
                label = "";
            }
        }
        if (endsWithLine) call.Say("");

        void Line(string label, string text) => call.Say($"{(label.Length == 0 ? "" : $"{label}:"),-16}{text}");
    }

    /// <summary><c>VBoxManage convertfromraw</c>: needs no server, and here has one all the same.</summary>
    public static async Task ConvertFromRaw(Call call)
    {
        var (words, format, variant) = (new List<string>(), "VDI", "");
        foreach (var (option, value) in call.Options())
        {
            switch (option)
            {
                case "": words.Add(value!); break;
                case "format": format = value!.ToUpperInvariant(); break;
                case "variant": variant = value!; break;
                case "uuid": break;
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        if (words.Count < 2) throw Failure.Usage("Incorrect number of parameters");
        var path = call.PathOf(words[1]);
        call.Warn($"Converting from raw image file=\"{words[0]}\" to file=\"{words[1]}\"...");
        byte[] bytes;
        if (words[0] == "stdin")
        {
            if (words.Count < 3) throw Failure.Usage("Missing disk size");
            bytes = new byte[SizeOf(words[2])];
            var at = 0;
            while (await call.Read() is { Length: > 0 } piece)
            {
                var count = Math.Min(piece.Length, bytes.Length - at);
                piece.AsSpan(0, count).CopyTo(bytes.AsSpan(at));
                at += count;
                if (at == bytes.Length) break;
            }
        }
        else
        {
            if (!File.Exists(call.PathOf(words[0]))) throw new Failure($"Cannot open file \"{words[0]}\": VERR_FILE_NOT_FOUND");
            bytes = await File.ReadAllBytesAsync(call.PathOf(words[0]));
        }
        call.Warn($"Creating dynamic image with size {bytes.Length} bytes ({bytes.Length >> 20}MB)...");
        if (bytes.Length % 512 != 0) throw new Failure($"Cannot create the disk image \"{words[1]}\": VERR_VD_INVALID_SIZE");
        if (File.Exists(path)) throw new Failure($"Cannot create the disk image \"{words[1]}\": VERR_ALREADY_EXISTS");
        if (!Directory.Exists(Path.GetDirectoryName(path))) throw new Failure($"Cannot create the disk image \"{words[1]}\": VERR_PATH_NOT_FOUND");
        DiskImage.Create(path, format, bytes.Length, Guid.NewGuid(), variant.Contains("Fixed", StringComparison.OrdinalIgnoreCase), (block, target) =>
        {
            var part = bytes.AsSpan(block * DiskImage.Block, Math.Min(DiskImage.Block, bytes.Length - block * DiskImage.Block));
            part.CopyTo(target);
            target.AsSpan(part.Length).Clear();
            return true;
        });
    }

    /// <summary><c>VBoxManage internalcommands</c>: <c>sethduuid</c> and <c>sethdparentuuid</c>.</summary>
    public static void Internal(Call call, VirtualBoxHome home)
    {
        var word = call.Next("a command");
        if (word is not ("sethduuid" or "sethdparentuuid")) throw Failure.Usage($"Invalid command '{word}'");
        var path = call.PathOf(call.Next("the file"));
        var id = call.NextOrNull() is { } text ? MachineCommands.IdOf(text) : Guid.NewGuid();
        if (word == "sethdparentuuid")
        {
            using var image = new Vdi(path, FileAccess.ReadWrite);
            image.SetParent(id);
        }
        else
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
            file.Position = 0x188;
            file.Write(id.ToByteArray());
        }
        call.Say($"UUID changed to: {id}");
        _ = home;
    }

    private static void SkipKind(Call call)
    {
        if (kinds.Contains(call.Peek())) call.NextOrNull();
    }

    private static long SizeOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw Failure.Usage($"Invalid size '{text}'");

    private static void CheckAbsent(string path, string format, string text)
    {
        if (File.Exists(path))
            throw new Failure($"{text} '{path}'.\n{format}: cannot create image '{path}' (VERR_ALREADY_EXISTS)", Code.VBOX_E_FILE_ERROR, "MediumWrap");
    }
}
