using Broker.Core.Users;

namespace Broker.Cli.Tests;

public class UserUploadTests
{
    [Fact]
    public async Task AListIsToldAndThenMadeWithPasswordsToldOnce()
    {
        var line = await CommandLine.New();
        const string list = "name,display_name\nbea,Bea B.\nada,\n";
        var told = await line.Run(["users", "upload", "-", "--dry-run"], list);
        Assert.Contains("would be made", told.Done(), StringComparison.Ordinal);
        Assert.Null(await line.Db.Read(s => UsersTable.Find(s, "bea")));

        var made = await line.Run(["users", "upload", "-", "--json"], list);
        made.Done();
        var password = made.Json[0].GetProperty("password").GetString()!;
        var bea = await line.Db.Read(s => UsersTable.Find(s, "bea"));
        Assert.True(Passwords.Fits(bea!.PasswordHash, password, out _));
        Assert.Equal(("Bea B.", true), (bea.DisplayName, bea.MustChangePassword));
        Assert.Equal("there", made.Json[1].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task OneBadLineAndNobodyIsMade()
    {
        var line = await CommandLine.New();
        var outcome = await line.Run(["users", "upload", "-"], "name,password\nbea,\ncai,short\n");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("nothing was done", outcome.Error, StringComparison.Ordinal);
        Assert.Null(await line.Db.Read(s => UsersTable.Find(s, "bea")));
    }

    [Fact]
    public async Task AFileThatIsNotThereIsToldByName()
    {
        var outcome = await (await CommandLine.New()).Run("users", "upload", "/nowhere/list.csv");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("/nowhere/list.csv can't be read", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAccountIsUnlockedAndItsSecondFactorTakenAway()
    {
        var line = await CommandLine.New();
        var ada = (await line.Db.Read(s => UsersTable.Find(s, "ada")))!;
        await line.Db.Transaction(async s =>
        {
            for (var i = 0; i <= UsersTable.FreeFailures; i++) await UsersTable.SignInFailed(s, ada.Id);
            await SecondFactorsTable.Insert(s, ada.Id, "not looked at", 1);
        });
        Assert.True((await line.Db.Read(s => UsersTable.Get(s, ada.Id)))!.IsLocked);
        (await line.Run("users", "unlock", "ada")).Done();
        Assert.False((await line.Db.Read(s => UsersTable.Get(s, ada.Id)))!.IsLocked);
        Assert.True(await line.Db.Read(s => SecondFactorsTable.Has(s, ada.Id)));
        (await line.Run("users", "unlock", "ada", "--remove-second-factor")).Done();
        Assert.False(await line.Db.Read(s => SecondFactorsTable.Has(s, ada.Id)));
    }
}
