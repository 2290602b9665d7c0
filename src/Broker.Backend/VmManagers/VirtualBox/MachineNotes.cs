using System.Net;
using System.Text.Json;
using Broker.Core;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// What VirtualBox has no place for, in a file beside the machine that only we may read. A back end that comes after us finds there what it needs to go on.
/// </summary>
/// <param name="DisplaySocket">Where the display is to be served.</param>
/// <param name="Display">Where VirtualBox serves the display of this run, and what it asks for; null without.</param>
/// <param name="IsRestored">This run began with saved memory.</param>
/// <param name="Ports">What is forwarded to the guest.</param>
internal sealed record MachineNotes(string DisplaySocket, DisplayAccess? Display, bool IsRestored, IReadOnlyList<ForwardedPort> Ports)
{
    private const string FileName = "broker.json";

    /// <summary>Reads those in a machine's folder; null when there are none that can be read.</summary>
    public static MachineNotes? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<Stored>(File.ReadAllBytes(Path.Combine(folder, FileName)), Json.Options) is { } stored
                ? new(stored.DisplaySocket, stored.Display, stored.IsRestored,
                    [.. stored.Ports.Select(p => new ForwardedPort(p.GuestPort, IPAddress.Parse(p.HostAddress), p.HostPort))])
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException or FormatException)
        {
            // with damaged ones it is as without: the next definition writes them anew
            return null;
        }
    }

    /// <summary>Writes them in one step.</summary>
    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, FileName);
        var part = $"{file}.{Guid.NewGuid():N}.part";
        var stored = new Stored(DisplaySocket, Display, IsRestored, [.. Ports.Select(p => new StoredPort(p.GuestPort, p.HostAddress.ToString(), p.HostPort))]);
        using (var stream = new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(stored, Json.Options));
        File.Move(part, file, overwrite: true);
    }

    private sealed record Stored(string DisplaySocket, DisplayAccess? Display, bool IsRestored, IReadOnlyList<StoredPort> Ports);

    private sealed record StoredPort(ushort GuestPort, string HostAddress, ushort HostPort);
}

/// <summary>How to get to a display of VirtualBox.</summary>
/// <param name="Port">Its port on the loopback address.</param>
/// <param name="Password">What it asks for.</param>
internal sealed record DisplayAccess(ushort Port, string Password);
