using System.Net;
using Broker.Core.Access;

namespace Broker.Frontend.Tests.Users;

public class UsersTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task A_new_account_can_sign_in_and_has_to_choose_a_password()
    {
        using var admin = await host.SignedIn("admin");
        var made = await admin.Post("/api/users", new { name = "new-student", display_name = "Neu Student", password = "first password 9" }).Gives(HttpStatusCode.Created);
        Assert.Equal("Neu Student", made.GetProperty("display_name").GetString());
        Assert.False(made.GetProperty("is_temporary").GetBoolean());
        Assert.False(made.TryGetProperty("password_hash", out _));
        using var browser = host.NewBrowser();
        var session = await browser.SignIn("new-student", "first password 9");
        Assert.True(session.GetProperty("user").GetProperty("must_change_password").GetBoolean());
        await admin.Post("/api/users", new { name = "NEW-student", password = "first password 9" }).Refuses(HttpStatusCode.Conflict, "name_taken");
    }

    [Theory]
    [InlineData("", "first password 9")]
    [InlineData("with space", "first password 9")]
    [InlineData("with'quote", "first password 9")]
    [InlineData("short-password", "short")]
    [InlineData("tried-first", "Password2026!")]
    [InlineData("tried-first", "QWERTYuiop")]
    [InlineData("tried-first", "1q2w3e4r5t6y")]
    [InlineData("tried-first", "9182736450")]
    [InlineData("own-name-1", "own-name-1-own-name-1")]
    public async Task Bad_names_and_weak_passwords_are_refused(string name, string password)
    {
        using var admin = await host.SignedIn("admin");
        await admin.Post("/api/users", new { name, password }).Refuses(HttpStatusCode.BadRequest, "bad_arguments");
    }

    [Fact]
    public async Task Who_manages_users_cannot_make_himself_an_administrator()
    {
        var id = await host.NewUser("user-keeper");
        await host.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@id, @grant, 'all')", new { id, grant = Core.Word.Of(Grant.ManageUsers) }));
        using var keeper = await host.SignedIn("user-keeper");
        await keeper.Get("/api/users").Gives(HttpStatusCode.OK);
        await keeper.Post("/api/users", new { name = "helper-1", password = "first password 9" }).Gives(HttpStatusCode.Created);
        await keeper.Post("/api/users", new { name = "helper-2", password = "first password 9", is_admin = true }).Refuses(HttpStatusCode.Forbidden, "not_allowed");
        await keeper.Get("/api/nodes").Refuses(HttpStatusCode.Forbidden, "not_allowed");
    }
}
