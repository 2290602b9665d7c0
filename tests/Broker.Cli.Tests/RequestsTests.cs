using System.Globalization;
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
        var id = long.Parse((await line.Run("requests", "ask", "ping")).Done(), null);
        var row = await line.Db.Read(s => RequestsTable.Get(s, id));
        Assert.Equal(("ping", "ada", RequestState.Requested), (row!.Command, row.UserName, row.State));
    }

    [Fact]
    public async Task SendingRingsAtTheBackEndsDoor()
    {
        var line = await CommandLine.New();
        using var door = new Doorbell(Path.Combine(line.RunFolder, "doorbell")).Open(Side.BackEnd);
        var rung = door.Rung(TimeSpan.FromMinutes(1), CancellationToken.None);
        (await line.Run("requests", "ask", "ping")).Done();
        await rung.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task MachinesAndOwnersAreGivenByName()
    {
        var line = await CommandLine.New();
        var linux = await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        var bea = await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        var sent = await line.Run("requests", "ask", "clone", "--json-args", """{"base": "linux", "name": "hers"}""", "owner=bea", "--json");
        sent.Done();
        var args = sent.Json.GetProperty("args");
        Assert.Equal((linux, bea, "hers"), (args.GetProperty("base").GetGuid(), args.GetProperty("owner").GetInt64(), args.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task NumbersAndFlagsAreReadByTheCatalogue()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var sent = await line.Run("requests", "ask", "prepare_base", "domain=linux", "publish=true", "--json");
        sent.Done();
        Assert.Equal(JsonValueKind.True, sent.Json.GetProperty("args").GetProperty("publish").ValueKind);
        var import = await line.Run("requests", "ask", "import_domain", "file=a.qcow2", "name=2024", "memory_mib=256", "--json");
        import.Done();
        Assert.Equal(256, import.Json.GetProperty("args").GetProperty("memory_mib").GetInt32());
        Assert.Equal("2024", import.Json.GetProperty("args").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("nonsense", "", ExitCode.Usage, "broker requests commands")]
    [InlineData("ping", "extra=1", ExitCode.Refused, "'extra'")]
    [InlineData("start_domain", "domain=nowhere", ExitCode.Refused, "There is no machine nowhere")]
    [InlineData("start_domain", "", ExitCode.Refused, "'domain' is missing")]
    [InlineData("shutdown_domain", "domain", ExitCode.Usage, "key=value")]
    [InlineData("import_domain", "memory_mib=much", ExitCode.Refused, "'memory_mib' has to be a whole number")]
    public async Task WrongArgumentsAreNamed(string command, string arg, int code, string expected)
    {
        var line = await CommandLine.New();
        var outcome = await line.Run(["requests", "ask", command, .. arg.Length > 0 ? (string[])[arg] : []]);
        Assert.Equal(code, outcome.Code);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Empty((await line.Run("requests", "list", "--json")).Json.EnumerateArray());
    }

    [Fact]
    public async Task AnEqualRequestIsAnsweredWithTheOneThatIsThere()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var first = (await line.Run("requests", "ask", "start", "domain=linux")).Done();
        var second = await line.Run("requests", "ask", "start_domain", "domain=linux");
        Assert.Equal(first, second.Done());
        Assert.Contains("was there already", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAnAdministratorItSaysHowToMakeOne()
    {
        var outcome = await (await CommandLine.New(withAdmin: false)).Run("requests", "ask", "ping");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Contains("broker users add NAME --admin", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnBehalfOfAStudentTheStudentsRightsCount()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        await line.Db.Transaction(s => UsersTable.Insert(s, "student", "Student", null, isAdmin: false, mustChangePassword: false));
        var outcome = await line.Run("requests", "ask", "start", "domain=linux", "--as", "student");
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
        var sending = line.Run("requests", "ask", "ping", "--wait");
        var row = await Claimed(line.Db);
        await line.Db.Transaction(async s => RequestsTable.Progress(s, row, 40, "Half way there"));
        await shown.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await line.Db.Transaction(s => RequestsTable.Done(s, row, JsonSerializer.SerializeToElement(new { answer = 42 })));
        var outcome = await sending;
        Assert.Contains("done after", outcome.Error, StringComparison.Ordinal);
        var shownAfterwards = await line.Run("requests", "show", outcome.Done().Trim(), "--json");
        Assert.Equal(42, shownAfterwards.Json.GetProperty("result").GetProperty("answer").GetInt32());
    }

    [Fact]
    public async Task WaitingForARequestThatFailsFailsWithItsError()
    {
        var line = await CommandLine.New();
        var sending = line.Run("requests", "ask", "ping", "--wait");
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
        var outcome = await line.Run("requests", "ask", "ping", "--wait", "--timeout", "0.2");
        Assert.Equal(ExitCode.TimedOut, outcome.Code);
        Assert.Equal("requested", (await line.Run("requests", "show", outcome.Out.Trim(), "--json")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task AnInterruptedWaitLeavesTheRequestAlone()
    {
        var line = await CommandLine.New();
        using var interrupt = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        line.OnError = text =>
        {
            if (text.Trim().StartsWith("requested", StringComparison.Ordinal)) interrupt.Cancel();
        };
        var outcome = await line.Run(["requests", "ask", "ping", "--wait"], "", interrupt.Token);
        Assert.Equal(ExitCode.Interrupted, outcome.Code);
        Assert.Equal("requested", Assert.Single((await line.Run("requests", "list", "--json")).Json.EnumerateArray()).GetProperty("state").GetString());
    }

    [Fact]
    public async Task AWaitingRequestIsCancelledAtOnceAndAWorkingOneIsAskedToStop()
    {
        var line = await CommandLine.New();
        var id = (await line.Run("requests", "ask", "ping")).Done().Trim();
        (await line.Run("requests", "cancel", id)).Done();
        Assert.Contains("has ended already: cancelled", (await line.Run("requests", "cancel", id)).Error, StringComparison.Ordinal);

        var other = (await line.Run("requests", "ask", "ping")).Done().Trim();
        await Claimed(line.Db);
        var late = await line.Run("requests", "cancel", other);
        Assert.Contains("is being taken back", late.Done(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchingEndsWithTheLastOfThemAndTheWorstCounts()
    {
        var line = await CommandLine.New();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add((await line.Run("requests", "ask", "ping")).Done().Trim());
        var watching = line.Run(["requests", "watch", .. ids, "--json"]);
        (await line.Run("requests", "cancel", ids[0])).Done();
        var room = Enum.GetValues<Lane>().ToDictionary(l => l, _ => 10);
        var claimed = await line.Db.Transaction(s => RequestsTable.Claim(s, BackEnd, room, TimeSpan.FromMinutes(5)));
        await line.Db.Transaction(s => RequestsTable.Done(s, claimed[0], null));
        await line.Db.Transaction(s => RequestsTable.Fail(s, claimed[1], "host_refused", "The host said no."));
        var outcome = await watching;
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Equal("host_refused", JsonDocument.Parse(outcome.Error).RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(["cancelled", "done", "failed"], outcome.Json.EnumerateArray().Select(r => r.GetProperty("state").GetString()));
        Assert.Equal(ExitCode.Cancelled, (await line.Run("requests", "watch", ids[0], ids[1])).Code);
        Assert.Equal(ExitCode.Done, (await line.Run("requests", "watch", ids[1])).Code);
    }

    [Fact]
    public async Task OnAScreenTheProgressOfOneRequestStaysInOneLine()
    {
        var line = (await CommandLine.New()).OnScreen();
        var id = (await line.Run("requests", "ask", "ping")).Done().Trim();
        (await line.Run("requests", "cancel", id)).Done();
        var shown = (await line.Run("requests", "watch", id)).Error;
        Assert.StartsWith("\r\u001b[K  cancelled after", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhileItWaitsItHangsADoorUpAndTakesItDownAgain()
    {
        var line = await CommandLine.New();
        var doors = Directory.CreateDirectory(Path.Combine(line.RunFolder, "doorbell"));
        var hung = new TaskCompletionSource<int>();
        line.OnError = text =>
        {
            if (text.Trim().StartsWith("requested", StringComparison.Ordinal)) hung.TrySetResult(doors.GetFiles("frontend-*").Length);
        };
        var watching = line.Run("requests", "ask", "ping", "--wait");
        Assert.Equal(1, await hung.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        var row = await Claimed(line.Db);
        await line.Db.Transaction(s => RequestsTable.Done(s, row, null));
        (await watching).Done();
        Assert.Empty(doors.GetFiles());
    }

    [Fact]
    public async Task WhatFailedIsAskedForAgainByWhoeverRetries()
    {
        var line = await CommandLine.New();
        var linux = await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        var id = (await line.Run("domains", "clone", "linux", "--name", "mine")).Done().Trim();
        Assert.Contains("only what failed", (await line.Run("requests", "retry", id)).Error, StringComparison.Ordinal);
        var row = await Claimed(line.Db);
        await line.Db.Transaction(s => RequestsTable.Fail(s, row, "host_refused", "The host said no."));

        var again = await line.Run("requests", "retry", id, "--json");
        again.Done();
        Assert.NotEqual(id, again.Json.GetProperty("id").ToString());
        Assert.Equal(("clone", linux, "mine"), (again.Json.GetProperty("command").GetString(),
            again.Json.GetProperty("args").GetProperty("base").GetGuid(), again.Json.GetProperty("args").GetProperty("name").GetString()));
    }

    [Fact]
    public async Task WhatWaitsSaysForWhatAndItsPlace()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => BackEndsTable.Beat(s, BackEnd, "host1", "1.2.3", new Dictionary<Lane, int> { [Lane.Quick] = 1 }, TimeSpan.FromMinutes(1)));
        var first = (await line.Run("requests", "ask", "ping")).Done().Trim();
        await Claimed(line.Db);
        await line.Run("requests", "ask", "ping");
        var third = (await line.Run("requests", "ask", "ping")).Done().Trim();
        var follower = (await line.Run("requests", "ask", "ping", "--after-any", first)).Done().Trim();

        var shown = (await line.Run("requests", "show", third)).Done();
        Assert.Matches(@"(?m)^state +requested All places are taken; one comes before it\.", shown);
        Assert.Matches(@"(?m)^ahead +1$", shown);
        var json = (await line.Run("requests", "show", third, "--json")).Json;
        Assert.Equal(("lane", 1), (json.GetProperty("waits_for").GetProperty("reason").GetString(), json.GetProperty("position").GetProperty("ahead").GetInt32()));
        Assert.Contains($"It waits for request {first} to end.", (await line.Run("requests", "list")).Done(), StringComparison.Ordinal);
        Assert.Matches($@"(?m)^after +request {first}, however it ends$", (await line.Run("requests", "show", follower)).Done());
        Assert.Contains("one comes before it.", (await line.Run("requests", "watch", third, "--timeout", "0")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachStepIsShownWithItsTime()
    {
        var line = await CommandLine.New();
        var id = (await line.Run("requests", "ask", "ping")).Done().Trim();
        var row = await Claimed(line.Db);
        await line.Db.Transaction(async s => RequestsTable.Progress(s, row, 10, "Looking"));
        await line.Db.Transaction(async s => RequestsTable.Progress(s, row, 50, "Listening"));
        Assert.Matches(@"(?m)^step +[0-9:.]{12} +…  Listening$", (await line.Run("requests", "show", id)).Done());
        await line.Db.Transaction(s => RequestsTable.Done(s, row, null));
        Assert.Matches(@"(?ms)^step +[0-9:.]{12} +\d+ ms  Looking$.*^step +[0-9:.]{12} +\d+ ms  Listening$", (await line.Run("requests", "show", id)).Done());
        var steps = (await line.Run("requests", "show", id, "--json")).Json.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["Looking", "Listening"], steps.Select(s => s.GetProperty("text").GetString()));
        Assert.All(steps, s => Assert.True(s.GetProperty("took_ms").GetInt64() >= 0));
    }

    [Fact]
    public async Task WhatWasAskedForByAnotherRequestNamesIt()
    {
        var line = await CommandLine.New();
        var cause = (await line.Run("requests", "ask", "ping")).Done().Trim();
        var caused = (await line.Run("requests", "ask", "ping", "--force")).Done().Trim();
        Assert.DoesNotContain("on behalf of", (await line.Run("requests", "show", caused)).Done(), StringComparison.Ordinal);
        await line.Db.Transaction(s => s.Execute("UPDATE requests SET caused_by = @cause WHERE id = @caused", new { cause, caused }));
        Assert.Matches($@"(?m)^on behalf of +request {cause}$", (await line.Run("requests", "show", caused)).Done());
        Assert.Equal(cause, (await line.Run("requests", "show", caused, "--json")).Json.GetProperty("caused_by").GetInt64().ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task OneDoesNotCancelWhatAnotherAsked()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "student", "Student", null, isAdmin: false, mustChangePassword: false));
        var id = (await line.Run("requests", "ask", "ping")).Done().Trim();
        Assert.Equal(ExitCode.Refused, (await line.Run("requests", "cancel", id, "--as", "student")).Code);
        Assert.Contains("requested", (await line.Run("requests", "show", id)).Done(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListsAreFiltered()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        (await line.Run("requests", "ask", "start", "domain=linux")).Done();
        (await line.Run("requests", "cancel", (await line.Run("requests", "ask", "ping")).Done().Trim())).Done();
        Assert.Equal(["start_domain"], await Listed("--domain", "linux"));
        Assert.Equal(["ping"], await Listed("--state", "cancelled"));
        Assert.Equal(["start_domain"], await Listed("--command", "start"));
        Assert.Equal(["ping"], await Listed("--limit", "1"));
        Assert.Equal(["ping", "start_domain"], await Listed("--state", "cancelled", "--state", "requested"));
        Assert.Equal(["start_domain"], await Listed("--before", "2"));
        Assert.Equal(["ping", "start_domain"], await Listed("--user", "ada"));
        Assert.Contains("There is no state 'over'", (await line.Run("requests", "list", "--state", "over")).Error, StringComparison.Ordinal);

        async Task<IEnumerable<string?>> Listed(params string[] filter) =>
            (await line.Run(["requests", "list", "--json", .. filter])).Json.EnumerateArray().Select(r => r.GetProperty("command").GetString());
    }

    [Fact]
    public async Task CommandsAreListedWithTheirArguments()
    {
        var line = await CommandLine.New();
        Assert.Contains("domain [timeout_seconds]", (await line.Run("requests", "commands")).Done(), StringComparison.Ordinal);
        var json = (await line.Run("requests", "commands", "--json")).Json.EnumerateArray().Select(c => c.GetProperty("command").GetString());
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
