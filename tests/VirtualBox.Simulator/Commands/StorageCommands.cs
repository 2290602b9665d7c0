using System.Globalization;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>Controllers and what is in them.</summary>
internal static class StorageCommands
{
    /// <summary><c>VBoxManage storagectl</c></summary>
    public static void Controller(Call call, VirtualBoxHome home)
    {
        var id = call.Next("the machine's name");
        var (name, bus, chip, ports, bootable, cache, newName, isRemove) =
            ((string?)null, (string?)null, (string?)null, (string?)null, (string?)null, (string?)null, (string?)null, false);
        foreach (var (option, value) in call.Options("remove"))
        {
            switch (option)
            {
                case "name": name = value; break;
                case "add": bus = value!.ToLowerInvariant(); break;
                case "controller": chip = value; break;
                case "portcount": ports = value; break;
                case "bootable": bootable = value; break;
                case "hostiocache": cache = value; break;
                case "rename": newName = value; break;
                case "remove": isRemove = true; break;
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        if (name is null) throw Failure.Usage("Storage controller name not specified");
        var machine = home.LockMutable(id);
        var controllers = machine.Hardware.Controllers;
        var controller = controllers.Find(c => c.Name == name);
        if (bus is not null)
        {
            if (controller is not null) throw new Failure($"Storage controller named '{name}' already exists", Code.VBOX_E_OBJECT_IN_USE);
            var first = chip is not null
                ? Server.Controller.Chips.Keys.FirstOrDefault(c => c.Equals(chip, StringComparison.OrdinalIgnoreCase))
                : Server.Controller.Chips.FirstOrDefault(c => c.Value.Bus == bus).Key;
            if (first is null) throw Failure.Usage($"Invalid --add argument '{bus}'");
            if (controllers.Exists(c => c.Bus == bus && c.Bus != "pcie"))
                throw new Failure("Too many storage controllers of this type", Code.NS_ERROR_INVALID_ARG, "StorageControllerWrap");
            controller = new(name, first, Server.Controller.Chips[first].First);
            controllers.Add(controller);
        }
        if (controller is null) throw new Failure($"Could not find a storage controller named '{name}'", Code.VBOX_E_OBJECT_NOT_FOUND);
        if (isRemove) controllers.Remove(controller);
        if (ports is not null)
        {
            var most = Server.Controller.Chips[controller.Chip].Most;
            if (!int.TryParse(ports, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1 || count > most)
            {
                if (bus is not null) controllers.Remove(controller);
                throw Failure.Invalid($"Invalid port count: {ports} (must be in range [1, {most}])");
            }
            controller.Ports = count;
        }
        if (bootable is not null) controller.IsBootable = bootable == "on";
        if (cache is not null) controller.HasHostCache = cache == "on";
        if (newName is not null) controller.Name = newName;
        home.Save(machine);
    }

    /// <summary><c>VBoxManage storageattach</c></summary>
    public static void Attach(Call call, VirtualBoxHome home)
    {
        var id = call.Next("the machine's name");
        var (name, port, device, type, medium, newType) = ((string?)null, -1, 0, (string?)null, (string?)null, (string?)null);
        foreach (var (option, value) in call.Options("forceunmount"))
        {
            switch (option)
            {
                case "storagectl": name = value; break;
                case "port": port = int.Parse(value!, CultureInfo.InvariantCulture); break;
                case "device": device = int.Parse(value!, CultureInfo.InvariantCulture); break;
                case "type": type = value; break;
                case "medium": medium = value; break;
                case "mtype": newType = value; break;
                case "nonrotational" or "discard" or "hotpluggable" or "setuuid" or "comment" or "forceunmount" or "bandwidthgroup": break;
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        if (name is null) throw Failure.Usage("Storage controller name not specified");
        var machine = home.Accessible(id);
        var controller = machine.Hardware.Controllers.Find(c => c.Name == name) ?? throw new Failure($"Could not find a controller named '{name}'");
        var (_, _, _, most, devices) = Server.Controller.Chips[controller.Chip];
        var drive = controller.At(port, device);
        if (medium is "none")
        {
            CheckOff(machine, controller);
            if (drive is null)
                throw new Failure($"No storage device attached to device slot {device} on port {port} of controller '{name}'", Code.VBOX_E_OBJECT_NOT_FOUND);
            controller.Drives.Remove(drive);
            home.SaveAll();
            return;
        }
        if (port < 0 || port >= most || device < 0 || device >= devices)
        {
            throw new Failure($"The port and/or device parameter are out of range: port={port} (must be in range [0, {controller.Ports - 1}]), " +
                $"device={device} (must be in range [0, {devices - 1}])", Code.NS_ERROR_INVALID_ARG, "StorageControllerWrap");
        }
        var kind = type switch
        {
            "hdd" => "HardDisk",
            "dvddrive" => "DVD",
            "fdd" => "Floppy",
            null when drive is not null => drive.Kind,
            null => throw Failure.Usage("Argument --type must be specified"),
            _ => throw Failure.Usage($"Invalid --type argument '{type}'"),
        };
        if (medium is null) return;
        if (medium is "emptydrive")
        {
            if (kind == "HardDisk") kind = controller.Bus == "floppy" ? "Floppy" : "DVD";
            if (drive is null) CheckOff(machine, controller);
            Put(null);
            home.SaveAll();
            return;
        }
        if (kind == "HardDisk") CheckOff(machine, controller);
        Media.Medium image;
        try
        {
            image = home.Media.Open(medium, kind, call);
        }
        catch (Failure e)
        {
            throw new Failure(e.Message, e.Code, "MediumWrap") { Last = $"Invalid UUID or filename \"{medium}\"" };
        }
        if (machine.Hardware.Drives.FirstOrDefault(d => d.Drive.Medium == image.Id) is { Drive: not null } there && kind == "HardDisk" && there.Drive != drive)
        {
            throw new Failure($"Medium '{image.Location}' is already attached to port {there.Drive.Port}, device {there.Drive.Device} of controller " +
                $"'{there.Controller.Name}' of this virtual machine", Code.VBOX_E_OBJECT_IN_USE);
        }
        if (newType is not null) image.Type = newType;
        image.Base.Owner ??= machine.Id;
        if (kind == "HardDisk" && (image.Children.Count > 0 || image.Type is "immutable" or "multiattach"))
            image = home.Media.AddDifference(image, machine, isReset: image.Type == "immutable");
        Put(image.Id);
        home.SaveAll();

        void Put(Guid? what)
        {
            if (drive is not null) controller.Drives.Remove(drive);
            controller.Drives.Add(new(port, device, kind, what));
            controller.Ports = Math.Max(controller.Ports, port + 1);
        }
    }

    private static void CheckOff(Machine machine, Controller controller)
    {
        VirtualBoxHome.CheckMutable(machine, "mutable or running");
        if (machine.IsOnline) throw new Failure($"Controller '{controller.Name}' does not support hot-plugging", Code.VBOX_E_INVALID_VM_STATE);
    }
}
