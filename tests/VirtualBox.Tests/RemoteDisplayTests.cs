using System.Net;

namespace VirtualBox.Tests;

public sealed class RemoteDisplayTests
{
    private static readonly RemoteDisplay vnc = new(IPAddress.Loopback, 5901) { Password = "s3cret" };

    /// <summary>Lists VNC, by default, and Oracle's, and one that can't be used; writes down what it is told, and how it was told.</summary>
    private const string Packs = """
        case "$1" in @*)
          file=${1#@}; tr '\0' ' ' < /proc/$$/cmdline > "$here/cmdline"
          stat -c %a "$file" > "$here/mode"; echo "$file" > "$here/path"; eval "set -- $(cat "$file")" ;;
        esac
        case "$*" in
          "list systemproperties")
            printf 'API version:                     7_2\nRemote desktop ExtPack:          VNC\nVM encryption ExtPack:           \n' ;;
          "list extpacks")
            printf 'Extension Packs: 4\nPack no. 0:   VNC\nVersion:        7.2.22\nRevision:       175245\nEdition:        \n'
            printf 'Description:    VNC plugin module\nVRDE Module:    VBoxVNC\nCrypto Module:  \nUsable:         true\nWhy unusable:   \n\n'
            printf 'Pack no. 1:   Oracle VirtualBox Extension Pack\nVersion:        7.2.22\nVRDE Module:    VBoxVRDP\nUsable:         true\n'
            printf 'Why unusable:   \n\nPack no. 2:   Old\nVersion:        6.0.0\nVRDE Module:    VBoxOld\nUsable:         false\nWhy unusable:   too old\n\n'
            printf 'Pack no. 3:   Cloud\nVersion:        7.2.22\nVRDE Module:    \nUsable:         true\nWhy unusable:   \n' ;;
          *) printf '%s\n' "$*" >> "$here/done" ;;
        esac
        """;

    [Fact]
    public async Task ADisplayIsSetUpWithoutShowingItsPassword()
    {
        using var fake = new FakeVBoxManage(Packs);
        var machine = new Machine(fake.Runner, Guid.NewGuid());
        await machine.SetRemoteDisplay(vnc with { Password = "it's \"$x".Replace(" ", "", StringComparison.Ordinal), SeveralViewers = true });
        Assert.Equal(
            [$"modifyvm {machine.Uuid} --vrde on --vrdeport 5901 --vrdeaddress 127.0.0.1 --vrdeauthtype null --vrdemulticon on --vrdeextpack default "
                + "--vrdeproperty VNCPassword=it's\"$x"],
            await File.ReadAllLinesAsync(fake.FileOf("done")));
        Assert.DoesNotContain("it's", await File.ReadAllTextAsync(fake.FileOf("cmdline")), StringComparison.Ordinal);
        Assert.Equal("600", (await File.ReadAllTextAsync(fake.FileOf("mode"))).Trim());
        Assert.False(Directory.Exists(Path.GetDirectoryName((await File.ReadAllTextAsync(fake.FileOf("path"))).Trim())));
    }

    [Fact]
    public async Task OracleAsksForUsersAndMayChooseAmongPorts()
    {
        using var fake = new FakeVBoxManage(Packs);
        var machine = new Machine(fake.Runner, Guid.NewGuid());
        await machine.SetRemoteDisplay(new(IPAddress.IPv6Loopback, 5000)
        {
            LastPort = 5010,
            ExtensionPack = "Oracle VirtualBox Extension Pack",
            Authentication = RemoteDisplayAuthentication.External,
        });
        Assert.Equal(
            $"modifyvm {machine.Uuid} --vrde on --vrdeport 5000-5010 --vrdeaddress ::1 --vrdeauthtype external --vrdemulticon off "
                + "--vrdeextpack Oracle VirtualBox Extension Pack --vrdeproperty VNCPassword=",
            (await File.ReadAllTextAsync(fake.FileOf("done"))).Trim());
    }

    public static TheoryData<string, RemoteDisplay> Refused => new()
    {
        { "without a password", vnc with { Password = null } },
        { "without a password", vnc with { Password = "" } },
        { "up to 8", vnc with { Password = "ninechars" } },
        { "up to 8", vnc with { Password = "é" } },
        { "up to 8", vnc with { Password = "a b" } },
        { "up to 8", vnc with { Password = "a\n" } },
        { "address of the host", vnc with { Address = null } },
        { "IPv4", vnc with { Address = IPAddress.IPv6Loopback } },
        { "ports 0-0", vnc with { Port = 0 } },
        { "ports 5901-5900", vnc with { LastPort = 5900 } },
        { "the first of its ports", vnc with { LastPort = 5910 } },
        { "would not be heeded", vnc with { Authentication = RemoteDisplayAuthentication.Guest } },
        { "External", vnc with { ExtensionPack = "Oracle VirtualBox Extension Pack", Password = null } },
        { "asks for users", vnc with { ExtensionPack = "Oracle VirtualBox Extension Pack", Authentication = RemoteDisplayAuthentication.External } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task ADisplayThatEverybodyCouldSeeOrThatCanNotBeIsRefused(string why, RemoteDisplay display)
    {
        using var fake = new FakeVBoxManage(Packs);
        var error = await Assert.ThrowsAsync<ArgumentException>(() => new Machine(fake.Runner, Guid.NewGuid()).SetRemoteDisplay(display));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(fake.FileOf("done")));
    }

    [Theory]
    [InlineData("Old", "can't use its extension pack 'Old' (too old). It can use 'VNC', 'Oracle")]
    [InlineData("Cloud", "'Cloud' has no remote displays. It can use 'VNC'")]
    [InlineData("Nope", "has no extension pack 'Nope'. It can use 'VNC'")]
    public async Task APackThatIsNotThereOrCanNotBeUsedIsToldWithThoseThatCan(string pack, string why)
    {
        using var fake = new FakeVBoxManage(Packs);
        var machine = new Machine(fake.Runner, Guid.NewGuid());
        var error = await Assert.ThrowsAsync<ExtensionPackException>(() => machine.SetRemoteDisplay(vnc with { ExtensionPack = pack }));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(fake.FileOf("done")));
    }

