using System.Runtime.InteropServices;

namespace VirtualBox;

/// <summary>
/// Runs VirtualBox's command line: tells failure from success where exit codes don't, tries again what fails by accident, and ends what takes too
/// long without harm. May be used by many threads at once.
/// </summary>
public sealed partial class VBoxManage
{
    private const string Real = "/usr/lib/virtualbox/VBoxManage";
    private const int Executable = 1;

    /// <summary>Uses the VBoxManage of this machine, see <see cref="Find()"/>.</summary>
    /// <exception cref="VBoxManageNotFoundException">There is none.</exception>
    public VBoxManage() : this(Find())
    {
    }

    /// <summary>Uses this VBoxManage.</summary>
    /// <param name="program">Its path.</param>
    public VBoxManage(string program) => Program = program;

    /// <summary>The path of VBoxManage.</summary>
    public string Program { get; }

    /// <summary>
    /// How long a cancelled command may take to undo its work before it is killed: 15 s, more than the 10 s for which VBoxManage now and then stands
    /// still.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The pauses before each further try on what somebody else has locked, each made up to half longer or shorter by chance, so that two that clash
    /// don't clash again. By default five, 3 s together.
    /// </summary>
    public IReadOnlyList<TimeSpan> LockPauses { get; init; } = [.. Enumerable.Range(0, 5).Select(i => TimeSpan.FromMilliseconds(100 << i))];

    /// <summary>How long to wait for the end of an output that a program left behind holds open. Long, since a busy machine reads late.</summary>
    internal TimeSpan Leftover { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The path of VBoxManage: the binary itself where it is (<c>/usr/lib/virtualbox</c>), for the script in <c>/usr/bin</c> costs time and can remove
    /// a starting server's socket; else what <c>PATH</c> has.
    /// </summary>
    /// <exception cref="VBoxManageNotFoundException">Neither has it.</exception>
    public static string Find() => Find(Real, Environment.GetEnvironmentVariable("PATH"));

    internal static string Find(string real, string? path)
    {
        // A relative folder in PATH would mean another program in each working directory.
        var candidates = (path ?? "").Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, "VBoxManage")).Prepend(real);
        return candidates.FirstOrDefault(file => File.Exists(file) && access(file, Executable) == 0)
            ?? throw new VBoxManageNotFoundException($"There is no VBoxManage at {real} nor in PATH ({path}). Is VirtualBox installed?");
    }

    /// <summary>A command line for <see cref="Run"/>.</summary>
    /// <param name="arguments">VBoxManage's, one string each: <c>"showvminfo", uuid, "--machinereadable"</c>.</param>
    /// <exception cref="ArgumentException">An argument holds a NUL.</exception>
    public CommandLine Command(params IEnumerable<string> arguments) => new(Program, arguments);

    /// <summary>
    /// Runs a command to its end. It is tried once more when VirtualBox's server had gone, and after each of <see cref="LockPauses"/> when somebody
    /// else holds a lock; nothing else is tried again.
    /// </summary>
    /// <param name="command">What to run.</param>
    /// <param name="progress">Gets percentages, 0 to 100, from those commands that tell them; a further try starts over. Called on the thread that reads.</param>
    /// <param name="cancel">Ends it: asked first, so that it undoes its work, and killed when <see cref="Grace"/> is over.</param>
    /// <returns>What it said.</returns>
    /// <exception cref="VBoxManageException">It failed.</exception>
    /// <exception cref="VBoxManageNotFoundException">It can't be started.</exception>
    /// <exception cref="TimeoutException">It took longer than its <see cref="CommandLine.TimeLimit"/> and was ended like a cancelled one.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and no longer runs. It may still have done its work just before.</exception>
    public async Task<VBoxManageResult> Run(CommandLine command, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(command.TimeLimit);
        var mayStartServer = true;
        var pauses = LockPauses.GetEnumerator();
        while (true)
        {
            VBoxManageResult result;
            try
            {
                result = await ProcessRunner.Run(command, progress, Grace, Leftover, end.Token);
            }
            catch (OperationCanceledException e)
            {
                cancel.ThrowIfCancellationRequested();
                throw new TimeoutException($"{command} did not end within {command.TimeLimit.TotalSeconds:0.#} s and was stopped.", e);
            }

            if (!result.Failed) return result;
            if (result.HasNoServer && mayStartServer)
            {
                mayStartServer = false;
            }
            else if (!result.IsLocked || !pauses.MoveNext() || !await Pause(pauses.Current, end.Token))
            {
                cancel.ThrowIfCancellationRequested();
                throw new VBoxManageException(result);
            }
        }
    }

    /// <summary>The version of VirtualBox. Needs no server, takes some milliseconds.</summary>
    /// <exception cref="VBoxManageException">It failed.</exception>
    /// <exception cref="FormatException">It said something else.</exception>
    public async Task<Version> GetVersion(CancellationToken cancel = default) => Version.Parse((await Run(Command("--version"), cancel: cancel)).Output);

    /// <returns>False when the time was over before the pause: the lock is then what went wrong.</returns>
    private static async Task<bool> Pause(TimeSpan pause, CancellationToken end)
    {
        try
        {
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), end);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);
}
