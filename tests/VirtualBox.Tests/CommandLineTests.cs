namespace VirtualBox.Tests;

public sealed class CommandLineTests
{
    private static readonly VBoxManage vbox = new("/opt/vbox/VBoxManage");

    [Fact]
    public void HoldsProgramAndArgumentsAsGiven()
    {
        var command = vbox.Command("createvm", "--name", "a \"b\" $c");

        Assert.Equal("/opt/vbox/VBoxManage", command.Program);
        Assert.Equal(["createvm", "--name", "a \"b\" $c"], command.Arguments);
    }

    [Fact]
    public void IsEqualByContent()
    {
        Assert.Equal(vbox.Command("list", "vms"), vbox.Command("list", "vms"));
        Assert.Equal(vbox.Command("list", "vms").GetHashCode(), vbox.Command("list", "vms").GetHashCode());
        Assert.NotEqual(vbox.Command("list", "vms"), vbox.Command("list", "hdds"));
        Assert.NotEqual(vbox.Command("list", "vms"), vbox.Command("list vms"));
        Assert.NotEqual(vbox.Command("list"), vbox.Command("list") with { TimeLimit = TimeSpan.FromHours(1) });
    }

    [Fact]
    public void LaterChangesOfTheListDontReachIt()
    {
        var arguments = new List<string> { "list" };
        var command = vbox.Command(arguments);
        arguments.Add("vms");
        Assert.Equal(["list"], command.Arguments);
    }

    [Fact]
    public void MayTakeLongerThanTheStallsOfTenSeconds() => Assert.Equal(TimeSpan.FromSeconds(60), vbox.Command("list").TimeLimit);

    [Fact]
    public void RefusesWhatTheSystemWouldCutOff() => Assert.Throws<ArgumentException>(() => vbox.Command("unregistervm", "base\0-old"));

    [Theory]
    [InlineData("my vm", "'my vm'")]
    [InlineData("", "''")]
    [InlineData("plain", "plain")]
    [InlineData("VNCPassword=secret", "VNCPassword=***")]
    [InlineData("--vrdeproperty=VNCPassword=secret word", "--vrdeproperty=VNCPassword=***")]
    [InlineData("--memory=512", "--memory=512")]
    public void ReadsWellInLogsAndShowsNoPassword(string argument, string shown) =>
        Assert.Equal($"/opt/vbox/VBoxManage modifyvm {shown}", vbox.Command("modifyvm", argument).ToString());
}
