namespace VirtualBox.Tests;

public sealed class HostTests
{
    /// <summary>From the real 7.2, shortened.</summary>
    private const string Info = """
        Host Information:

        Host time: 2026-11-21T21:27:18.262000000Z
        Processor online count: 4
        Processor count: 8
        Processor online core count: 2
        Processor core count: 4
        Processor supports HW virtualization: yes
        Processor#0 speed: 2596 MHz
        Memory size: 24105 MByte
        Memory available: 23270 MByte
        Operating system: Linux
        Operating system version: 6.18.44

        """;

    [Fact]
    public void AHostIsRead() => Assert.Equal(new(4, 2, 24105, 23270, true, "Linux", "6.18.44"), Host.Parse(Info));

    [Theory]
    [InlineData("Memory size: 24105 MByte", "", "lacks Memory size")]
    [InlineData("24105", "much", "'much MByte' for Memory size")]
    public void WhatIsMissingIsTold(string text, string instead, string why)
    {
        var error = Assert.Throws<FormatException>(() => Host.Parse(Info.Replace(text, instead, StringComparison.Ordinal)));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}
