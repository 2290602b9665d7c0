namespace VirtualBox.Tests;

public sealed class VersionTests
{
    [Theory]
    [InlineData("7.2.22_Debianr175245", 7, 2, 22, "_Debian", 175245)]
    [InlineData("7.0.20r163906\n", 7, 0, 20, "", 163906)]
    [InlineData("6.1.50_Ubuntur161033", 6, 1, 50, "_Ubuntu", 161033)]
    [InlineData("7.1.0_BETA1r163800", 7, 1, 0, "_BETA1", 163800)]
    public void IsReadInAllItsParts(string text, int major, int minor, int patch, string edition, int revision)
    {
        var version = Version.Parse(text);
        Assert.Equal(new Version(major, minor, patch, edition, revision), version);
        Assert.Equal(text.Trim(), version.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("7.2r175245")]
    [InlineData("7.2.22")]
    [InlineData("WARNING: 7.2.22r175245")]
    [InlineData("7.2.22r99999999999")]
    public void WhatIsNoneIsRefused(string text)
    {
        Assert.False(Version.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Version.Parse(text));
    }

    [Fact]
    public async Task ComesFromTheProgramBehindTheWrappersWarning()
    {
        using var fake = new FakeVBoxManage("""
            cat <<'END'
            WARNING: The character device /dev/vboxdrv does not exist.
            	 Please install the virtualbox-dkms package and the appropriate
            	 headers, most likely linux-headers-amd64.

            	 You will not be able to start VMs until this problem is fixed.
            END
            [ "$*" = --version ] && echo 7.2.22_Debianr175245
            """);
        Assert.Equal(new Version(7, 2, 22, "_Debian", 175245), await fake.Runner.GetVersion());
    }
}
