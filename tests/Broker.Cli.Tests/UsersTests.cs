using Broker.Core.Users;

namespace Broker.Cli.Tests;

public class UsersTests
{
    [Fact]
    public async Task AnAccountThatWasAddedHasItsPasswordAndAnAuditRow()
    {
        var line = await CommandLine.New();
        (await line.Run(["user", "add", "Bea", "--display-name", "Bea B.", "--admin", "--must-change-password", "--password-stdin"], CommandLine.Password + "\n")).Done();
        var user = await line.Db.Read(s => UsersTable.Find(s, "bea"));
        Assert.Equal(("Bea", "Bea B.", true, true), (user!.Name, user.DisplayName, user.IsAdmin, user.MustChangePassword));
        Assert.True(Passwords.Fits(user.PasswordHash, CommandLine.Password, out _));
        Assert.Equal("Bea", await line.Db.Read(s => s.First<string>("SELECT subject FROM audit WHERE action = 'user_added'")));
    }

    [Fact]
    public async Task ANameThatIsTakenIsRefusedWithARemedy()
    {
        var outcome = await (await CommandLine.New()).Run(["user", "add", "ADA", "--password-stdin"], CommandLine.Password);
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("broker user password ada", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IfMissingSucceedsQuietlyAndChangesNothing()
    {
        var line = await CommandLine.New();
        var before = await line.Db.Read(s => UsersTable.Find(s, "ada"));
        var outcome = await line.Run(["user", "add", "ada", "--display-name", "Other", "--if-missing", "--password-stdin"], CommandLine.Password);
        Assert.Equal("", outcome.Done() + outcome.Error);
        Assert.Equal(before, await line.Db.Read(s => UsersTable.Find(s, "ada")));
    }

    [Fact]
    public async Task TwoAddsAtOnceMakeOneAccount()
    {
        var line = await CommandLine.New();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => line.Run(["user", "add", "bea", "--password-stdin"], CommandLine.Password)));
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
        Assert.NotEqual(ExitCode.Done, (await line.Run(["user", "add", "bea", "--password-stdin"], password)).Code);
        Assert.Null(await line.Db.Read(s => UsersTable.Find(s, "bea")));
    }

    [Fact]
    public async Task WithoutPasswordStdinItSaysHow()
    {
        var outcome = await (await CommandLine.New()).Run("user", "add", "bea");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--password-stdin", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANewPasswordEndsTheSessions()
    {
        var line = await CommandLine.New();
        var before = await line.Db.Read(s => UsersTable.Find(s, "ada"));
        (await line.Run(["user", "password", "ada", "--password-stdin", "--must-change-password"], CommandLine.Password)).Done();
        var after = await line.Db.Read(s => UsersTable.Find(s, "ada"));
        Assert.True(Passwords.Fits(after!.PasswordHash, CommandLine.Password, out _));
        Assert.True(after.MustChangePassword);
        Assert.NotEqual(before!.SecurityStamp, after.SecurityStamp);
    }

    [Fact]
    public async Task APasswordForNobodyIsRefused()
    {
        var outcome = await (await CommandLine.New()).Run(["user", "password", "nobody", "--password-stdin"], CommandLine.Password);
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("broker user list", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheListNeverShowsHashes()
    {
        var line = await CommandLine.New();
        (await line.Run(["user", "add", "bea", "--password-stdin"], CommandLine.Password)).Done();
        var list = await line.Run("user", "list", "--json");
        Assert.Equal(["ada", "bea"], list.Json.EnumerateArray().Select(u => u.GetProperty("name").GetString()));
        Assert.DoesNotContain("hash", list.Out, StringComparison.OrdinalIgnoreCase);
    }
}
