using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Broker.Backend.VmManagers;

/// <summary>
/// The program qemu-img. It gets each format from us and never guesses. What looks into strangers' images runs with limits on memory, time and files and, when
/// we are root, as nobody: a flaw in its parser gains little.
/// </summary>
internal static partial class QemuImg
{
    /// <summary>The user and group that look into strangers' images when we are root.</summary>
    public const uint Nobody = 65534;

    private const string Program = "qemu-img";
    private const long MemoryBytes = 2L << 30;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromHours(2);

    /// <summary>Makes an empty qcow2 overlay.</summary>
    /// <param name="backing">Full path of the image below it, which is qcow2 too.</param>
    /// <param name="target">The file to make.</param>
    public static void CreateOverlay(string backing, string target) =>
        Run(Program, ["create", "-q", "-f", "qcow2", "-b", backing, "-F", "qcow2", target], Short, $"An overlay on {backing} could not be made");

    /// <summary>Makes a qcow2 image of ours larger or smaller.</summary>
    public static void Resize(string path, long capacityBytes) =>
        Run(Program, ["resize", "-q", "--shrink", "-f", "qcow2", path, capacityBytes.ToString(CultureInfo.InvariantCulture)], Short, $"The image {path} could not be resized");

    /// <summary>Makes an empty image that stands alone.</summary>
    public static void Create(string format, string target, long capacityBytes) =>
        Run(Program, ["create", "-q", "-f", format, target, Bytes(capacityBytes)], Short, $"A disk of {capacityBytes >> 20} MiB could not be made");

    /// <summary>Makes an image larger, without a look at what is below it. It may be written by <see cref="Nobody"/>, and a guest may have had its hands on it.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="capacityBytes">Its new size.</param>
    /// <param name="mostBytes">Its file may not grow beyond this.</param>
    public static void Grow(string path, string format, long capacityBytes, long mostBytes) =>
        RunLimited(path, ["resize", "-q", Named([path], format, path), Bytes(capacityBytes)], Short, mostBytes, $"The disk {path} could not be made larger");

