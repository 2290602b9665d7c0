using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary><c>VBoxManage setproperty</c> and <c>list systemproperties</c></summary>
internal static class PropertyCommand
{
    private static readonly Dictionary<string, string> names = new()
    {
        ["machinefolder"] = "defaultMachineFolder",
        ["autostartdbpath"] = "autostartDatabasePath",
        ["websrvauthlibrary"] = "webServiceAuthLibrary",
        ["vrdeauthlibrary"] = "VRDEAuthLibrary",
        ["vrdeextpack"] = "defaultVRDEExtPack",
        ["loghistorycount"] = "LogHistoryCount",
        ["defaultfrontend"] = "defaultFrontend",
        ["hwvirtexclusive"] = "exclusiveHwVirt",
    };

    public static void Run(Call call, VirtualBoxHome home)
    {
        var word = call.Next("the property");
        var value = call.Next("the value");
        var name = names.GetValueOrDefault(word) ?? throw Failure.Usage($"Invalid parameter '{word}'");
        if (word == "machinefolder")
        {
            if (value == "default") value = $"{Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)}/VirtualBox VMs";
            if (!Path.IsPathRooted(value))
                throw new Failure($"Given default machine folder '{value}' is not fully qualified", Code.NS_ERROR_INVALID_ARG, "SystemPropertiesWrap");
        }
        if (value is "null" && word is "autostartdbpath" or "default" && word is not "machinefolder") home.Properties.Remove(name);
        else home.Properties[name] = value;
        home.Save();
    }

    public static void List(Call call, VirtualBoxHome home)
    {
        call.Write($"""
            API version:                     7_2
            Minimum guest RAM size:          4 Megabytes
            Maximum guest RAM size:          2097152 Megabytes
            Minimum video RAM size:          0 Megabytes
            Maximum video RAM size:          256 Megabytes
            Maximum guest monitor count:     64
            Minimum guest CPU count:         1
            Maximum guest CPU count:         64
            Virtual disk limit (info):       2199022206976 Bytes
            Default machine folder:          {home.Properties["defaultMachineFolder"]}
            Raw-mode Supported:              no
            Exclusive HW virtualization use: on
            Default hard disk format:        VDI
            VRDE auth library:               {home.Properties.GetValueOrDefault("VRDEAuthLibrary", "VBoxAuth")}
            Webservice auth. library:        {home.Properties.GetValueOrDefault("webServiceAuthLibrary", "VBoxAuth")}
            Remote desktop ExtPack:          VNC
            VM encryption ExtPack:           
            Log history count:               3
            Default frontend:                {home.Properties.GetValueOrDefault("defaultFrontend", "")}
            Default audio driver:            ALSA
            Autostart database path:         {home.Properties.GetValueOrDefault("autostartDatabasePath", "")}
            Default Guest Additions ISO:     
            Logging Level:                   all
            Proxy Mode:                      System
            Proxy URL:                       
            User language:                   C

            """);
    }
}
