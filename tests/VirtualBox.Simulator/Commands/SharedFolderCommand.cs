using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary><c>VBoxManage sharedfolder</c></summary>
internal static class SharedFolderCommand
{
    public static void Run(Call call, VirtualBoxHome home)
    {
        var word = call.Next("a subcommand");
        var machine = home.Accessible(call.Next("the machine's name"));
        var options = call.Options("readonly", "transient", "automount").ToList();
        var name = options.Find(o => o.Name == "name").Value ?? throw Failure.Usage("No share name (--name) was specified");
        if (name.Contains(' ', StringComparison.Ordinal)) throw Failure.Usage($"Invalid shared folder name '{name}': contains space");
        var folders = machine.Hardware.SharedFolders;
        VirtualBoxHome.CheckMutable(machine, "mutable or running");
        switch (word)
        {
            case "add":
                var path = call.PathOf(options.Find(o => o.Name == "hostpath").Value ?? throw Failure.Usage("No host path (--hostpath) was specified"));
                if (folders.ContainsKey(name)) throw new Failure($"Shared folder named '{name}' already exists", Code.VBOX_E_OBJECT_IN_USE);
                if (!Path.Exists(path))
                    throw new Failure($"RTPathQueryInfo failed on shared folder path '{path}': VERR_FILE_NOT_FOUND", Code.NS_ERROR_INVALID_ARG,
                        "SharedFolderWrap");
                folders[name] = path;
                break;
            case "remove":
                if (!folders.Remove(name)) throw new Failure($"Could not find a shared folder named '{name}'", Code.VBOX_E_OBJECT_NOT_FOUND);
                break;
            default: throw Failure.Usage($"Unknown subcommand '{word}'");
        }
        home.Save(machine);
    }
}