    /// <summary>Takes a snapshot in a qcow2 image, goes back to one or deletes one, without a look at what is below it. The image may be written by <see cref="Nobody"/>.</summary>
    /// <param name="path">The image; a guest may have had its hands on it.</param>
    /// <param name="deed"><c>-c</c>, <c>-a</c> or <c>-d</c>.</param>
    /// <param name="name">The snapshot's name.</param>
    /// <param name="mostBytes">Its file may not grow beyond this.</param>
    public static void Snapshot(string path, string deed, string name, long mostBytes) =>
        RunLimited(path, ["snapshot", "-q", deed, name, "json:" + Unmapping(path).ToJsonString()], Long, mostBytes, $"The snapshot {name} in {path} could not be {(deed switch
        {
            "-c" => "taken",
            "-a" => "gone back to",
            _ => "removed",
        })}");

    // what only a snapshot needed becomes room in the file system
    private static JsonObject Unmapping(string path)
    {
        var image = Chain([path], "qcow2", path)!;
        image["discard"] = "unmap";
        image["file"]!["discard"] = "unmap";
        return image;
    }

    private static string Bytes(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>What qemu-img says of a stranger's image.</summary>
    public static ImageReport Info(string path, string format)
    {
        var output = RunLimited(path, ["info", "--output=json", "-f", format, Path.GetFileName(path)], Short, 0, $"The image {path} could not be read").Output;
        using var json = Parse(output, path);
        var root = json.RootElement;
        // qemu-img writes a member only where it applies.
        var isEncrypted = root.TryGetProperty("encrypted", out var encrypted) && encrypted.GetBoolean();
        var dataFile = root.TryGetProperty("format-specific", out var specific) && specific.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object &&
            (data.TryGetProperty("data-file", out _) || (data.TryGetProperty("extents", out var extents) && extents.GetArrayLength() != 1));
        return new(root.GetProperty("virtual-size").GetInt64(), root.TryGetProperty("backing-filename", out _), dataFile, isEncrypted);
    }

    /// <summary>Goes through a stranger's image, of a format that has tables, to its end: what is cut off would come out as zeros without a word.</summary>
    /// <exception cref="VmException">It is damaged.</exception>
    public static void Check(string path, string format)
    {
        const int leaks = 3;        // room that is lost, but no data
        RunLimited(path, ["check", "-q", "-f", format, Path.GetFileName(path)], Long, 0, $"The image {path} is damaged", accepted: leaks);
    }

    /// <summary>Bytes that what a stranger's image holds will take, stand-alone. Told for qcow2: of other formats qemu-img can't tell, and none with tables takes much less.</summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="backing">As in <see cref="Convert"/>.</param>
    public static long Measure(string path, string format, IReadOnlyList<string> backing)
    {
        var output = RunLimited(path, ["measure", "--output=json", "-O", "qcow2", .. Opened(path, format, backing)], Long, 0, $"The image {path} could not be measured").Output;
        using var json = Parse(output, path);
        return json.RootElement.GetProperty("required").GetInt64();
    }

    /// <summary>Copies a stranger's image to a stand-alone one. The target exists and may be written by <see cref="Nobody"/>.</summary>
    /// <param name="source">The image.</param>
    /// <param name="format">Its format.</param>
    /// <param name="backing">Images below it, nearest first, of the same format. What headers say of that is not followed.</param>
    /// <param name="target">The file to fill, in the same folder.</param>
    /// <param name="targetFormat">What it becomes.</param>
    /// <param name="mostBytes">No file may grow beyond this.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    public static void Convert(string source, string format, IReadOnlyList<string> backing, string target, string targetFormat, long mostBytes, IProgress<int> percent,
        CancellationToken cancel) =>
        RunLimited(source, ["convert", "-p", "-O", targetFormat, .. Opened(source, format, backing), Path.GetFileName(target)], Long, mostBytes,
            $"The image {source} could not be converted", Told(percent), cancel: cancel);

    /// <summary>Copies a stranger's qcow2 image to a compressed one. The target exists and may be written by <see cref="Nobody"/>.</summary>
    /// <param name="source">The image.</param>
    /// <param name="backing">Images below it, as in <see cref="Convert"/>.</param>
    /// <param name="isWhole">With what lies below it; else only what it holds itself.</param>
    /// <param name="target">The file to fill.</param>
    /// <param name="mostBytes">No file may grow beyond this.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    public static void Compress(string source, IReadOnlyList<string> backing, bool isWhole, string target, long mostBytes, IProgress<int> percent, CancellationToken cancel)
    {
        string[] on = isWhole || backing.Count == 0 ? [] : ["-B", NameOf(backing[0], target), "-F", "qcow2"];
        RunLimited(source, ["convert", "-p", "-c", "-O", "qcow2", "-o", "compression_type=zstd", .. on, .. Opened(source, "qcow2", backing), NameOf(target, source)], Long,
            mostBytes, $"The image {source} could not be backed up", Told(percent), cancel: cancel);
    }

    /// <summary>Copies what a stranger's qcow2 overlay holds, and only that, to an empty overlay on the same image. Clusters of zeros take no room there.</summary>
    /// <param name="source">The overlay.</param>
    /// <param name="backing">Images below both, as in <see cref="Convert"/>.</param>
    /// <param name="target">The empty overlay, in the same folder. It may be written by <see cref="Nobody"/>; what its header names is not touched.</param>
    /// <param name="mostBytes">No file may grow beyond this.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    public static void ConvertOverlay(string source, IReadOnlyList<string> backing, string target, long mostBytes, IProgress<int> percent, CancellationToken cancel) =>
        RunLimited(source, ["convert", "-p", "-n", "-O", "qcow2", "-B", NameOf(backing[0], source), Named([source, .. backing], "qcow2", source), Named([target, .. backing], "qcow2", source)],
            Long, mostBytes, $"The image {source} could not be converted", Told(percent), cancel: cancel);

    /// <summary>Copies what differs between two images into a stranger's qcow2 overlay, so that it holds the same on the second as on the first.</summary>
    /// <param name="overlay">The overlay, which may be written by <see cref="Nobody"/>. Its header names something unspeakable afterwards.</param>
    /// <param name="backing">Images below it before, as in <see cref="Convert"/>.</param>
    /// <param name="onto">Images below it afterwards.</param>
    /// <param name="mostBytes">No file may grow beyond this.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    public static void Rebase(string overlay, IReadOnlyList<string> backing, IReadOnlyList<string> onto, long mostBytes, IProgress<int> percent, CancellationToken cancel) =>
        RunLimited(overlay, ["rebase", "-p", "-F", "qcow2", "-b", Named(onto, "qcow2", overlay), Named([overlay, .. backing], "qcow2", overlay)], Long,
            mostBytes, $"The image {overlay} could not be put onto {onto[0]}", Told(percent), cancel: cancel);

    private static Action<string> Told(IProgress<int> percent) => piece =>
    {
        if (Percent().Matches(piece) is [.., var last])
            percent.Report((int)double.Parse(last.Groups["percent"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture));
    };

    [GeneratedRegex(@"\((?<percent>\d+\.\d+)/100%\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Percent();

    private static string[] Opened(string path, string format, IReadOnlyList<string> backing) =>
        backing.Count == 0 ? ["-f", format, Path.GetFileName(path)] : [Named([path, .. backing], format, path)];

    private static string Named(IReadOnlyList<string> paths, string format, string beside) => "json:" + Chain(paths, format, beside)!.ToJsonString();

    // it runs in the folder of this file; of images in other folders QEMU's user has to get there as well
    private static string NameOf(string path, string beside) => Path.GetDirectoryName(path) == Path.GetDirectoryName(beside) ? Path.GetFileName(path) : path;

    // null: nothing is below the lowest, whatever its header says
    private static JsonObject? Chain(IReadOnlyList<string> paths, string format, string beside) => paths.Count == 0 ? null : new()
    {
        ["driver"] = format,
        ["file"] = new JsonObject { ["driver"] = "file", ["filename"] = NameOf(paths[0], beside) },
        ["backing"] = Chain([.. paths.Skip(1)], format, beside),
    };

    private static JsonDocument Parse(string output, string path)
    {
        try
        {
            return JsonDocument.Parse(output);
        }
        catch (JsonException e)
        {
            throw new VmException($"qemu-img's answer about {path} can't be read.", e);
        }
    }

    /// <summary>
    /// Runs it in the folder of the files, which it gets by name: a folder further up may be closed to nobody, and stays so.
    /// </summary>
    private static ChildResult RunLimited(string image, string[] arguments, TimeSpan limit, long mostBytes, string failure, Action<string>? output = null,
        int accepted = 0, CancellationToken cancel = default)
    {
        string[] limits =
        [
            $"--as={MemoryBytes}", $"--cpu={(long)limit.TotalSeconds}", "--core=0", "--nofile=64", $"--fsize={mostBytes}", "--", Program, .. arguments,
        ];
        string[] user = Posix.IsRoot
            ? [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
            : ["--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"];
        return Run("setpriv", [.. user, "--", "prlimit", .. limits], limit, failure, output, Path.GetDirectoryName(image)!, accepted, cancel);
    }

    private static ChildResult Run(string program, string[] arguments, TimeSpan limit, string failure, Action<string>? output = null, string folder = "/",
        int accepted = 0, CancellationToken cancel = default)
    {
        ChildResult result;
        try
        {
            // Members of a node block, on its own workers: see IVmNode.
            result = ChildProcess.Run(program, arguments, limit, output: output, folder: folder, cancel: cancel).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            throw new VmException($"{failure}: {e.Message}", e);
        }
        return result.ExitCode == 0 || result.ExitCode == accepted ? result : throw new VmException($"{failure}: {result.Complaint}");
    }
}

/// <summary>What qemu-img says of an image.</summary>
/// <param name="CapacityBytes">How big the guest sees it.</param>
/// <param name="HasBackingFile">It is an overlay.</param>
/// <param name="HasDataFile">Its data lies in another file.</param>
/// <param name="IsEncrypted">It wants a key.</param>
internal sealed record ImageReport(long CapacityBytes, bool HasBackingFile, bool HasDataFile, bool IsEncrypted);
