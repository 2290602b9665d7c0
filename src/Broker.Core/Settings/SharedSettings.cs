using Microsoft.Extensions.Logging;

namespace Broker.Core.Settings;

/// <summary>What a section of the settings file holds.</summary>
public abstract record SectionSettings
{
    /// <summary>What is wrong with values that are each of the right kind: the key, and a sentence.</summary>
    public virtual IEnumerable<(string Key, string Problem)> Problems() => [];
}

/// <summary>Settings that every program knows. They stand in the section <c>shared</c>; the section of a program may say something else for it alone.</summary>
public abstract record SharedSettings : SectionSettings
{
    /// <summary>
    /// How to reach MariaDB: <c>Server=…;Port=…;Database=…</c> (by network: the driver knows no sockets). User and password are
    /// <see cref="DatabaseUser"/> and <see cref="DatabasePasswordFile"/>, unless a <c>User ID</c> stands here.
    /// </summary>
    public string Database { get; init; } = "Server=127.0.0.1;Port=3306;Database=broker";

    /// <summary>The program's account in the database.</summary>
    public abstract string DatabaseUser { get; init; }

    /// <summary>File with that account's password.</summary>
    public abstract string DatabasePasswordFile { get; init; }

    /// <summary>Run folder of both programs: doorbells and sockets of displays. Empty: none; everything works, a second later.</summary>
    public string Run { get; init; } = "/run/broker";

    /// <summary>The least severe messages that are logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How a message is written.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Where metrics and traces go: a collector's address for OTLP over HTTP. Empty: nowhere.</summary>
    public string OtlpEndpoint { get; init; } = "";

    /// <summary>Where doorbells hang.</summary>
    public string DoorbellFolder => Path.Combine(Run, "doorbell");

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Problem)> Problems()
    {
        if (OtlpEndpoint.Length > 0 && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            yield return ("otlp_endpoint", "wants an address such as http://127.0.0.1:4318");
    }
}

/// <summary>How log messages are written.</summary>
public enum LogFormat
{
    /// <summary>One line for people.</summary>
    Text,

    /// <summary>One JSON object per line, with every part of the message as a member.</summary>
    Json,
}
