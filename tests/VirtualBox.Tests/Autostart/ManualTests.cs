namespace VirtualBox.Tests;

/// <summary>Chapter 9.24 of VirtualBox's manual, "Starting virtual machines during system boot", sentence by sentence.</summary>
public sealed class AutostartManualTests : IDisposable
{
    private const string Sample = """
        # Default policy is to deny starting a VM, the other option is "allow".
        default_policy = deny

        # Bob is allowed to start virtual machines but starting them
        # will be delayed for 10 seconds
        bob = {
            allow = true
            startup_delay = 10
        }

        # Alice is not allowed to start virtual machines, useful to exclude certain users
        # if the default policy is set to allow.
        alice = {
            allow = false
        }

        """;

    private readonly string folder = Directory.CreateTempSubdirectory("autostart-manual-").FullName;

    /// <summary>"it is possible to start VMs automatically during system boot on Linux, Solaris and Mac OS X"</summary>
    [Fact]
    public void LinuxSolarisAndMacOSHaveAutostart()
    {
        Assert.Same(AutostartPlaces.Linux, AutostartPlaces.Of(HostSystem.Linux));
        Assert.Same(AutostartPlaces.Solaris, AutostartPlaces.Of(HostSystem.Solaris));
        Assert.Same(AutostartPlaces.MacOS, AutostartPlaces.Of(HostSystem.MacOS));
        Assert.Null(AutostartPlaces.Of(HostSystem.Windows));
    }

    /// <summary>"the autostart service is activated by setting two variables in /etc/default/virtualbox": VBOXAUTOSTART_DB and VBOXAUTOSTART_CONFIG</summary>
    [Fact]
    public void OnLinuxTwoVariablesActivateTheService()
    {
        Assert.Equal("/etc/default/virtualbox", AutostartPlaces.Linux.Settings);
        Assert.Equal("VBOXAUTOSTART_DB=/var/lib/vboxautostart\nVBOXAUTOSTART_CONFIG=/etc/vbox/autostart.cfg\n",
            AutostartPlaces.Linux.SettingsLines("/var/lib/vboxautostart"));
        Assert.Equal("VBOXAUTOSTART_DB='/srv/it'\\''s $HOME'\nVBOXAUTOSTART_CONFIG=/srv/a.cfg\n",
            AutostartPlaces.Linux.SettingsLines("/srv/it's $HOME", "/srv/a.cfg"));
        Assert.Equal("systemctl enable --now vboxautostart-service", Assert.Single(AutostartPlaces.Linux.EnableCommands()).ToString());
    }

    /// <summary>"an absolute path to the autostart database directory"</summary>
    [Theory]
    [InlineData("var/lib/vboxautostart")]
    [InlineData("")]
    [InlineData("/var/lib\nPATH=/tmp")]
    public void TheDatabaseIsGivenByItsAbsolutePath(string path)
    {
        Assert.Throws<ArgumentException>(() => AutostartPlaces.Linux.SettingsLines(path));
        Assert.Throws<ArgumentException>(() => AutostartPlaces.Linux.SettingsLines("/db", path));
        Assert.Throws<ArgumentException>(() => AutostartPlaces.Solaris.EnableCommands(path));
        Assert.Contains("/", Assert.Single(new AutostartDatabase(path).Check()).Remedy, StringComparison.Ordinal);
    }

    /// <summary>"The directory should have write access for every user who should be able to start virtual machines automatically."</summary>
    [Fact]
    public void TheDatabaseMayBeWrittenByItsUsers()
    {
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var finding = Assert.Single(new AutostartDatabase(folder).Check());
        Assert.Equal(AutostartEffect.UserDoesNotStart, finding.Effect);
        Assert.Contains("Only its owner may write", finding.Reason, StringComparison.Ordinal);
    }

    /// <summary>"Furthermore the directory should have the sticky bit set."</summary>
    [Theory]
    [InlineData(0b111_111_111)]
    [InlineData(0b111_111_000)]
    public void TheDatabaseHasTheStickyBit(int mode)
    {
        File.SetUnixFileMode(folder, (UnixFileMode)mode);
        Assert.Contains("sticky bit", Assert.Single(new AutostartDatabase(folder).Check()).Reason, StringComparison.Ordinal);
        File.SetUnixFileMode(folder, (UnixFileMode)mode | UnixFileMode.StickyBit);
        Assert.Empty(new AutostartDatabase(folder).Check());
    }

    /// <summary>"The config file can be placed in /etc/vbox"</summary>
    [Fact]
    public void TheConfigurationIsInEtcVbox() =>
        Assert.All([AutostartPlaces.Linux, AutostartPlaces.Solaris, AutostartPlaces.MacOS], p => Assert.Equal("/etc/vbox/autostart.cfg", p.Configuration));

