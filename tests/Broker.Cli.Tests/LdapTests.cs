using Broker.Cli.Doctor;
using Broker.Core.Directory;
using Broker.Core.Users;
using Broker.Testing;

namespace Broker.Cli.Tests;

public sealed class LdapTests
{
    [Fact]
    public async Task ATestTellsEachStepOfASignInAndTheAccountThatResults()
    {
        var slapd = await PrivateSlapd.Shared;
        var line = await On(slapd);
        var outcome = await line.With("BROKER_LDAP_REQUIRED_GROUP", $"cn=university,{PrivateSlapd.Groups}").With("BROKER_LDAP_ADMIN_GROUP", $"cn=admins,{PrivateSlapd.Groups}").Run(["ldap", "test", "ana"], "ana's secret\n");
        var told = outcome.Done();
        foreach (var part in new[]
        {
            "Certificate for 127.0.0.1", $"takes {PrivateSlapd.Reader}", "(&(objectClass=person)(uid=ana))", $"Found uid=Ana,{PrivateSlapd.People}", $"cn=university,{PrivateSlapd.Groups}",
            "He is in it.", "He is not in it.", "Password: The directory takes it", "departmentNumber = physics", "Ana will be made at the first sign-in", "All of it went well.",
        })
            Assert.Contains(part, told, StringComparison.Ordinal);
        Assert.DoesNotContain("ana's secret", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bind", "BROKER_LDAP_BIND_DN", "cn=another,dc=example,dc=org")]
    [InlineData("search", "BROKER_LDAP_USER_FILTER", "(objectClass=device)")]
    [InlineData("groups", "BROKER_LDAP_GROUP_BASE", "ou=nowhere,dc=example,dc=org")]
    [InlineData("required_group", "BROKER_LDAP_REQUIRED_GROUP", "cn=admins,ou=groups,dc=example,dc=org")]
    [InlineData("server", "BROKER_LDAP_SERVERS", "ldaps://127.0.0.1:1")]
    [InlineData("server", "BROKER_LDAP_CA_FILE", "/etc/ssl/certs/ca-certificates.crt")]
    public async Task WhatGoesWrongIsSaidAtItsStepWithWhatToDo(string step, string variable, string value)
    {
        var line = (await On(await PrivateSlapd.Shared)).With(variable, value);
        var outcome = await line.Run(["ldap", "test", "ana", "--no-password", "--json"], "");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        var failed = outcome.Json.GetProperty("steps").EnumerateArray().First(s => s.GetProperty("is_good").ValueKind == System.Text.Json.JsonValueKind.False);
        Assert.Equal(step, failed.GetProperty("id").GetString());
        Assert.False(string.IsNullOrEmpty(failed.GetProperty("remedy").GetString()));
    }

    [Fact]
    public async Task AWrongOrEmptyPasswordAndALocalAccountOfThatNameAreTold()
    {
        var line = await On(await PrivateSlapd.Shared);
        Assert.Contains("does not take it", (await line.Run(["ldap", "test", "ana"], "wrong\n")).Out, StringComparison.Ordinal);
        Assert.Contains("It is empty", (await line.Run(["ldap", "test", "ana"], "\n")).Out, StringComparison.Ordinal);
        await line.Db.Transaction(s => UsersTable.Insert(s, "ana", "Ana", null, isAdmin: false, mustChangePassword: false));
        Assert.Contains("not the directory's", (await line.Run(["ldap", "test", "ana"], "ana's secret\n")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupsThatCanBeRegisteredAreListed()
    {
        var line = await On(await PrivateSlapd.Shared);
        Assert.Contains($"cn=physics,{PrivateSlapd.Groups}", (await line.Run("ldap", "groups", "phys")).Done(), StringComparison.Ordinal);
        Assert.Equal(130, (await line.Run("ldap", "groups", "course", "--limit", "130", "--json")).Json.GetArrayLength());
        Assert.Equal(ExitCode.Usage, (await (await CommandLine.New()).Run("ldap", "groups")).Code);
    }

    [Fact]
    public async Task TheDoctorSaysWhenServersCantBeReachedOrCertificatesEndSoon()
    {
        await using var slapd = await PrivateSlapd.Start(people: 1, validFor: TimeSpan.FromDays(10));
        var settings = new Core.Settings.LdapSettings { Servers = [$"ldaps://127.0.0.1:{slapd.TlsPort}"], CaFile = slapd.CaFile };
        var starting = settings with { Servers = [$"ldap://127.0.0.1:{slapd.Port}"] };
        var now = TimeProvider.System.GetUtcNow();
        foreach (var each in new[] { settings, starting }) Assert.Equal(Health.Warning, DirectoryCheck.Judge([("x", await ServerProbe.Look(each, each.Servers[0], TimeProvider.System))], now).Health);
        Assert.Equal(Health.Ok, DirectoryCheck.Judge([("x", await ServerProbe.Look(settings, settings.Servers[0], TimeProvider.System))], now.AddDays(-300)).Health);
        var wrong = await ServerProbe.Look(settings with { CaFile = (await PrivateSlapd.Shared).CaFile }, settings.Servers[0], TimeProvider.System);
        Assert.Contains("ldap.ca_file", wrong.Remedy, StringComparison.Ordinal);
        Assert.Equal(Health.Failed, DirectoryCheck.Judge([("x", wrong)], now).Health);
        await slapd.Kill();
        Assert.Contains("can't be reached", (await ServerProbe.Look(settings, settings.Servers[0], TimeProvider.System)).Problem, StringComparison.Ordinal);
    }

    private static async Task<CommandLine> On(PrivateSlapd slapd) => (await CommandLine.New())
        .With("BROKER_LDAP_SERVERS", $"ldaps://127.0.0.1:{slapd.TlsPort}").With("BROKER_LDAP_CA_FILE", slapd.CaFile)
        .With("BROKER_LDAP_BIND_DN", PrivateSlapd.Reader).With("BROKER_LDAP_BIND_PASSWORD_FILE", slapd.ReaderPasswordFile)
        .With("BROKER_LDAP_BASE", PrivateSlapd.People).With("BROKER_LDAP_GROUP_BASE", PrivateSlapd.Groups).With("BROKER_LDAP_ATTRIBUTES", "departmentNumber");
}
