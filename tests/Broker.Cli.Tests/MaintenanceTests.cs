using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

public class MaintenanceTests
{
    [Fact]
    public async Task ItIsAnnouncedShownAndEnded()
    {
        var line = await CommandLine.New();
        Assert.Contains("none is announced", (await line.Run("maintenance", "show")).Done(), StringComparison.Ordinal);
        Assert.Contains("will be served", (await line.Run("maintenance", "set", "--from", "2099-01-01T22:00Z", "--message", "New disks.")).Done(), StringComparison.Ordinal);
        Assert.Contains("New disks.", (await line.Run("maintenance", "show")).Done(), StringComparison.Ordinal);
        Assert.Contains("are served", (await line.Run("maintenance", "set", "--until", "+2h")).Done(), StringComparison.Ordinal);
        (await line.Run("maintenance", "end")).Done();
        Assert.Null(await line.Db.Read(SiteSettingsTable.ReadMaintenance));

        Assert.Equal(ExitCode.Usage, (await line.Run("maintenance", "set", "--from", "soon")).Code);
        await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        Assert.Equal(ExitCode.Refused, (await line.Run("maintenance", "set", "--as", "bea")).Code);
    }
}
