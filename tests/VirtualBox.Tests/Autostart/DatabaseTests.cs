namespace VirtualBox.Tests;

public sealed class AutostartDatabaseTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("autostart-db-").FullName;

    [Fact]
    public void TellsWhichUsersHaveMachinesThatStartAndStop()
    {
        File.WriteAllText(Path.Combine(folder, "bob.start"), "1");
        File.WriteAllText(Path.Combine(folder, "bob.stop"), "2\n");
        File.WriteAllText(Path.Combine(folder, "j.doe-2.start"), "12");
        File.WriteAllText(Path.Combine(folder, "none.start"), "0");
        File.WriteAllText(Path.Combine(folder, "broken.start"), "x");
        File.WriteAllText(Path.Combine(folder, "large.start"), new string('1', 1000));
        File.WriteAllText(Path.Combine(folder, ".start"), "1");
        File.WriteAllText(Path.Combine(folder, "autostart.cfg"), "1");

        var database = new AutostartDatabase(folder);
        Assert.Equal(new Dictionary<string, int> { ["bob"] = 1, ["j.doe-2"] = 12 }, database.Starting());
        Assert.Equal(new Dictionary<string, int> { ["bob"] = 2 }, database.Stopping());
    }

    [Fact]
    public void AFolderThatIsMissingIsTold()
    {
        var finding = Assert.Single(new AutostartDatabase(Path.Combine(folder, "not")).Check());
        Assert.Equal(AutostartEffect.NobodyStarts, finding.Effect);
        Assert.Contains("install -d -m 1777", finding.Remedy, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => new AutostartDatabase(Path.Combine(folder, "not")).Starting());
    }

    // Everybody may write there. A pipe would be waited for, until somebody writes into it.
    [Fact]
    public async Task WhatSomebodyPutThereInsteadOfACountStopsNobody()
    {
        File.WriteAllText(Path.Combine(folder, "bob.start"), "1");
        await Fifo.Make(Path.Combine(folder, "eve.start"));
        File.CreateSymbolicLink(Path.Combine(folder, "gone.start"), Path.Combine(folder, "nowhere"));
        File.CreateSymbolicLink(Path.Combine(folder, "zero.start"), "/dev/zero");
        File.CreateSymbolicLink(Path.Combine(folder, "folder.start"), "/");

        var starting = await Task.Run(() => new AutostartDatabase(folder).Starting()).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(new Dictionary<string, int> { ["bob"] = 1 }, starting);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
