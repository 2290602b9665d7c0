using Broker.Core.Settings;
using Broker.Testing;

namespace Broker.Core.Tests.Settings;

public class OpenIdSettingsTests
{
    [Theory]
    [InlineData("keycloak")]
    [InlineData("entra-id")]
    [InlineData("google")]
    public void TheExamplesCanBeUsedAsTheyAre(string name) =>
        Assert.True(SettingsFile.ReadSection<OpenIdSettings>(Repository.PathOf($"etc/openid/{name}.json"), _ => null).IsOn);

    [Theory]
    [InlineData("authority", "http://login.example.org")]
    [InlineData("authority", "login.example.org")]
    [InlineData("authority", "https://login.example.org?x=1")]
    [InlineData("client_id", "")]
    [InlineData("scopes", "profile,email")]
    [InlineData("name_claim", "")]
    [InlineData("timeout_seconds", "600")]
    [InlineData("label", " ")]
    public void WhatCannotWorkIsSaidAtTheStart(string setting, string value)
    {
        OpenIdSettings fine = new() { Authority = "https://login.example.org", ClientId = "broker" };
        Assert.Empty(fine.Problems());
        Assert.Empty(new OpenIdSettings().Problems());
        Assert.Empty((fine with { Authority = "http://localhost:8080/realms/x" }).Problems());
        var wrong = setting switch
        {
            "authority" => fine with { Authority = value },
            "client_id" => fine with { ClientId = value },
            "scopes" => fine with { Scopes = value.Split(',') },
            "name_claim" => fine with { NameClaim = value },
            "timeout_seconds" => fine with { TimeoutSeconds = double.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
            _ => fine with { Label = value },
        };
        Assert.Equal(setting, Assert.Single(wrong.Problems()).Key);
    }
}
