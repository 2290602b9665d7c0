using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace VirtualBox.Tests;

/// <summary>
/// What VBoxManage says, word by word: commands, and what the real 7.2 answered. <c>ACCEPT=1</c> with the tests against the real one writes it anew.
/// </summary>
public abstract partial class TranscriptContract(Installation tried)
{
    /// <summary>A line each; <c>$D</c> is the folder of the machines.</summary>
    private const string Commands = """
        list vms
        list runningvms
        list hdds
        list natnets
        list dhcpservers
        list hostonlyifs
        list groups
        list nonsense
        nonsense
        createvm --name one --uuid 11111111-1111-4111-8111-111111111111 --register --ostype Debian_64 --basefolder $D
        createvm --name one --register --basefolder $D
        createvm --name two --register --ostype Debian_64 --basefolder $D --default --groups /a/b
        createvm --name three --ostype Nope --register
        createvm --register
        list vms
        list groups
        showvminfo one --machinereadable
        showvminfo --machinereadable -- two
        showvminfo nobody --machinereadable
        showvminfo 99999999-9999-4999-8999-999999999999 --machinereadable
        modifyvm one --memory 512 --cpus 2 --vram 20 --description d"q\ --boot1 net --boot2 none
        modifyvm one --vram 100000
        modifyvm one --cpus 65
        modifyvm one --boot1 foo
        modifyvm one --nonsense x
        modifyvm one --nic1 foo
        modifyvm one --nic2 bridged --bridge-adapter2 eth0 --nictype2 82545EM --nic5 natnetwork --nat-network5 nn
        modifyvm one --nic3 intnet --intnet3 in --cableconnected3 off
        modifyvm one --natpf1 ssh,tcp,127.0.0.1,2222,,22
        modifyvm one --natpf1 ssh,tcp,,2223,,22
        modifyvm one --natpf1 ssh2,tcp,127.0.0.1,2222,,22
        modifyvm one --natpf1 delete nope
        modifyvm one --macaddress1 08:00:27:11:22:33
        modifyvm one --uart1 0x3F8 4 --uartmode1 server /tmp/serial
        modifyvm one --vrde on --vrdeport 5907 --vrdeaddress 127.0.0.1 --vrdeproperty VNCPassword=s
        modifyvm one --vrdeport abc
        modifyvm one --vrde-extpack NoPack
        modifyvm one --autostart-enabled on
        storagectl one --name SATA --add sata --portcount 2
        storagectl one --name SATA --add sata
        storagectl one --name IDE --add ide --bootable off
        storagectl one --name IDE2 --add ide
        storagectl one --name nope --remove
        createmedium disk --filename $D/one/d.vdi --size 8
        createmedium disk --filename $D/one/d.vdi --size 8
        createmedium disk --size 8
        storageattach one --storagectl SATA --port 0 --device 0 --type hdd --medium $D/one/d.vdi
        storageattach one --storagectl SATA --port 3 --device 0 --type hdd --medium $D/missing.vdi
        storageattach one --storagectl SATA --port 31 --device 0 --type dvddrive --medium emptydrive
        storageattach one --storagectl X --port 0 --device 0 --type hdd --medium none
        storageattach one --storagectl IDE --port 0 --device 1 --type dvddrive --medium emptydrive
        storageattach one --storagectl IDE --port 1 --device 0 --medium none
        showmediuminfo disk $D/one/d.vdi
        showmediuminfo disk $D/missing.vdi
        showmediuminfo disk 99999999-9999-4999-8999-999999999999
        snapshot one list
        snapshot one take s1
        snapshot one take s"2 --description text
        snapshot one list
        snapshot one list --machinereadable
        snapshot one restore nope
        snapshot one restore 99999999-9999-4999-8999-999999999999
        clonevm one --name clone --snapshot s1 --options=link --register --basefolder $D
        clonevm one --name clone --snapshot s1 --options=link --register --basefolder $D
        clonevm one --name other --options=link --register --basefolder $D
        clonevm one --name other --snapshot nope --options=link --register --basefolder $D
        clonevm clone --name full --mode machine --register --basefolder $D
        list --long hdds
        list hdds
        snapshot one delete s1
        snapshot one restore s1
        showvminfo one --machinereadable
        showvminfo clone --machinereadable
        closemedium disk $D/one/d.vdi --delete
        clonemedium disk $D/full/full-disk1.vdi $D/copy.vdi
        clonemedium disk $D/full/full-disk1.vdi $D/copy.vdi
        clonemedium disk $D/full/full-disk1.vdi $D/copy.raw --format RAW
        modifymedium disk $D/copy.vdi --resize 16
        modifymedium disk $D/copy.vdi --resize 4
        modifymedium disk $D/copy.vdi --type immutable
        showmediuminfo disk $D/copy.vdi
        closemedium disk $D/copy.vdi --delete
        closemedium disk $D/copy.vdi
        unregistervm one --delete
        list vms
        unregistervm clone --delete
        unregistervm full --delete
        controlvm two poweroff
        controlvm two acpipowerbutton
        controlvm two screenshotpng /tmp/x.png
        discardstate two
        adoptstate two $D/two.sav
        adoptstate two $D/two.sav
        modifyvm two --memory 512
        showvminfo two --machinereadable
        discardstate two
        setextradata two key value
        getextradata two key
        getextradata two nothing
        getextradata two enumerate
        setextradata two key
        guestproperty set two /a/b x
        guestproperty get two /a/b
        guestproperty get two /nothing
        guestproperty enumerate two
        guestproperty enumerate two --old-format /a/*
        guestproperty enumerate two /nothing
        guestproperty delete two /a/b
        guestproperty wait two /a/* --timeout 100
        sharedfolder add two --name x --hostpath /tmp
        sharedfolder add two --name x --hostpath /tmp
        sharedfolder add two --name y --hostpath /nowhere
        sharedfolder remove two --name nope
        natnetwork add --netname nn --network 10.9.0.0/24 --enable --dhcp on
        natnetwork add --netname nn --network 10.9.0.0/24 --enable
        natnetwork add --netname bad --network fd00::/64 --enable
        natnetwork modify --netname nn --port-forward-4 ssh:tcp:[127.0.0.1]:1022:[10.9.0.5]:22
        natnetwork modify --netname nn --port-forward-4 ssh:tcp:[127.0.0.1]:1023:[10.9.0.5]:22
        natnetwork modify --netname nn --port-forward-4 b:tcp:[127.0.0.1]:1022:[10.9.0.5]:22
        natnetwork modify --netname nn --port-forward-4 delete nope
        natnetwork list
        list natnets
        list --long natnets
        natnetwork start --netname nn
        natnetwork remove --netname nope
        natnetwork remove --netname nn
        dhcpserver add --netname d1 --server-ip 10.5.0.2 --netmask 255.255.0.0 --lower-ip 10.5.0.10 --upper-ip 10.5.0.99 --enable
        dhcpserver add --netname d1 --server-ip 10.5.0.2 --netmask 255.255.0.0 --lower-ip 10.5.0.10 --upper-ip 10.5.0.99 --enable
        dhcpserver add --netname d2 --server-ip ::1 --netmask 255.255.0.0 --lower-ip 10.5.0.10 --upper-ip 10.5.0.99 --enable
        dhcpserver modify --netname d1 --upper-ip 10.5.0.20 --disable
        list dhcpservers
        dhcpserver findlease --network=d1 --mac-address=080027ABCDEF
        dhcpserver findlease --network=nope --mac-address=080027ABCDEF
        dhcpserver remove --netname d1
        dhcpserver remove --netname d1
        hostonlyif create
        hostonlyif ipconfig vboxnet9 --ip 10.1.0.1 --netmask 255.255.255.0
        hostonlyif remove vboxnet9
        setproperty machinefolder relative
        setproperty nope x
        list extpacks
        startvm two --type headless
        startvm nobody --type headless
        registervm $D/nope.vbox
        modifyvm two --name renamed
        list vms
        unregistervm renamed --delete
        list --long hdds
        @$D/nope
        """;