    /// <summary>"default_policy which controls whether the autostart service allows or denies to start a VM for users which are not in the exception
    /// list"</summary>
    [Theory]
    [InlineData("allow", true)]
    [InlineData("deny", false)]
    public void TheDefaultPolicyCountsForUsersThatAreNoExceptions(string policy, bool others)
    {
        var configuration = AutostartConfiguration.Parse($"default_policy = {policy}\nbob = {{ allow = true }}\nalice = {{ allow = false }}\n");
        Assert.Equal(others, configuration.Allows("carol"));
        Assert.True(configuration.Allows("bob"));
        Assert.False(configuration.Allows("alice"));
    }

    /// <summary>"The exception list starts with exception_list and contains a comma seperated list with usernames." VirtualBox 7.2 gives up at the
    /// comma.</summary>
    [Theory]
    [InlineData("deny", "true")]
    [InlineData("allow", "false")]
    public void TheExceptionListIsReadCheckedAndPutIntoBlocks(string policy, string allow)
    {
        var (begin, bob) = ($"# ours\ndefault_policy = {policy}\n", "bob = { allow = true } # he asked\n");
        var configuration = AutostartConfiguration.Parse($"{begin}exception_list = bob, alice,j.doe\n{bob}");
        Assert.Equal(["bob", "alice", "j.doe"], configuration.ExceptionList);
        var finding = Assert.Single(configuration.Findings);
        Assert.Equal((3, AutostartEffect.NobodyStarts), (finding.Line, finding.Effect));

        var understood = configuration.WithExceptionsAsBlocks();
        Assert.Empty(understood.Findings);
        Assert.Empty(understood.ExceptionList);
        Assert.Equal($"{begin}{bob}alice = {{\n    allow = {allow}\n}}\nj.doe = {{\n    allow = {allow}\n}}\n", understood.Text);
    }

    /// <summary>A list of one is no error to VirtualBox, but says nothing to it either.</summary>
    [Fact]
    public void AnExceptionListOfOneIsPutIntoABlockToo() =>
        Assert.Equal("default_policy = deny\nbob = {\n    allow = true\n}\n",
            AutostartConfiguration.Parse("exception_list = bob\ndefault_policy = deny\n").WithExceptionsAsBlocks().Text);

    /// <summary>"Furthermore a separate startup delay can be configured for every user to avoid overloading the host."</summary>
    [Fact]
    public void EachUserHasADelayOfTheirOwn()
    {
        var configuration = new AutostartConfiguration(AutostartPolicy.Deny)
            .WithUser("bob", true, TimeSpan.FromSeconds(10))
            .WithUser("carol", true, TimeSpan.FromMinutes(1));
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)], configuration.Users.Select(u => u.StartupDelay!.Value));
    }

    /// <summary>"A sample configuration is given below"</summary>
    [Fact]
    public void TheManualsSampleIsReadAsItsCommentsSay()
    {
        var configuration = AutostartConfiguration.Parse(Sample);
        Assert.Empty(configuration.Findings);
        Assert.Equal(AutostartPolicy.Deny, configuration.DefaultPolicy);
        Assert.Equal([new("bob", true, TimeSpan.FromSeconds(10)), new("alice", false, null)], configuration.Users);
        Assert.Equal([true, false, false], new[] { "bob", "alice", "carol" }.Select(configuration.Allows));
        Assert.Equal([true, false, true], new[] { "bob", "alice", "carol" }.Select(configuration.WithDefaultPolicy(AutostartPolicy.Allow).Allows));
    }

    /// <summary>"Every user who wants to enable autostart for individual machines has to set the path": VBoxManage setproperty autostartdbpath</summary>
    [Fact]
    public async Task EveryUserSetsThePathOfTheDatabase()
    {
        using var fake = new FakeVBoxManage("""printf '%s\n' "$*" >> "$here/said" """);
        await new Autostart(fake.Runner).SetDatabase("/var/lib/vbox autostart");
        Assert.Equal(["setproperty autostartdbpath /var/lib/vbox autostart"], File.ReadAllLines(fake.FileOf("said")));
    }

    /// <summary>"svccfg -s svc:/application/virtualbox/autostart:default setprop config/config=…", "svcadm enable
    /// svc:/application/virtualbox/autostart:default"</summary>
    [Fact]
    public void OnSolarisSmfIsToldTheConfigurationAndEnablesTheService() => Assert.Equal(
        [
            "svccfg -s svc:/application/virtualbox/autostart:default setprop config/config=/etc/vbox/autostart.cfg",
            "svcadm enable svc:/application/virtualbox/autostart:default",
        ],
        AutostartPlaces.Solaris.EnableCommands().Select(c => c.ToString()));

    /// <summary>"copy the file to /Library/LaunchDaemons", "launchctl load /Library/LaunchDaemons/org.virtualbox.vboxautostart.plist"</summary>
    [Fact]
    public void OnAMacThePropertyListIsCopiedAndLoaded()
    {
        Assert.Equal("/Applications/VirtualBox.app/Contents/MacOS/org.virtualbox.vboxautostart.plist", AutostartPlaces.MacOS.ServiceTemplate);
        Assert.Equal("launchctl load /Library/LaunchDaemons/org.virtualbox.vboxautostart.plist",
            Assert.Single(AutostartPlaces.MacOS.EnableCommands()).ToString());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
