namespace VirtualBox.Tests;

public sealed class ScreenshotTests
{
    private const string Png = @"printf '\211PNG\r\n\032\nrest'";

    [Fact]
    public async Task AScreenIsReadAndItsFileRemoved()
    {
        using var fake = new FakeVBoxManage($"""
            echo "$*" > "$here/done"
            stat -c %a "$(dirname "$4")" > "$here/mode"
            {Png} > "$4"
            """);
        var machine = new Machine(fake.Runner, Guid.NewGuid());
        var png = await machine.Screenshot(1);
        Assert.Equal([0x89, .. "PNG\r\n"u8, 0x1a, .. "\nrest"u8], png);
        var arguments = (await File.ReadAllTextAsync(fake.FileOf("done"))).Trim().Split(' ');
        Assert.Equal(["controlvm", $"{machine.Uuid}", "screenshotpng", arguments[3], "1"], arguments);
        Assert.Equal("700", (await File.ReadAllTextAsync(fake.FileOf("mode"))).Trim());
        Assert.False(Directory.Exists(Path.GetDirectoryName(arguments[3])));
    }

    [Theory]
    [InlineData("exit 1", typeof(VBoxManageException))]
    [InlineData("true", typeof(FormatException))]
    [InlineData("echo GIF > \"$4\"", typeof(FormatException))]
    [InlineData(Png + " > \"$4\"; truncate -s 65M \"$4\"", typeof(FormatException))]
    public async Task WhatIsNoPictureIsAnErrorAndLeavesNothing(string script, Type error)
    {
        using var fake = new FakeVBoxManage($"""
            dirname "$4" > "$here/folder"
            {script}
            """);
        await Assert.ThrowsAsync(error, () => new Machine(fake.Runner, Guid.NewGuid()).Screenshot());
        Assert.False(Directory.Exists((await File.ReadAllTextAsync(fake.FileOf("folder"))).Trim()));
    }
}
