namespace VirtualBox.Tests;

/// <summary>Where VirtualBox 7.2 looked for its settings, as measured on Linux.</summary>
public sealed class VirtualBoxHomeTests
{
    [Theory]
    [InlineData(null, null, false, "/home/bob/.config/VirtualBox")]
    [InlineData(null, null, true, "/home/bob/.VirtualBox")]
    [InlineData(null, "/srv/xdg", false, "/srv/xdg/VirtualBox")]
    [InlineData(null, "/srv/xdg", true, "/home/bob/.VirtualBox")]
    [InlineData("/srv/cfg", "/srv/xdg", true, "/srv/cfg")]
    [InlineData("", "", false, "/home/bob/.config/VirtualBox")]
    public void OnLinuxTheOldFolderCountsIfItIsThereAndThenTheConfigurationFolder(string? chosen, string? xdg, bool hasOld, string expected)
    {
        var variables = new Dictionary<string, string?> { ["VBOX_USER_HOME"] = chosen, ["XDG_CONFIG_HOME"] = xdg };
        Assert.Equal(expected,
            VirtualBoxHome.Find(HostSystem.Linux, "/home/bob", variables.GetValueOrDefault, p => hasOld && p == "/home/bob/.VirtualBox").Folder);
    }

    [Theory]
    [InlineData(false, "/srv/home", true, "/srv/home")]
    [InlineData(false, "/srv/home", false, "/home/listed")]
    [InlineData(false, null, true, "/home/listed")]
    [InlineData(true, "/srv/home", true, "/home/listed")]
    public void HomeCountsIfItIsThereButNeverForRoot(bool isRoot, string? home, bool exists, string expected) =>
        Assert.Equal(expected, VirtualBoxHome.UserHomeOf(HostSystem.Linux, isRoot, "/home/listed", name => name == "HOME" ? home : null, _ => exists));

    [Fact]
    public void OfThisProcessItIsFoundByTheListOfUsersAndTheEnvironment()
    {
        var listed = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f[0] == Environment.UserName)?[5];
        Assert.Equal(listed, UserList.HomeOfThisUser());
        Assert.Equal(HostSystem.Linux, VirtualBoxHome.Find().Host);
        Assert.Equal(Environment.GetEnvironmentVariable("VBOX_USER_HOME") ?? VirtualBoxHome.Find().Folder, VirtualBoxHome.Find().Folder);
    }
}
