namespace Broker.Testing;

/// <summary>The guest that tests start: boots in seconds, paints its screen in a marker colour, gets an address, obeys the power button.</summary>
public static class GuestImage
{
    private static readonly Lazy<Task<string>> TheTiny = new(BuildTiny, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Path of a bootable qcow2. Built at first use and kept under <c>var/</c> until its recipe changes.</summary>
    public static Task<string> Tiny => TheTiny.Value;

    private static async Task<string> BuildTiny()
    {
        var recipe = Repository.PathOf("etc/images/build-tiny.sh");
        var image = Repository.PathOf("var/images/tiny.qcow2");
        if (File.Exists(image) && File.GetLastWriteTimeUtc(image) > File.GetLastWriteTimeUtc(recipe)) return image;

        Directory.CreateDirectory(Path.GetDirectoryName(image)!);
        var part = $"{image}.{Environment.ProcessId}";
        await Programs.Run(recipe, "-o", part);
        File.Move(part, image, overwrite: true);
        return image;
    }
}