    [Fact]
    public async Task WithoutAnyPackTheRemedyIsTold()
    {
        using var fake = new FakeVBoxManage("""
            [ "$2" = extpacks ] && echo 'Extension Packs: 0' || printf 'API version:    7_0\nRemote desktop ExtPack:          \n'
            """);
        Assert.Empty(await ExtensionPack.List(fake.Runner));
        var error = await Assert.ThrowsAsync<ExtensionPackException>(() => new Machine(fake.Runner, Guid.NewGuid()).SetRemoteDisplay(vnc));
        Assert.Contains("extpack install", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunningMachinesDisplayIsSwitchedAndGetsAnotherPassword()
    {
        using var fake = new FakeVBoxManage(Packs);
        var machine = new Machine(fake.Runner, Guid.NewGuid());
        await machine.ChangeDisplayPassword("another");
        Assert.Equal(
            [$"controlvm {machine.Uuid} vrde off", $"controlvm {machine.Uuid} vrdeproperty VNCPassword=another", $"controlvm {machine.Uuid} vrde on"],
            await File.ReadAllLinesAsync(fake.FileOf("done")));
        Assert.DoesNotContain("another", await File.ReadAllTextAsync(fake.FileOf("cmdline")), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => machine.ChangeDisplayPassword(""));
    }

    [Theory]
    [InlineData("vrde=\"off\"\n", null, null)]
    [InlineData("vrde=\"on\"\nvrdeport=-1\nvrdeports=\"5901\"\nvrdeaddress=\"127.0.0.1\"\nvrdeauthtype=\"null\"\nvrdemulticon=\"off\"\n",
        "127.0.0.1 port 5901, default pack, Null", null)]
    [InlineData("vrde=\"on\"\nvrdeport=5003\nvrdeports=\"5000-5010\"\nvrdeaddress=\"\"\nvrdeauthtype=\"external\"\nvrdemulticon=\"on\"\n",
        "everywhere port 5000-5010, default pack, External", 5003)]
    [InlineData("vrde=\"on\"\nvrdeport=0\nvrdeports=\"5000,5010\"\nvrdeaddress=\"a,b\"\nvrdeauthtype=\"guest\"\nvrdemulticon=\"on\"\n",
        "everywhere port 5000, default pack, Guest", null)]
    public void ADisplayIsReadFromAReport(string lines, string? expected, int? port)
    {
        var report = new MachineReport(MachineReadable.Parse($"UUID=\"{Guid.NewGuid()}\"\n{lines}"));
        Assert.Equal(expected, report.RemoteDisplay?.ToString());
        Assert.Equal(port, report.RemoteDisplayPort);
        Assert.Equal(lines.Contains("multicon=\"on", StringComparison.Ordinal), report.RemoteDisplay?.SeveralViewers ?? false);
    }

    [Fact]
    public void PasswordsAreMadeByChanceAndNotShown()
    {
        var some = Enumerable.Range(0, 1000).Select(_ => RemoteDisplay.NewPassword()).ToHashSet();
        Assert.Equal(1000, some.Count);
        Assert.All(some, p => Assert.Equal(p, RemoteDisplay.CheckPassword(p)));
        Assert.All(some, p => Assert.Equal(8, p.Length));
        Assert.DoesNotContain("s3cret", vnc.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 1", typeof(VBoxManageException))]
    [InlineData("printf '0%%...' >&2; while :; do sleep 0.02; done", typeof(OperationCanceledException))]
    public async Task TheFileWithSecretsGoesHoweverTheCommandEnds(string end, Type error)
    {
        using var fake = new FakeVBoxManage($"""
            echo "$1" > "$here/path"
            {end}
            """);
        using var cancel = new CancellationTokenSource();
        var command = fake.Runner.Command("modifyvm", "secret") with { IsSecret = true };
        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => fake.Runner.Run(command, new Listener(_ => cancel.Cancel()), cancel.Token));
        Assert.IsAssignableFrom(error, thrown);
        if (thrown is VBoxManageException failure) Assert.Equal(command, failure.Command);
        var path = (await File.ReadAllTextAsync(fake.FileOf("path"))).Trim()[1..];
        Assert.StartsWith(Path.GetTempPath(), path, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }
}
