using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Broker.Frontend.Tests.Hosting;

public sealed class SettingsTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"broker-{Guid.NewGuid():n}.json");

    [Fact]
    public void They_come_from_the_file_and_the_environment_wins()
    {
        File.WriteAllText(_file, """{ "Broker": { "Database": "Server=file", "TrustedProxies": "10.0.0.0/8", "PublicOrigins": "https://file.example" } }""");
        Environment.SetEnvironmentVariable("BROKER_PUBLIC_ORIGINS", "https://environment.example");
        try
        {
            var settings = Read("--config", _file);
            Assert.Equal("Server=file", settings.Database);
            Assert.Equal("10.0.0.0/8", settings.TrustedProxies);
            Assert.Equal("https://environment.example", settings.PublicOrigins);
            Assert.Equal("http://127.0.0.1:8080", settings.Urls);
        }
        finally
        {
            Environment.SetEnvironmentVariable("BROKER_PUBLIC_ORIGINS", null);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_stops_the_program()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Read("--config=/nowhere/settings.json"));
        Assert.Contains("/nowhere/settings.json", e.Message);
    }

    [Fact]
    public void Without_a_database_it_says_where_to_set_it()
    {
        File.WriteAllText(_file, "{}");
        var e = Assert.Throws<InvalidOperationException>(() => Read("--config", _file));
        Assert.Contains("BROKER_DATABASE", e.Message);
    }

    [Fact]
    public async Task A_proxy_network_that_is_none_stops_the_program()
    {
        File.WriteAllText(_file, """{ "Broker": { "Database": "Server=file", "TrustedProxies": "the proxy" } }""");
        var builder = WebApplication.CreateBuilder();
        var settings = Settings.Read(builder, ["--config", _file]);
        builder.AddServer(settings);
        await using var app = builder.Build();
        var e = Assert.Throws<InvalidOperationException>(() => app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value);
        Assert.Contains("the proxy", e.Message);
    }

    public void Dispose() => File.Delete(_file);

    private static Settings Read(params string[] args) => Settings.Read(WebApplication.CreateBuilder(), args);
}
