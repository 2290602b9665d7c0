using Broker.Core.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Broker.Core.Telemetry;

/// <summary>What a program tells of itself: its log on standard output, its metrics and traces to a collector when one is set, its readiness to systemd.</summary>
public static class ProgramTelemetry
{
    /// <summary>The name of Broker's meter and of its source of activities.</summary>
    public const string Name = "Broker";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";

    /// <summary>Adds all of it, as the settings want it.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="program">How collectors know it: <c>broker-backend</c>.</param>
    /// <param name="settings">Level and format of the log, address of the collector.</param>
    public static void AddTelemetry(this IHostApplicationBuilder builder, string program, SharedSettings settings)
    {
        builder.Logging.ClearProviders().SetMinimumLevel(settings.LogLevel).AddFilter("Microsoft", LogLevel.Warning);
        if (settings.LogFormat == LogFormat.Json)
        {
            builder.Logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimeFormat.TrimEnd();
            });
        }
        else
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = TimeFormat;
            });
        }

        builder.Services.AddHostedService(_ => new ServiceState(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")));
        if (settings.OtlpEndpoint.Length > 0) builder.Services.AddHostedService(_ => new Export(program, settings.OtlpEndpoint));
    }

    /// <summary>Sends metrics and traces by OTLP over HTTP for as long as the program runs. A collector that is away costs nothing but what it would have got.</summary>
    private sealed class Export(string program, string endpoint) : IHostedService, IDisposable
    {
        private MeterProvider? _meters;
        private TracerProvider? _tracers;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            var resource = ResourceBuilder.CreateDefault().AddService(program, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}");
            _meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                .AddMeter(Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddOtlpExporter(o => To(o, "v1/metrics")).Build();
            _tracers = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
                .AddSource(Name, "Microsoft.AspNetCore")
                // also what began in a program that sends nothing itself
                .SetSampler(new AlwaysOnSampler())
                .AddOtlpExporter(o => To(o, "v1/traces")).Build();
            return Task.CompletedTask;
        }

        // Disposing sends what is left.
        public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Dispose, cancellationToken);

        public void Dispose()
        {
            _meters?.Dispose();
            _tracers?.Dispose();
            (_meters, _tracers) = (null, null);
        }

        private void To(OtlpExporterOptions options, string path)
        {
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.Endpoint = new Uri(endpoint.TrimEnd('/') + "/" + path);
        }
    }
}