    [ContractFact]
    public async Task EveryCommandIsAnsweredAsTheRealOneDoesIt()
    {
        var own = tried.WithoutDriver(isNew: true);
        var folder = tried.NewFolder();
        var said = new StringBuilder();
        foreach (var line in Commands.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            said.Append("> ").Append(line.Trim()).Append('\n');
            await Run(own, line.Trim().Replace("$D", folder, StringComparison.Ordinal).Split(' '), said);
        }
        said.Replace(folder, "$D").Replace(own.UserHome!, "$H");
        var all = new Uuids().Number(Plain(said.ToString()));
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1" && tried is RealVirtualBox) await File.WriteAllTextAsync(Golden(), all);
        Assert.Equal(await File.ReadAllTextAsync(Golden()), all, ignoreLineEndingDifferences: false);
    }

    private static async Task Run(VBoxManage own, string[] arguments, StringBuilder said)
    {
        var start = new ProcessStartInfo(own.Program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["VBOX_USER_HOME"] = own.UserHome;
        start.Environment["VBOX_IPC_SOCKETID"] = own.Server;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var line in Lines(await process.StandardOutput.ReadToEndAsync())) said.Append(line).Append('\n');
        // of a usage the error is what counts; where in the program it happened, nobody asks
        var text = await errors;
        foreach (var line in Lines(text).Where(l => l.Length == 0 || l.StartsWith("VBoxManage", StringComparison.Ordinal) || char.IsAsciiDigit(l[0])))
            if (!line.Contains("Context: ", StringComparison.Ordinal) && !line.Contains("/src/VBox/", StringComparison.Ordinal))
                said.Append("! ").Append(line).Append('\n');
        await process.WaitForExitAsync();
        said.Append("= ").Append(process.ExitCode).Append('\n');

        static IEnumerable<string> Lines(string text) => text.TrimEnd('\n') is { Length: > 0 } some ? some.Split('\n') : [];
    }

    /// <summary>Without what is another each time.</summary>
    private static string Plain(string text)
    {
        text = Time().Replace(Nanoseconds().Replace(Mac().Replace(text, "${before}<mac>"), "<ns>"), "<time>");
        return Progress().Replace(Reread().Replace(EmptyError().Replace(text, ""), ""), "! 0%...");
    }

    private static string Golden([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "transcript.golden");

    [GeneratedRegex("(?<before>^|[\"' :])080027[0-9A-F]{6}", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mac();

    [GeneratedRegex(@"\b1[0-9]{18}\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Nanoseconds();

    [GeneratedRegex(@"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Time();

    // another once VirtualBox's server has read the machine's file again, which it does at its own time
    [GeneratedRegex(@"^(localhostReachable=.*|"".*-hot-pluggable-.*)\n",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reread();

    // how far it came before it failed
    [GeneratedRegex(@"^! 0%[0-9%.]*(?=[A-Z])", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Progress();

    // an empty line of a usage, which comes in different numbers
    [GeneratedRegex(@"^! \n", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EmptyError();

    /// <summary>Gives UUIDs numbers, in the order in which they come.</summary>
    private sealed partial class Uuids
    {
        private readonly Dictionary<string, int> numbers = [];

        public string Number(string text) => Uuid().Replace(text, match =>
        {
            if (!numbers.TryGetValue(match.Value, out var number)) numbers.Add(match.Value, number = numbers.Count + 1);
            return $"<uuid {number}>";
        });

        [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Uuid();
    }
}
