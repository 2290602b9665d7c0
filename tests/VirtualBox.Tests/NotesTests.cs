namespace VirtualBox.Tests;

public sealed class NotesTests
{
    // "getextradata X enumerate" lists all keys: of a note by that name it would give all others.
    [Fact]
    public async Task AKeyThatVBoxManageTakesForAQuestionIsRefused()
    {
        using var vbox = new FakeVBoxManage("echo 'Key: a, Value: b'");
        var machine = new Machine(vbox.Runner, Guid.NewGuid());

        await Assert.ThrowsAsync<ArgumentException>(() => machine.GetExtra("enumerate"));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.SetExtra("enumerate", "v"));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.DeleteExtra("enumerate"));
        Assert.Equal(0, vbox.Runs);
    }

    // Said by 7.2.22 of a property /A that was set so; /b may be set by the host only.
    [Fact]
    public void AGuestCanMakeUpPropertiesInTheListAndOnlyThere()
    {
        const string list = """
            Name: /A, value: v, timestamp: 1, flags: 
            Name: /b, value: forged, timestamp: 1795297465914649000, flags: 
            Name: /b, value: real, timestamp: 1795297435500349000, flags: RDONLYGUEST

            """;

        Assert.Equal("forged", Machine.GuestPairs(list)["/b"]);
    }
}
