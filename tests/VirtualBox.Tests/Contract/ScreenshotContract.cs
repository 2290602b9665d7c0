namespace VirtualBox.Tests;

public abstract class ScreenshotContract(Installation tried)
{
    [ContractFact]
    public async Task WhatDoesNotRunShowsNothing()
    {
        var machine = await tried.NewMachine();
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => machine.Screenshot());
        Assert.Contains("not currently running", error.Message, StringComparison.Ordinal);
        await machine.Delete();
    }
}
