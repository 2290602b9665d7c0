using Broker.Core.Users;

namespace Broker.Cli.Tests;

/// <summary><c>broker limits</c> and <c>broker bookings</c>.</summary>
public class LimitsAndBookingsTests
{
    [Fact]
    public async Task LimitsAreSetShownAndTakenBack()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(async s =>
        {
            var bea = await UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false);
            await UserGroupsTable.Add(s, await UserGroupsTable.Insert(s, "Labs", AccountSource.Local, null, null), bea);
        });
        (await line.Run("limits", "set", "Labs", "--group", "--start", "4", "--disk", "30")).Done();
        (await line.Run("limits", "set", "bea", "--disk", "0")).Done();
        var shown = (await line.Run("limits", "show", "bea", "--json")).Json;
        Assert.Equal((4, "group Labs"), (shown.GetProperty("start_limit").GetProperty("most").GetInt32(), shown.GetProperty("start_limit").GetProperty("source").GetString()));
        Assert.Equal((0, "own"), (shown.GetProperty("disk_gib").GetProperty("most").GetInt32(), shown.GetProperty("disk_gib").GetProperty("source").GetString()));
        Assert.Contains("group Labs", (await line.Run("limits", "set", "bea", "--disk", "usual")).Done(), StringComparison.Ordinal);
        Assert.Equal(30, (await line.Run("limits", "show", "Labs", "--group", "--json")).Json.GetProperty("disk_gib").GetInt32());
        Assert.Equal(ExitCode.Usage, (await line.Run("limits", "set", "bea", "--disk", "much")).Code);
        Assert.NotEqual(ExitCode.Done, (await line.Run("limits", "show", "nobody")).Code);
    }

    [Fact]
    public async Task ABookingIsTriedMadeListedAndRemoved()
    {
        var line = await CommandLine.New();
        string[] exam = ["bookings", "add", "Exam", "--from", "08:00", "--until", "10:00", "--day", "2030-03-25", "--last-day", "2030-04-07", "--on", "mon", "--time-zone", "Europe/Madrid"];
        Assert.Contains("Exam would be booked for 2 days, first from 2030-03-25 08:00 until 10:00 (Europe/Madrid).", (await line.Run([.. exam, "--dry-run"])).Done(), StringComparison.Ordinal);
        Assert.Equal(2, (await line.Run([.. exam, "--json"])).Json.GetProperty("entries").GetArrayLength());
        var twice = await line.Run(exam);
        Assert.Equal(ExitCode.Refused, twice.Code);
        Assert.Contains("Exam, booked by", twice.Error, StringComparison.Ordinal);
        Assert.Contains("In its way (same): Exam", (await line.Run([.. exam, "--despite-conflicts"])).Done(), StringComparison.Ordinal);

        var listed = (await line.Run("bookings", "list", "--from", "2030-03-25", "--json")).Json;
        Assert.Equal(4, listed.GetArrayLength());
        Assert.Contains("Mon 2030-04-01", (await line.Run("bookings", "list", "--from", "2030-03-25")).Done(), StringComparison.Ordinal);
        var id = listed[0].GetProperty("id").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal("2 days are not booked any more.", (await line.Run("bookings", "remove", id, "--which", "all")).Done().Trim());
        Assert.Equal(ExitCode.Usage, (await line.Run("bookings", "add", "X", "--from", "08:00", "--until", "09:00", "--on", "someday")).Code);
    }
}
