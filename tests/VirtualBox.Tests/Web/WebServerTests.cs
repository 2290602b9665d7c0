using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VirtualBox.Tests.Web;

/// <summary>Against a small server that answers as vboxwebsrv 7.2.22 did, and as worse ones would. The real one: <c>RealWebServerTests</c>.</summary>
[Collection(nameof(WebServerTests))]
public sealed class WebServerTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly Guid first = Guid.Parse("a2b54260-4423-4064-82fe-ccca4a7d4d0b");
    private static readonly Guid second = Guid.Parse("3f70d0d4-fce5-403e-a616-8e8c1650e4b7");

    private readonly FakeWebServer fake = new() { Machines = { new(first, "a"), new(second, "b", "Running") } };

    public Task InitializeAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => fake.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task StatesAndNamesOfAllMachinesAreRead()
    {
        await using var server = fake.Client();
        Assert.Equal(new Version(7, 2, 22, "_Debian", 175245), await server.GetVersion());
        Assert.Equal(new Dictionary<Guid, MachineState> { [first] = MachineState.PowerOff, [second] = MachineState.Running }, await server.GetStates());
        Assert.Equal([new(first, "a"), new(second, "b")], await server.ListMachines());
    }

    [Fact]
    public async Task WithoutMachinesThereAreNoStates()
    {
        fake.Machines.Clear();
        await using var server = fake.Client();
        Assert.Empty(await server.GetStates());
        Assert.Empty(await server.ListMachines());
    }

    [Fact]
    public async Task OnceItKnowsTheMachinesItAsksTwiceForTheStatesOfAll()
    {
        await using var server = fake.Client();
        await server.GetStates();
        fake.Calls.Clear();
        await server.GetStates();
        Assert.Equal(["IVirtualBox_getMachines", "IVirtualBox_getMachineStates"], fake.Calls);
    }

    /// <summary>All words of the API, 6.1 to 7.2.</summary>
    [Theory]
    [InlineData("Null", MachineState.Unknown)]
    [InlineData("PoweredOff", MachineState.PowerOff)]
    [InlineData("Saved", MachineState.Saved)]
    [InlineData("Teleported", MachineState.Teleported)]
    [InlineData("Aborted", MachineState.Aborted)]
    [InlineData("AbortedSaved", MachineState.AbortedSaved)]
    [InlineData("Running", MachineState.Running)]
    [InlineData("Paused", MachineState.Paused)]
    [InlineData("Stuck", MachineState.GuruMeditation)]
    [InlineData("Teleporting", MachineState.Teleporting)]
    [InlineData("LiveSnapshotting", MachineState.LiveSnapshotting)]
    [InlineData("Starting", MachineState.Starting)]
    [InlineData("Stopping", MachineState.Stopping)]
    [InlineData("Saving", MachineState.Saving)]
    [InlineData("Restoring", MachineState.Restoring)]
    [InlineData("TeleportingPausedVM", MachineState.TeleportingPausedVm)]
    [InlineData("TeleportingIn", MachineState.TeleportingIn)]
    [InlineData("DeletingSnapshotOnline", MachineState.DeletingSnapshotLive)]
    [InlineData("DeletingSnapshotPaused", MachineState.DeletingSnapshotLivePaused)]
    [InlineData("OnlineSnapshotting", MachineState.OnlineSnapshotting)]
    [InlineData("RestoringSnapshot", MachineState.RestoringSnapshot)]
    [InlineData("DeletingSnapshot", MachineState.DeletingSnapshot)]
    [InlineData("SettingUp", MachineState.SettingUp)]
    [InlineData("Snapshotting", MachineState.Snapshotting)]
    [InlineData("SomethingOf8", MachineState.Unknown)]
    [InlineData("6", MachineState.Unknown)]
    [InlineData("+6", MachineState.Unknown)]
    [InlineData("", MachineState.Unknown)]
    public async Task EveryStateHasItsWord(string word, MachineState state)
    {
        fake.Machines[0] = new(first, "a", word);
        await using var server = fake.Client();
        Assert.Equal(state, (await server.GetStates())[first]);
    }

    [Theory]
    [InlineData("n &quot;&lt;&amp;&gt;' é 名 😀", "n \"<&>' é 名 😀")]
    [InlineData("c\nd&#xD;\te]]&gt;", "c\nd\r\te]]>")]
    [InlineData("c&#x1;d", "c\u0001d")]
    [InlineData("  ", "  ")]
    [InlineData("<![CDATA[<x>]]>y", "<x>y")]
    public async Task NamesComeBackAsTheyAre(string written, string name)
    {
        fake.Machines[0] = new(first, written);
        await using var server = fake.Client();
        Assert.Equal(new(first, name), (await server.ListMachines())[0]);
    }

    [Fact]
    public async Task AMachineThatCanNotBeReadHasNoNameAndNoState()
    {
        fake.Machines[0] = new(first, "can't be asked", "Null");
        await using var server = fake.Client();
        Assert.Equal(MachineState.Unknown, (await server.GetStates())[first]);
        Assert.Equal([new(first, null), new(second, "b")], await server.ListMachines());
        Assert.Single(fake.Calls, "IMachine_getName");
    }

    [Fact]
    public async Task MachinesThatComeAndGoAreNoticedAndNothingOfThemIsKept()
    {
        await using var server = fake.Client();
        for (var i = 0; i < 50; i++)
        {
            var passing = Guid.NewGuid();
            fake.Machines.Add(new(passing, "volatile", "Running"));
            Assert.Equal(3, (await server.GetStates()).Count);
            fake.Machines[^1] = new(passing, "renamed", "Saved");
            Assert.Equal(MachineState.Saved, (await server.GetStates())[passing]);
            Assert.Equal("renamed", (await server.ListMachines())[2].Name);
            fake.Machines.RemoveAt(2);
            Assert.Equal([first, second], (await server.GetStates()).Keys);
        }
        Assert.Equal(1 + 2, fake.Kept);
    }

    [Fact]
    public async Task AForgottenSessionIsBegunAnew()
    {
        await using var server = fake.Client();
        await server.GetStates();
        fake.ForgetSessions();
        Assert.Equal(2, (await server.GetStates()).Count);
        fake.ForgetSessions();
        Assert.Equal(7, (await server.GetVersion()).Major);
        Assert.Equal(3, fake.Calls.Count(c => c == "IWebsessionManager_logon"));
    }

    [Fact]
    public async Task ASessionEndsWithItsObject()
    {
        var server = fake.Client();
        await server.GetStates();
        await server.DisposeAsync();
        await server.DisposeAsync();
        Assert.Equal(0, fake.Kept);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => server.GetStates());
        Assert.Equal(0, fake.Kept);
    }

    [Fact]
    public async Task AnObjectThatAskedNothingHasNothingToEnd()
    {
        await using (fake.Client())
        {
        }
        Assert.Empty(fake.Calls);
    }

    [Fact]
    public async Task AnEndedServerIsOneExceptionAndIsAskedAgainOnceItIsBack()
    {
        await using var server = fake.Client();
        await server.GetStates();
        await fake.Kill();
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.GetStates());
        Assert.StartsWith($"Nobody answers at {fake.Address}: Connection refused", error.Message, StringComparison.Ordinal);
        Assert.Contains("Is vboxwebsrv started", error.Message, StringComparison.Ordinal);
        fake.Start();
        Assert.Equal(2, (await server.GetStates()).Count);
    }

    [Fact]
    public async Task AServerThatWasStartedAnewIsNotNoticed()
    {
        await using var server = fake.Client();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(2, (await server.GetStates()).Count);
            await fake.Kill();
            fake.Start();
        }
    }

    [Fact]
    public async Task ConnectionsThatTakeFewRequestsCostNoSession()
    {
        await using var few = new FakeWebServer { KeepAlive = 3, Machines = { new(first, "a") } };
        await using var server = few.Client();
        for (var i = 0; i < 10; i++) await server.GetStates();
        Assert.Equal(1 + 1 + 2 * 10, few.Calls.Count);
        Assert.Equal(8, few.Connections);
    }

    [Fact]
    public async Task AConnectionClosedBetweenRequestsIsNotNoticedAndLeavesNoSession()
    {
        await using var server = fake.Client();
        await server.GetStates();
        fake.Instead.Enqueue("");
        Assert.Equal(2, (await server.GetStates()).Count);
        Assert.Equal(1 + 2, fake.Kept);
    }

    [Theory]
    [InlineData("broker", "wrong")]
    [InlineData("somebody", "a <&> \"b\" ]]> \r\n é")]
    [InlineData("", "")]
    public async Task WhoMayNotLogOnIsToldWhatItCanBe(string user, string password)
    {
        await using var server = new WebServer(fake.Address, user, password);
        var error = await Assert.ThrowsAsync<WebLogonException>(() => server.GetStates());
        Assert.StartsWith($"vboxwebsrv at {fake.Address} doesn't let '{user}' in.", error.Message, StringComparison.Ordinal);
        Assert.Contains("websrvauthlibrary", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(["IWebsessionManager_logon"], fake.Calls);
    }

    [Fact]
    public async Task WhatVirtualBoxRefusesIsToldWithItsCodeAndKeepsNothing()
    {
        await using var server = fake.Client();
        await server.GetStates();
        fake.Instead.Enqueue(FakeWebServer.Fault(
            "<faultstring>VirtualBox error: apirc=0x80bb0001 Could not find a registered machine named 'nobody' (0x80bb0001)</faultstring>" +
            "<detail><vbox:RuntimeFault><resultCode>-2135228415</resultCode><returnval>0f4e5f37ffb96ac0-0000000000000008</returnval>" +
            "</vbox:RuntimeFault></detail>"));
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.GetStates());
        Assert.Equal(ErrorCode.ObjectNotFound, error.Code);
        Assert.Contains("IVirtualBox_getMachines: VirtualBox error: apirc=0x80bb0001 Could not find", error.Message, StringComparison.Ordinal);
        Assert.Equal("IWebsessionManager_logoff", fake.Calls.Last());
        Assert.Equal(0, fake.Kept);
        Assert.Equal(2, (await server.GetStates()).Count);
    }

    public static TheoryData<string, string> Strangers => new()
    {
        { FakeWebServer.Http("200 OK", "<!DOCTYPE html><html><body>It works!</body></html>", "text/html"), "no SOAP" },
        { FakeWebServer.Http("200 OK", "<html><body>It works!</body></html>", "text/html"), "no SOAP" },
        { FakeWebServer.Http("200 OK", "It works!", "text/plain"), "no SOAP" },
        { FakeWebServer.Http("200 OK", "{\"a\": 1}", "application/json"), "no SOAP" },
        { FakeWebServer.Http("200 OK", ""), "no SOAP" },
        { FakeWebServer.Http("200 OK", "<?xml version=\"1.0\" encoding=\"no-such\"?><a/>"), "no SOAP" },
        { FakeWebServer.Http("404 Not Found", "<html/>", "text/html"), "HTTP status 404" },
        { FakeWebServer.Http("401 Unauthorized", "", more: "WWW-Authenticate: Basic\r\nConnection: close\r\n"), "HTTP status 401" },
        { FakeWebServer.Http("500 Internal Server Error", "oops", "text/plain"), "no SOAP" },
        { FakeWebServer.Http("200 OK", FakeWebServer.Soap("")), "answers IWebsessionManager_logon with ''" },
        { FakeWebServer.Http("200 OK", FakeWebServer.Soap("<x:OtherResponse xmlns:x=\"y\"/>")), "answers IWebsessionManager_logon with 'OtherResponse'" },
        { FakeWebServer.Http("200 OK", FakeWebServer.Soap("<vbox:IWebsessionManager_logonResponse/>")[..^40]), "no SOAP" },
        { FakeWebServer.Http("200 OK", FakeWebServer.Soap("<a>&x;</a>").Insert(39, "<!DOCTYPE a [<!ENTITY x \"y\">]>")), "no SOAP" },
        { FakeWebServer.Http("200 OK", FakeWebServer.Soap(string.Concat(Enumerable.Repeat("<a>", 500_000)))), "no SOAP" },
        { FakeWebServer.Http("200 OK", FakeWebServer.Soap(new string('x', WebCalls.LargestAnswer))), "larger than 4 MB" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n500000\r\n" + new string('x', 0x500000) + "\r\n0\r\n\r\n", "larger than 4 MB" },
        { "SSH-2.0-OpenSSH_9.2\r\n", "doesn't speak HTTP" },
    };

    [Theory]
    [MemberData(nameof(Strangers), DisableDiscoveryEnumeration = true)]
    public async Task WhoIsNotVirtualBoxIsNamedAndGetsNothingElse(string answer, string why)
    {
        fake.Instead.Enqueue(answer);
        await using var server = fake.Client();
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.GetStates());
        Assert.StartsWith($"What answers at {fake.Address} is not VirtualBox's web server: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Empty(fake.Calls);
        Assert.Equal(2, (await server.GetStates()).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Len")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 500\r\n\r\n<?xml version=\"1.0\"")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n<?xml version=\"1.0\"")]
    public async Task AServerThatEndsInItsAnswerBrokeOff(string answer)
    {
        fake.Instead.Enqueue(answer);
        await using var server = fake.Client();
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.GetStates());
        Assert.StartsWith($"vboxwebsrv at {fake.Address} broke off: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await server.GetStates()).Count);
    }

    [Theory]
    [InlineData("<returnval>Saved</returnval>", 1)]
    [InlineData("<returnval>Saved</returnval><returnval>Saved</returnval><returnval>Saved</returnval>", 3)]
    [InlineData("", 0)]
    [InlineData("<returnval><a/></returnval>", 0)]
    public async Task StatesThatBelongToNoMachineAreNotGuessed(string values, int count)
    {
        fake.InsteadOf["IVirtualBox_getMachineStates"] = $"<vbox:IVirtualBox_getMachineStatesResponse>{values}</vbox:IVirtualBox_getMachineStatesResponse>";
        await using var server = fake.Client();
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.GetStates());
        Assert.Contains($"has {count} states for 2 machines", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IMachine_getId", "<returnval>no uuid</returnval>", "calls a machine 'no uuid'")]
    [InlineData("IMachine_getId", "", "answers IMachine_getId with 0 values")]
    [InlineData("IMachine_getName", "<returnval>a</returnval><returnval>b</returnval>", "answers IMachine_getName with 2 values")]
    public async Task WhatIsNoAnswerIsNotTakenForOne(string method, string values, string why)
    {
        fake.InsteadOf[method] = $"<vbox:{method}Response>{values}</vbox:{method}Response>";
        await using var server = fake.Client();
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.ListMachines());
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, fake.Kept);
    }

    [Fact]
    public async Task ASilentServerIsGivenUpAfterItsTimeAndAskedAgain()
    {
        await using var server = fake.Client(TimeSpan.FromMilliseconds(300));
        fake.IsSilent = true;
        var error = await Assert.ThrowsAsync<TimeoutException>(() => server.GetStates());
        Assert.Equal($"vboxwebsrv at {fake.Address} did not answer within 0.3 s.", error.Message);
        // who waits behind another has no more time than that one
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Assert.ThrowsAsync<TimeoutException>(() => server.GetStates())));
        Assert.Equal(2, both.Length);
        fake.IsSilent = false;
        await using var patient = fake.Client();
        Assert.Equal(2, (await patient.GetStates()).Count);
    }

    [Fact]
    public async Task ACancelledCallEndsAtOnceAndTheNextOneWorks()
    {
        await using var server = fake.Client();
        await server.GetStates();
        fake.IsSilent = true;
        using var cancel = new CancellationTokenSource();
        var asking = server.GetStates(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        fake.IsSilent = false;
        Assert.Equal(2, (await server.GetStates()).Count);
        Assert.Single(fake.Calls, "IWebsessionManager_logon");
    }

    [Fact]
    public async Task ManyWhoAskAtOnceAreServedInOneSession()
    {
        await using var server = fake.Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => server.GetStates()));
        Assert.All(answers, a => Assert.Equal(2, a.Count));
        Assert.Single(fake.Calls, "IWebsessionManager_logon");
    }

    [Fact]
    public async Task ThePasswordFollowsNoRedirection()
    {
        await using var other = new FakeWebServer();
        fake.Instead.Enqueue(FakeWebServer.Http("307 Temporary Redirect", "", more: $"Location: {other.Address}\r\nConnection: close\r\n"));
        await using var server = fake.Client();
        var error = await Assert.ThrowsAsync<WebServerException>(() => server.GetStates());
        Assert.Contains("HTTP status 307", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, other.Connections);
    }

    [Theory]
    [InlineData("http://192.0.2.7:18083/")]
    [InlineData("http://vbox.example:18083/")]
    [InlineData("http://localhost.example/")]
    [InlineData("http://[2001:db8::1]/")]
    [InlineData("ftp://127.0.0.1/")]
    public void APasswordGoesToNoOtherComputerWithoutTls(string address)
    {
        var error = Assert.Throws<ArgumentException>(() => new WebServer(new(address), "broker", "b"));
        Assert.Contains("https", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:18083/")]
    [InlineData("http://127.0.0.1:18083")]
    [InlineData("http://127.1.2.3/")]
    [InlineData("http://[::1]:18083/")]
    [InlineData("https://vbox.example:18083/")]
    public async Task ThisComputerAndTlsAreAddresses(string address)
    {
        await using var server = new WebServer(new(address), "broker", "b");
    }

    [Fact]
    public void WhatCanNotBeSentIsRefused()
    {
        Assert.Equal("user", Assert.Throws<ArgumentException>(() => new WebServer(WebServer.Local, "a\0", "b")).ParamName);
        Assert.Equal("password", Assert.Throws<ArgumentException>(() => new WebServer(WebServer.Local, "a", "\ud800")).ParamName);
        Assert.Equal("address", Assert.Throws<ArgumentException>(() => new WebServer(new("http://a:b@127.0.0.1/"), "a", "b")).ParamName);
    }

    [Fact]
    public async Task WhoseCertificateIsNotTrustedGetsNoPassword()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var server = new WebServer(new($"https://{listener.LocalEndpoint}/"), "broker", "b");
        var asking = server.GetStates();
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        var received = 0;
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            received = await tls.ReadAsync(new byte[1]);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // the client went
        }
        var error = await Assert.ThrowsAsync<WebServerException>(() => asking);
        Assert.StartsWith($"There is no safe connection to https://{listener.LocalEndpoint}/: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(". Its certificate has to be for this host", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, received);
    }
}

/// <summary>Alone: a program that another test starts holds closed ports for a moment, and a server that is started anew wants its own back.</summary>
[CollectionDefinition(nameof(WebServerTests), DisableParallelization = true)]
public sealed class WebServerCollection;
