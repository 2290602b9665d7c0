using System.Net;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Frontend.Tests.SignIn;

public sealed class OwnAccountTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task One_sees_ones_own_groups_and_until_when_the_password_counts()
    {
        var id = await host.NewUser("pupil");
        await host.Db.Transaction(async s =>
        {
            await SiteSettingsTable.Write(s, await SiteSettingsTable.Read(s) with { PasswordDays = 90 });
            foreach (var name in (string[])["Statistics", "First year", "Teachers"])
            {
                var group = await UserGroupsTable.Insert(s, name, AccountSource.Local, null, null);
                if (name != "Teachers") await UserGroupsTable.Add(s, group, id);
            }
        });
        using var browser = await host.SignedInByPassword("pupil");
        var account = await browser.Get("/api/session/account").Gives(HttpStatusCode.OK);
        Assert.Equal("local", account.GetProperty("source").GetString());
        Assert.Equal(["First year", "Statistics"], account.GetProperty("groups").EnumerateArray().Select(g => g.GetString()));
        var expires = account.GetProperty("password_expires_at").GetDateTimeOffset();
        Assert.InRange((expires - account.GetProperty("last_sign_in_at").GetDateTimeOffset()).TotalDays, 89, 90);
    }
}
