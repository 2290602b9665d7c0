using System.Text.Json;
using Broker.Core;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>
/// The host that a simulated node plays, for tests: the file <c>host.json</c> in its folder. Without it, domains take no memory and the host was started when
/// this machine was.
/// </summary>
/// <param name="MemoryKib">All its memory, in KiB; each domain that is on takes what it was given.</param>
/// <param name="BootId">Another one after each start; null: that of this machine.</param>
public sealed record PlayedHost(long MemoryKib, string? BootId = null)
{
    /// <summary>Lets the node in this folder play the host from now on.</summary>
    public void Play(string folder)
    {
        var file = FileOf(folder);
        File.WriteAllText(file + ".part", JsonSerializer.Serialize(this, Json.Options));
        File.Move(file + ".part", file, overwrite: true);
    }

    internal static PlayedHost? Read(string folder)
    {
        var file = FileOf(folder);
        return File.Exists(file) ? JsonSerializer.Deserialize<PlayedHost>(File.ReadAllBytes(file), Json.Options) : null;
    }

    private static string FileOf(string folder) => Path.Combine(folder, "host.json");
}
