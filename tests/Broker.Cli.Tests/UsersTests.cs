using Broker.Core.Users;

namespace Broker.Cli.Tests;

public class UsersTests
{
    [Fact]
    public async Task AnAccountThatWasAddedHasItsPasswordAndAnAuditRow()
    {
        var line = await CommandLine.New();
        (await line.Run(["users", "add", "Bea", "--display-name", "Bea B.", "--admin", "--must-change-password", "--password-stdin"], CommandLine.Password + "\n")).Done();
        var user = await line.Db.Read(s => UsersTable.Find(s, "bea"));
        Assert.Equal(("Bea", "Bea B.", true, true), (user!.Name, user.DisplayName, user.IsAdmin, user.MustChangePassword));
        Assert.True(Passwords.Fits(user.PasswordHash, CommandLine.Password, out _));
        Assert.Equal("Bea", await line.Db.Read(s => s.First<string>("SELECT subject FROM audit WHERE action = 'user_added'")));
    }

    [Fact]
    public async Task ANameThatIsTakenIsRefusedWithARemedy()
    {
        var outcome = await (await CommandLine.New()).Run(["users", "add", "ADA", "--password-stdin"], CommandLine.Password);
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("broker users password ada", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IfMissingSucceedsQuietlyAndChangesNothing()
    {
        var line = await CommandLine.New();
        var before = await line.Db.Read(s => UsersTable.Find(s, "ada"));
        var outcome = await line.Run(["users", "add", "ada", "--display-name", "Other", "--if-missing", "--password-stdin"], CommandLine.Password);
        Assert.Equal("", outcome.Done() + outcome.Error);
        Assert.Equal(before, await line.Db.Read(s => UsersTable.Find(s, "ada")));
    }

    [Fact]
    public async Task TwoAddsAtOnceMakeOneAccount()
    {
        var line = await CommandLine.New();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => line.Run(["users", "add", "bea", "--password-stdin"], CommandLine.Password)));
        Assert.Single(outcomes, o => o.Code == ExitCode.Done);
        Assert.Equal(3, outcomes.Count(o => o.Code == ExitCode.Refused));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("bea-bea-bea-bea")]
    [InlineData("")]
    public async Task AWeakPasswordMakesNoAccount(string password)
    {
        var line = await CommandLine.New();
        Assert.NotEqual(ExitCode.Done, (await line.Run(["users", "add", "bea", "--password-stdin"], password)).Code);
        Assert.Null(await line.Db.Read(s => UsersTable.Find(s, "bea")));
    }

    [Fact]
    public async Task ATemporaryAccountIsShownAsSuchAndIsNoAdministrators()
    {
        var line = await CommandLine.New();
        (await line.Run(["users", "add", "guest", "--temporary", "--password-stdin"], CommandLine.Password)).Done();
        Assert.True((await User(line, "guest")).IsTemporary);
        Assert.Contains("temporary", (await line.Run("users", "list")).Done(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await line.Run(["users", "add", "boss", "--temporary", "--admin", "--password-stdin"], CommandLine.Password)).Code);
        Assert.Null(await line.Db.Read(s => UsersTable.Find(s, "boss")));
    }

    [Fact]
    public async Task WithoutPasswordStdinItSaysHow()
    {
        var outcome = await (await CommandLine.New()).Run("users", "add", "bea");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--password-stdin", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANewPasswordEndsTheSessions()
    {
        var line = await CommandLine.New();
        var before = await line.Db.Read(s => UsersTable.Find(s, "ada"));
        (await line.Run(["users", "password", "ada", "--password-stdin", "--must-change-password"], CommandLine.Password)).Done();
        var after = await line.Db.Read(s => UsersTable.Find(s, "ada"));
        Assert.True(Passwords.Fits(after!.PasswordHash, CommandLine.Password, out _));
        Assert.True(after.MustChangePassword);
        Assert.NotEqual(before!.SecurityStamp, after.SecurityStamp);
    }

    [Fact]
    public async Task APasswordForNobodyIsRefused()
    {
        var outcome = await (await CommandLine.New()).Run(["users", "password", "nobody", "--password-stdin"], CommandLine.Password);
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("broker users list", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheListNeverShowsHashes()
    {
        var line = await CommandLine.New();
        (await line.Run(["users", "add", "bea", "--password-stdin"], CommandLine.Password)).Done();
        var list = await line.Run("users", "list", "--json");
        Assert.Equal(["ada", "bea"], list.Json.EnumerateArray().Select(u => u.GetProperty("name").GetString()));
        Assert.DoesNotContain("hash", list.Out, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AnAdministratorIsMadeAndUnmadeAndHisSessionsEnd()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        var before = await User(line, "bea");
        (await line.Run("users", "make-admin", "bea")).Done();
        var made = await User(line, "bea");
        Assert.True(made.IsAdmin);
        Assert.NotEqual(before.SecurityStamp, made.SecurityStamp);
        (await line.Run("users", "make-admin", "bea")).Done();
        Assert.Equal(made, await User(line, "bea"));
        (await line.Run("users", "remove-admin", "bea", "--as", "ada")).Done();
        Assert.False((await User(line, "bea")).IsAdmin);
        Assert.Equal(["admin_made", "admin_removed"], await line.Db.Read(s => s.Query<string>("SELECT action FROM audit WHERE user_id = (SELECT id FROM users WHERE name = 'ada') ORDER BY id")));
    }

    [Fact]
    public async Task WhoeverIsDisabledCannotAskUntilHeIsEnabled()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        (await line.Run("users", "disable", "bea")).Done();
        Assert.Contains("bea is disabled", (await line.Run("requests", "ask", "ping", "--as", "bea")).Error, StringComparison.Ordinal);
        (await line.Run("users", "enable", "bea")).Done();
        (await line.Run("requests", "ask", "ping", "--as", "bea")).Done();
    }

    [Theory]
    [InlineData("remove-admin")]
    [InlineData("disable")]
    public async Task TheLastAdministratorStays(string verb)
    {
        var line = await CommandLine.New();
        var outcome = await line.Run("users", verb, "ada");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("last administrator", outcome.Error, StringComparison.Ordinal);
        Assert.True(await User(line, "ada") is { IsAdmin: true, IsDisabled: false });
    }

    [Fact]
    public async Task WhoeverMayNotManageUsersMakesNoAdministrator()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        Assert.Equal(ExitCode.Refused, (await line.Run("users", "make-admin", "bea", "--as", "bea")).Code);
        Assert.False((await User(line, "bea")).IsAdmin);
    }

    private static async Task<UserRow> User(CommandLine line, string name) => (await line.Db.Read(s => UsersTable.Find(s, name)))!;

    [Fact]
    public async Task ALinkForTheFirstAdministratorLeadsToTheFrontEndAndCountsOnce()
    {
        var line = await CommandLine.New(withAdmin: false);
        var link = (await line.With("BROKER_URLS", "https://broker.example:8443").Run("users", "first-admin-link")).Done().Trim();
        Assert.StartsWith("https://broker.example:8443/first-admin#", link, StringComparison.Ordinal);
        var token = link.Split('#')[1];
        Assert.NotNull(await line.Db.Transaction(s => FirstAdminLinks.Use(s, token, "ada", "hash", null)));
        Assert.Null(await line.Db.Transaction(s => FirstAdminLinks.Use(s, token, "eve", "hash", null)));
        Assert.Contains("administrator", (await line.Run("users", "list")).Done(), StringComparison.Ordinal);
    }
}
