using Broker.Core.Users;

namespace Broker.Core.Tests.Users;

public class AdministratorsTests
{
    [Fact]
    public async Task WhatChangesThemDoesNotWaitForWhatIsAboutOthers()
    {
        var world = await World.New();
        var ana = await world.User("ana");
        await world.Db.Transaction(async busy =>
        {
            await UsersTable.Lock(busy, ana.UserId);
            await UsersTable.Lock(busy, world.Admin.UserId);
            await world.Db.Transaction(UsersTable.LockAdministrators);
        });
    }
}
