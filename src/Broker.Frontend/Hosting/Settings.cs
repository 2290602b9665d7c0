using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.FileProviders;

namespace Broker.Frontend.Hosting;

/// <summary>What is set from outside: by environment variables (<c>BROKER_DATABASE</c>), or in the section <c>Broker</c> of the file that <c>--config</c> names (<c>Database</c>). The environment wins over the file.</summary>
public sealed record Settings
{
    /// <summary>The connection string, as <see cref="Core.Database.Db"/> takes it. No default.</summary>
    public string Database { get; init; } = "";

    /// <summary>The run folder with the doorbells. Default: none; then changes are seen by looking once a second.</summary>
    public string? Run { get; init; }

    /// <summary>Addresses to listen on, with semicolons between them. Default: http://127.0.0.1:8080.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>The least severe log messages that are written: Debug, Information, Warning, Error. Default: Information.</summary>
    public string Log { get; init; } = "Information";

    /// <summary>Folder of the built portal. Default: <c>wwwroot</c> beside the program, else <c>frontend/dist</c> of the checkout.</summary>
    public string? Portal { get; init; }

    /// <summary>Networks (CIDR, with commas between them) of the proxies whose X-Forwarded-For, -Proto and -Host are believed. Default: none, the headers are ignored.</summary>
    public string TrustedProxies { get; init; } = "";

    /// <summary>Origins (https://broker.example.org, with commas between them) from which displays may be opened besides the request's own. Default: none.</summary>
    public string PublicOrigins { get; init; } = "";

    /// <summary>Reads file, environment and command line, in that order, the last one wins.</summary>
    /// <exception cref="InvalidOperationException">The file is missing, or there is no database.</exception>
    public static Settings Read(WebApplicationBuilder builder, string[] args)
    {
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        sources.Insert(0, new MemoryConfigurationSource { InitialData = FromEnvironment() });
        if (ConfigFile(args) is { } file)
        {
            if (!File.Exists(file)) throw new InvalidOperationException($"There is no settings file {file} (--config).");
            var full = Path.GetFullPath(file);
            sources.Insert(0, new JsonConfigurationSource { Path = Path.GetFileName(full), FileProvider = new PhysicalFileProvider(Path.GetDirectoryName(full)!) });
        }

        var settings = builder.Configuration.GetSection("Broker").Get<Settings>() ?? new Settings();
        if (settings.Database.Length == 0)
            throw new InvalidOperationException("No database is set. Put its connection string into BROKER_DATABASE, or as Broker:Database into the file that --config names.");
        return settings;
    }

    /// <summary>The parts of a list with commas between them.</summary>
    public static string[] List(string setting) => setting.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? ConfigFile(string[] args)
    {
        var at = Array.IndexOf(args, "--config");
        if (at >= 0 && at + 1 < args.Length) return args[at + 1];
        return Array.Find(args, a => a.StartsWith("--config=", StringComparison.Ordinal))?["--config=".Length..];
    }

    // BROKER_TRUSTED_PROXIES → Broker:TrustedProxies
    private static Dictionary<string, string?> FromEnvironment() =>
        typeof(Settings).GetProperties().Select(p => p.Name).Select(name => (Name: name, Value: Environment.GetEnvironmentVariable("BROKER_" + Shout(name))))
            .Where(v => !string.IsNullOrEmpty(v.Value))
            .ToDictionary(v => "Broker:" + v.Name, v => v.Value);

    private static string Shout(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseUpper.ConvertName(name);
}
