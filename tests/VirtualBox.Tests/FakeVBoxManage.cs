namespace VirtualBox.Tests;

/// <summary>A shell script in a folder of its own that plays VBoxManage. It finds the folder as <c>$here</c>, and how often it was run as <c>$run</c>.</summary>
public sealed class FakeVBoxManage : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("fake-vboxmanage-").FullName;

    public FakeVBoxManage(string script)
    {
        // Nothing that is written here is started itself: a start by another test at that moment would hold it open for writing, and it couldn't run.
        File.WriteAllText(FileOf("script"), script);
        File.CreateSymbolicLink(Path, System.IO.Path.Combine(AppContext.BaseDirectory, "fake-vboxmanage.sh"));
        Runner = new(Path) { Grace = TimeSpan.FromSeconds(30), LockPauses = [TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)] };
    }

    public string Path => System.IO.Path.Combine(folder, "VBoxManage");

    /// <summary>Runs the script, with short pauses.</summary>
    public VBoxManage Runner { get; }

    /// <summary>How often the script was run.</summary>
    public int Runs => File.Exists(FileOf("runs")) ? File.ReadAllLines(FileOf("runs")).Length : 0;

    /// <summary>Whether the last run still lives.</summary>
    public bool IsRunning => Directory.Exists($"/proc/{File.ReadAllLines(FileOf("runs"))[^1]}");

    /// <summary>A file beside the script.</summary>
    public string FileOf(string name) => System.IO.Path.Combine(folder, name);

    public Task<VBoxManageResult> Run(params string[] arguments) => Runner.Run(Runner.Command(arguments));

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

/// <summary>Calls at once, where <see cref="Progress{T}"/> calls some time later.</summary>
public sealed class Listener(Action<int> heard) : IProgress<int>
{
    public void Report(int value) => heard(value);
}
