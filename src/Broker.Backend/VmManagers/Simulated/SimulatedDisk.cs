using System.Text.Json;
using Broker.Core;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>
/// A disk of a simulated node: a line of JSON that starts with <see cref="Magic"/>'s member, then what the guest wrote, as text. An overlay's content
/// comes after that of its backing.
/// </summary>
/// <param name="CapacityBytes">How big the guest sees it.</param>
/// <param name="Backing">The frozen image below it.</param>
/// <param name="Content">What was written to this file, without that of the backing.</param>
public sealed record SimulatedDisk(long CapacityBytes, string? Backing, string Content)
{
    /// <summary>What such a file starts with.</summary>
    public const string Magic = "{\"simulated_disk\":1,";

    /// <summary>Reads a file.</summary>
    /// <exception cref="VmException">It is not such a disk.</exception>
    public static SimulatedDisk Read(string path)
    {
        var text = File.ReadAllText(path);
        return Parse(text) ?? throw new VmException($"{path} is not a simulated disk.");
    }

    /// <summary>Reads a file that may be such a disk, or anything else.</summary>
    public static SimulatedDisk? Find(string path)
    {
        using var file = File.OpenText(path);
        var start = new char[Magic.Length];
        return file.ReadBlock(start) == start.Length && start.AsSpan().SequenceEqual(Magic) ? Parse(File.ReadAllText(path)) : null;
    }

    /// <summary>Reads text that may be such a disk.</summary>
    public static SimulatedDisk? Parse(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0 || !text.StartsWith(Magic, StringComparison.Ordinal)) return null;
        try
        {
            var head = JsonSerializer.Deserialize<Head>(text.AsSpan(0, end), Json.Options)!;
            return new(head.CapacityBytes, head.Backing, text[(end + 1)..]);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Everything a guest finds on the disk: what lies below first.</summary>
    public static string ReadAll(string path)
    {
        var disk = Read(path);
        return (disk.Backing == null ? "" : ReadAll(disk.Backing)) + disk.Content;
    }

    /// <summary>Writes the file in one step; nobody sees half of it.</summary>
    public void Write(string path)
    {
        var part = path + ".part";
        File.WriteAllText(part, JsonSerializer.Serialize(new Head(1, CapacityBytes, Backing), Json.Options) + "\n" + Content);
        File.Move(part, path, overwrite: true);
    }

    private sealed record Head(int SimulatedDisk, long CapacityBytes, string? Backing);
}
