using System.Net;

namespace VirtualBox.Tests;

public abstract class GuestContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.VBox;

    [ContractFact]
    public async Task WhatAGuestTellsOfItsNicsIsRead()
    {
        var machine = await tried.NewMachine();
        Assert.Empty(await machine.ListGuestNetworks());
        (string Key, string Value)[] told =
        [
            ("Count", "1"), ("0/MAC", "080027F1EA85"), ("0/V4/IP", "10.9.0.5"), ("0/Status", "Up"),
            ("0/Name", "eth0"), ("1/V4/IP", "10.9.0.6"),
        ];
        foreach (var (key, value) in told) await machine.SetGuestProperty($"/VirtualBox/GuestInfo/Net/{key}", value);
        Assert.Equal([new("080027F1EA85", "eth0", IPAddress.Parse("10.9.0.5"), null, true)], await machine.ListGuestNetworks());
        await machine.Delete();
    }

    [ContractFact]
    public async Task APropertyIsWaitedForUntilItChangesAndNotForEver()
    {
        var machine = await tried.NewMachine();
        Assert.Null(await machine.WaitForGuestProperty("/x/*", TimeSpan.FromMilliseconds(300)));

        // Changed again and again: nothing tells when the waiting has begun.
        Assert.Equal(("/x/a", "two\nlines"), await Changed(i => machine.SetGuestProperty(i % 2 == 0 ? "/y/a" : "/x/a", "two\nlines")));
        await machine.SetGuestProperty("/x/b", "z");
        Assert.Equal(
            ("/x/b", null),
            await Changed(async _ =>
            {
                await machine.SetGuestProperty("/y/a", "z");
                await machine.DeleteGuestProperty("/x/b");
            }));
        await machine.Delete();

        async Task<(string, string?)?> Changed(Func<int, Task> change)
        {
            var waiting = machine.WaitForGuestProperty("/x/*", TimeSpan.FromMinutes(1));
            for (var i = 0; !waiting.IsCompleted; i++) await change(i);
            return await waiting;
        }
    }

    [ContractFact]
    public async Task WhatDoesNotRunCanNotBeAskedToShutDown()
    {
        var machine = await tried.NewMachine();
        foreach (var restart in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<VBoxManageException>(() => machine.AskToShutDown(restart));
            Assert.Contains("not currently running", error.Message, StringComparison.Ordinal);
        }
        await machine.Delete();
    }

    [ContractFact]
    public async Task FoldersAreSharedAndTakenBack()
    {
        var machine = await tried.NewMachine();
        SharedFolder[] folders = [new("plain", "/tmp"), new("s\"f\\x", tried.NewFolder())];
        await machine.AddSharedFolder(folders[0] with { IsReadOnly = true, AutoMount = true });
        await machine.AddSharedFolder(folders[1]);
        Assert.Equal(folders, (await machine.Read()).SharedFolders);
        await Assert.ThrowsAsync<ObjectInUseException>(() => machine.AddSharedFolder(folders[0]));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.AddSharedFolder(new("a b", "/tmp")));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.AddSharedFolder(new("a", "tmp")));
        await machine.RemoveSharedFolder("plain");
        Assert.Equal(ErrorCode.ObjectNotFound, (await Assert.ThrowsAsync<VBoxManageException>(() => machine.RemoveSharedFolder("plain"))).Code);
        Assert.Equal(folders[1..], (await machine.Read()).SharedFolders);
        await machine.Delete();
    }
}
