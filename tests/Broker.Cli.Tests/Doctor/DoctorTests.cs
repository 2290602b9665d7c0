using System.Text.Json;
using Broker.Cli.Doctor;
using Broker.Core.Database;
using Broker.Testing;

namespace Broker.Cli.Tests.Doctor;

/// <summary>The whole doctor, with a real database and a back end with a simulated host.</summary>
public class DoctorTests
{
    [Fact]
    public async Task EveryCheckIsToldOnceAndEachProblemHasARemedy()
    {
        var (line, backEnd) = await WithBackEnd();
        await using var running = backEnd;
        var outcome = await line.Run("doctor", "--json");
        var checks = outcome.Json.GetProperty("checks").EnumerateArray().ToList();
        Assert.Equal(Examination.Checks.Select(c => c.Id).Order(), checks.Select(Id).Order());
        foreach (var check in checks)
        {
            Assert.EndsWith(".", check.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.Equal(State(check) is "warning" or "failed", check.GetProperty("remedy").ValueKind is JsonValueKind.String);
        }

        foreach (var good in (string[])["settings", "database", "migrations", "database_clock", "doorbell", "nodes", "back_ends", "queue", "host_answers", "host_library", "host_displays"])
            Assert.Equal((good, "ok"), (good, State(checks.Single(c => Id(c) == good))));
        Assert.Equal("host", checks.Single(c => Id(c) == "host_pool").GetProperty("node").GetString());
    }

    [Fact]
    public async Task TheExitCodeIsThatOfTheWorst()
    {
        var (line, backEnd) = await WithBackEnd();
        await using var running = backEnd;
        var outcome = await line.Run("doctor", "--json");
        var states = outcome.Json.GetProperty("checks").EnumerateArray().Select(State).ToHashSet();
        var expected = states.Contains("failed") ? ("failed", ExitCode.DoctorFailed) : states.Contains("warning") ? ("warning", ExitCode.DoctorWarns) : ("ok", ExitCode.Done);
        Assert.Equal(expected, (outcome.Json.GetProperty("state").GetString(), outcome.Code));
    }

    [Fact]
    public async Task WithoutABackEndTheHostDoesNotAnswerAndTheQuestionIsTakenBack()
    {
        var line = await CommandLine.New();
        (await line.Run("nodes", "add", "here", "--manager", "simulated", "--uri", line.RunFolder)).Done();
        var outcome = await line.Run("doctor", "--json", "--problems", "--timeout", "0.2");
        Assert.Equal(ExitCode.DoctorFailed, outcome.Code);
        var checks = outcome.Json.GetProperty("checks").EnumerateArray().ToDictionary(Id);
        Assert.Equal("failed", State(checks["host_answers"]));
        Assert.Equal("failed", State(checks["back_ends"]));
        Assert.DoesNotContain("ok", checks.Values.Select(State));
        Assert.Equal("cancelled", (await line.Run("requests", "list", "--json")).Json[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task WithoutADatabaseTheRestIsStillLookedAt()
    {
        var line = (await CommandLine.New()).With("BROKER_DATABASE", "Server=127.0.0.1;Port=1;Database=broker;User ID=x;Password=y");
        var outcome = await line.Run("doctor");
        Assert.Equal(ExitCode.DoctorFailed, outcome.Code);
        Assert.Contains("failed          MariaDB: The database can't be reached", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("not applicable  Tables: The database has to answer first.", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("This machine", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("> systemctl start mariadb", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSettingsAreToldAndNothingIsGuessed()
    {
        var line = await CommandLine.New();
        var file = Path.Combine(line.RunFolder, "broker.json");
        await File.WriteAllTextAsync(file, """{"backend": {"lease_minutes": 1}}""");
        var outcome = await line.Run("doctor", "--config", file, "--json");
        var settings = outcome.Json.GetProperty("checks").EnumerateArray().Single(c => Id(c) == "settings");
        Assert.Equal((ExitCode.DoctorFailed, "failed"), (outcome.Code, State(settings)));
        Assert.Contains("lease_seconds", settings.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BeforeTheTablesAreThereItSaysHowToMakeThem()
    {
        var outcome = await (await CommandLine.New(migrated: false)).Run("doctor", "--problems");
        Assert.Equal(ExitCode.DoctorFailed, outcome.Code);
        Assert.Contains("> broker db migrate", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFrontEndsAccountIsHeldAgainstTheList()
    {
        var line = await CommandLine.New();
        var account = await PrivateMariaDb.NewFrontEndAccount(line.Variable("BROKER_DATABASE"));
        var file = Path.Combine(line.RunFolder, "broker.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            shared = new { run = line.RunFolder },
            backend = new { database = line.Variable("BROKER_DATABASE") },
            frontend = new { database = account, urls = new[] { "http://127.0.0.1:8080" } },
        }));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("ok", await State());

        var db = new Db(line.Variable("BROKER_DATABASE"));
        var name = await new Db(account).Read(s => s.First<string>("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"));
        await db.Read(s => s.Execute($"GRANT UPDATE (name) ON users TO {name}@'127.0.0.1'"));
        Assert.Equal("failed", await State());
        await db.Read(s => s.Execute($"REVOKE UPDATE (name), INSERT ON users FROM {name}@'127.0.0.1'"));
        Assert.Equal("failed", await State());

        async Task<string?> State() => DoctorTests.State((await line.Run("doctor", "--config", file, "--json")).Json
            .GetProperty("checks").EnumerateArray().Single(c => Id(c) == "database_frontend_account"));
    }

    private static async Task<(CommandLine, RunningBackEnd)> WithBackEnd()
    {
        var line = await CommandLine.New();
        var backEnd = await RunningBackEnd.Prepare(line.Variable("BROKER_DATABASE"), line.RunFolder);
        await backEnd.Start();
        await backEnd.Until(s => s.First<string>("SELECT state FROM nodes"), state => state == "up");
        return (line, backEnd);
    }

    private static string Id(JsonElement check) => check.GetProperty("id").GetString()!;

    private static string State(JsonElement check) => check.GetProperty("state").GetString()!;
}
