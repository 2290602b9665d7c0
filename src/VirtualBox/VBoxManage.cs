using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>
/// Runs VirtualBox's command line: tells failure from success where exit codes don't, tries again what fails by accident, and ends what takes too
/// long without harm. May be used by many threads at once; one object for all is best, for each runs four commands at once: more make nothing faster.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore whose wait handle nobody asked for holds nothing to give back.")]
public sealed partial class VBoxManage
{
    private const string Real = "/usr/lib/virtualbox/VBoxManage";
    private const int Executable = 1;
    private readonly SemaphoreSlim turns = new(4);

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

    /// <summary>
    /// The folder of VirtualBox's settings (<c>VBOX_USER_HOME</c>), where it is not the user's own. A server that runs already keeps to the folder it was
    /// started with: another folder needs another <see cref="Server"/> too.
    /// </summary>
    public string? UserHome { get; init; }

    /// <summary>
    /// The name of a server of one's own (<c>VBOX_IPC_SOCKETID</c>), letters and digits. Without it all programs of a user share one server, and with it
    /// one list of machines.
    /// </summary>
    public string? Server { get; init; }

    /// <summary>One writer at a time per machine, and per medium that is being attached.</summary>
    internal KeyedLocks Locks { get; } = new();

    /// <summary>
    /// The pauses before each further try where there is no server, made longer or shorter like the others. The first try after it has gone starts
    /// another one; many that do so at once can be in each other's way.
    /// </summary>
    internal IReadOnlyList<TimeSpan> ServerPauses { get; init; } = [TimeSpan.Zero, TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(1)];

    /// <summary>How long to wait before a further look at a machine that changes its state.</summary>
    internal TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a machine may be in a state that does not last.</summary>
    internal TimeSpan SettleLimit { get; init; } = TimeSpan.FromMinutes(5);

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
    /// Runs a command to its end. It is tried again, three times, when VirtualBox's server had gone, and after each of <see cref="LockPauses"/> when somebody
    /// else holds a lock; nothing else is tried again.
    /// </summary>
    /// <param name="command">What to run.</param>
    /// <param name="progress">Gets percentages, 0 to 100, from those commands that tell them; a further try starts over. Called on the thread that reads.</param>
    /// <param name="cancel">Ends it: asked first, so that it undoes its work, and killed when <see cref="Grace"/> is over.</param>
    /// <returns>What it said.</returns>
    /// <exception cref="VBoxManageException">It failed; its subclasses tell what can be acted on.</exception>
    /// <exception cref="VBoxManageNotFoundException">It can't be started.</exception>
    /// <exception cref="TimeoutException">It took longer than its <see cref="CommandLine.TimeLimit"/> and was ended like a cancelled one.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and no longer runs. It may still have done its work just before.</exception>
    public async Task<VBoxManageResult> Run(CommandLine command, IProgress<int>? progress = null, CancellationToken cancel = default)
    {
        if (command.IsLong) return await RunNow(command, null, progress, cancel);
        await turns.WaitAsync(cancel);
        try
        {
            return await RunNow(command, null, progress, cancel);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Runs a command that reads from standard input. It must need no server and no lock: what was read can't be read again.</summary>
    internal Task<VBoxManageResult> Feed(CommandLine command, IAsyncEnumerable<ReadOnlyMemory<byte>> input, CancellationToken cancel) =>
        RunNow(command, input, null, cancel);

    private async Task<VBoxManageResult> RunNow(
        CommandLine command, IAsyncEnumerable<ReadOnlyMemory<byte>>? input, IProgress<int>? progress, CancellationToken cancel)
    {
        var environment = new Dictionary<string, string>();
        if (UserHome is not null) environment.Add("VBOX_USER_HOME", UserHome);
        if (Server is not null) environment.Add("VBOX_IPC_SOCKETID", Server);
        using var hidden = command.IsSecret ? new ResponseFile(command) : null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(command.TimeLimit);
        var serverPauses = ServerPauses.GetEnumerator();
        var pauses = LockPauses.GetEnumerator();
        while (true)
        {
            VBoxManageResult result;
            try
            {
                var run = ProcessRunner.Run(hidden?.Command ?? command, environment, input, progress, Grace, Leftover, end.Token);
                result = await run with { Command = command };
            }
            catch (OperationCanceledException e)
            {
                cancel.ThrowIfCancellationRequested();
                throw new TimeoutException($"{command} did not end within {command.TimeLimit.TotalSeconds:0.#} s and was stopped.", e);
            }

            if (!result.Failed) return result;
            var next = result.HasNoServer ? serverPauses : result.IsLocked ? pauses : null;
            if (next?.MoveNext() != true || !await Pause(next.Current, end.Token))
            {
                cancel.ThrowIfCancellationRequested();
                throw VBoxManageException.From(result);
            }
        }
    }

    /// <summary>The version of VirtualBox. Needs no server, takes some milliseconds.</summary>
    /// <exception cref="VBoxManageException">It failed.</exception>
    /// <exception cref="FormatException">It said something else.</exception>
    public async Task<Version> GetVersion(CancellationToken cancel = default) => Version.Parse((await Run(Command("--version"), cancel: cancel)).Output);

    /// <summary>The ids of the systems that machines can be made for: <c>Debian_64</c>.</summary>
    /// <exception cref="VBoxManageException">It failed.</exception>
    public async Task<IReadOnlySet<string>> ListOSTypes(CancellationToken cancel = default) =>
        OSTypeLine().Matches((await Run(Command("list", "--long", "ostypes"), cancel: cancel)).Output).Select(m => m.Groups["id"].Value).ToHashSet();

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

    [GeneratedRegex(@"^ID:\s+(?<id>\S+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OSTypeLine();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);
}
