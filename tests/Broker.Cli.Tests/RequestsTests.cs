using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

public class RequestsTests
{
    private static readonly Guid BackEnd = Guid.NewGuid();

    [Fact]
    public async Task ARequestIsForTheFirstAdministratorAndItsNumberIsPrinted()
    {
        var line = await CommandLine.New();
        var id = long.Parse((await line.Run("request", "send", "ping")).Done(), null);
        var row = await line.Db.Read(s => RequestsTable.Get(s, id));
        Assert.Equal(("ping", "ada", RequestState.Requested), (row!.Command, row.UserName, row.State));
    }

    [Fact]
    public async Task SendingRingsAtTheBackEndsDoor()
    {
        var line = await CommandLine.New();
        using var door = new Doorbell(Path.Combine(line.RunFolder, "doorbell")).Open(Side.BackEnd);
        var rung = door.Rung(TimeSpan.FromMinutes(1), CancellationToken.None);
        (await line.Run("request", "send", "ping")).Done();
        await rung.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task MachinesAndOwnersAreGivenByName()
    {
        var line = await CommandLine.New();
        var linux = await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        var bea = await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        var sent = await line.Run("request", "send", "clone", "--json-args", """{"base": "linux", "name": "hers"}""", "--arg", "owner=bea", "--json");
        sent.Done();
        var args = sent.Json.GetProperty("args");
        Assert.Equal((linux, bea, "hers"), (args.GetProperty("base").GetGuid(), args.GetProperty("owner").GetInt64(), args.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task NumbersAndFlagsAreReadByTheCatalogue()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var sent = await line.Run("request", "send", "prepare_base", "--arg", "domain=linux", "--arg", "publish=true", "--json");
        sent.Done();
        Assert.Equal(JsonValueKind.True, sent.Json.GetProperty("args").GetProperty("publish").ValueKind);
        var import = await line.Run("request", "send", "import_domain", "--arg", "file=a.qcow2", "--arg", "name=2024", "--arg", "memory_mib=256", "--json");
        import.Done();
        Assert.Equal(256, import.Json.GetProperty("args").GetProperty("memory_mib").GetInt32());
        Assert.Equal("2024", import.Json.GetProperty("args").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("nonsense", "", ExitCode.Usage, "broker request commands")]
    [InlineData("ping", "extra=1", ExitCode.Refused, "'extra'")]
    [InlineData("start_domain", "domain=nowhere", ExitCode.Refused, "There is no machine nowhere")]
    [InlineData("start_domain", "", ExitCode.Refused, "'domain' is missing")]
    [InlineData("shutdown_domain", "domain", ExitCode.Usage, "key=value")]
    [InlineData("import_domain", "memory_mib=much", ExitCode.Refused, "'memory_mib' has to be a whole number")]
    public async Task WrongArgumentsAreNamed(string command, string arg, int code, string expected)
    {
        var line = await CommandLine.New();
        var outcome = await line.Run(["request", "send", command, .. arg.Length > 0 ? (string[])["--arg", arg] : []]);
        Assert.Equal(code, outcome.Code);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Empty((await line.Run("request", "list", "--json")).Json.EnumerateArray());
    }

    [Fact]
    public async Task AnEqualRequestIsAnsweredWithTheOneThatIsThere()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var first = (await line.Run("request", "send", "start", "--arg", "domain=linux")).Done();
        var second = await line.Run("request", "send", "start_domain", "--arg", "domain=linux");
        Assert.Equal(first, second.Done());
        Assert.Contains("was there already", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnAdministratorItSaysHowToMakeOne()
    {
        var outcome = await (await CommandLine.New(withAdmin: false)).Run("request", "send", "ping");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("broker user add NAME --admin", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnBehalfOfAStudentTheStudentsRightsCount()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        await line.Db.Transaction(s => UsersTable.Insert(s, "student", "Student", null, isAdmin: false, mustChangePassword: false));
        var outcome = await line.Run("request", "send", "start", "--arg", "domain=linux", "--as", "student");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("There is no machine", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitingShowsProgressAndEndsWithTheRequest()
    {
        var line = await CommandLine.New();
        var shown = new TaskCompletionSource();
        line.OnError = text =>
        {
            if (text.Contains("40 % Half way there", StringComparison.Ordinal)) shown.TrySetResult();
        };
        var sending = line.Run("request", "send", "ping", "--wait", "--json");
        var row = await Claimed(line.Db);
        await line.Db.Transaction(async s => RequestsTable.Progress(s, row, 40, "Half way there"));
        await shown.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await line.Db.Transaction(s => RequestsTable.Done(s, row, JsonSerializer.SerializeToElement(new { answer = 42 })));
        var outcome = await sending;
        outcome.Done();
        Assert.Equal(42, outcome.Json.GetProperty("result").GetProperty("answer").GetInt32());
    }

    [Fact]
    public async Task WaitingForARequestThatFailsFailsWithItsError()
    {
        var line = await CommandLine.New();
        var sending = line.Run("request", "send", "ping", "--wait");
        var row = await Claimed(line.Db);
        await line.Db.Transaction(s => RequestsTable.Fail(s, row, "host_refused", "The host said no."));
        var outcome = await sending;
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("The host said no. (host_refused)", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitingEndsAfterTheTimeoutAndTheRequestGoesOn()
    {
        var line = await CommandLine.New();
        var outcome = await line.Run("request", "send", "ping", "--wait", "--timeout", "0.2");
        Assert.Equal(ExitCode.TimedOut, outcome.Code);
        Assert.Equal("requested", (await line.Run("request", "show", outcome.Out.Trim(), "--json")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task AnInterruptedWaitLeavesTheRequestAlone()
    {
        var line = await CommandLine.New();
        using var interrupt = new CancellationTokenSource();
        line.OnError = text =>
        {
            if (text.Trim() == "requested") interrupt.Cancel();
        };
        var outcome = await line.Run(["request", "send", "ping", "--wait"], "", interrupt.Token);
        Assert.Equal(ExitCode.Interrupted, outcome.Code);
        Assert.Equal("requested", Assert.Single((await line.Run("request", "list", "--json")).Json.EnumerateArray()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task AWaitingRequestIsCancelledAndAWorkingOneIsNot()
    {
        var line = await CommandLine.New();
        var id = (await line.Run("request", "send", "ping")).Done().Trim();
        (await line.Run("request", "cancel", id)).Done();
        Assert.Contains("has ended already: cancelled", (await line.Run("request", "cancel", id)).Error, StringComparison.Ordinal);

        var other = (await line.Run("request", "send", "ping")).Done().Trim();
        await Claimed(line.Db);
        var late = await line.Run("request", "cancel", other);
        Assert.Equal(ExitCode.Refused, late.Code);
        Assert.Contains("in work", late.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneDoesNotCancelWhatAnotherAsked()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "student", "Student", null, isAdmin: false, mustChangePassword: false));
        var id = (await line.Run("request", "send", "ping")).Done().Trim();
        Assert.Equal(ExitCode.Refused, (await line.Run("request", "cancel", id, "--as", "student")).Code);
        Assert.Contains("requested", (await line.Run("request", "show", id)).Done(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListsAreFiltered()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        (await line.Run("request", "send", "start", "--arg", "domain=linux")).Done();
        (await line.Run("request", "cancel", (await line.Run("request", "send", "ping")).Done().Trim())).Done();
        Assert.Equal(["start_domain"], await Listed("--domain", "linux"));
        Assert.Equal(["ping"], await Listed("--state", "cancelled"));
        Assert.Equal(["start_domain"], await Listed("--command", "start"));
        Assert.Equal(["ping"], await Listed("--limit", "1"));

        async Task<IEnumerable<string?>> Listed(params string[] filter) =>
            (await line.Run(["request", "list", "--json", .. filter])).Json.EnumerateArray().Select(r => r.GetProperty("command").GetString());
    }

    [Fact]
    public async Task CommandsAreListedWithTheirArguments()
    {
        var line = await CommandLine.New();
        Assert.Contains("domain [timeout_seconds]", (await line.Run("request", "commands")).Done(), StringComparison.Ordinal);
        var json = (await line.Run("request", "commands", "--json")).Json.EnumerateArray().Select(c => c.GetProperty("command").GetString());
        Assert.Equal(Catalogue.All.Select(c => c.Word), json);
    }

    // What a back end does; the request may not be there yet.
    private static async Task<RequestRow> Claimed(Db db)
    {
        var room = Enum.GetValues<Lane>().ToDictionary(l => l, _ => 10);
        for (var tries = 0; tries < 400; tries++)
        {
            if (await db.Transaction(s => RequestsTable.Claim(s, BackEnd, room, TimeSpan.FromMinutes(5))) is [var row]) return row;
            await Task.Delay(25);
        }

        throw new TimeoutException("No request came.");
    }
}
