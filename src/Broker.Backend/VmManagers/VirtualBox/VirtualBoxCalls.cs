using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// Where calls that block meet the library, which doesn't: members of a node block, on its own workers. Its failures become sentences, and those that
/// mean that VirtualBox is not there at all are told apart.
/// </summary>
internal sealed class VirtualBoxCalls(string node)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);

    private volatile bool _isLost;

    /// <summary>VirtualBox did not answer.</summary>
    public bool HasLost => _isLost;

    /// <summary>Asks and waits.</summary>
    /// <param name="failure">What is not done then, as half a sentence: <c>The domain could not be started</c>.</param>
    /// <param name="ask">What to ask.</param>
    /// <exception cref="VmException">It failed.</exception>
    public T Ask<T>(string failure, Func<Task<T>> ask)
    {
        try
        {
            return ask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (IsLost(e))
        {
            _isLost = true;
            var message = $"Node {node}: VirtualBox does not answer: {e.Message}{End(e)} Look whether VBoxSVC, its server, can start: VBoxManage list vms";
            throw new VmException(message, e) { IsConnectionLost = true };
        }
        catch (Exception e) when (e is VBoxManageException or MachineStateException or MediaInUseException or ExtensionPackException or ArgumentException
            or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new VmException($"{failure} on node {node}: {e.Message}{End(e)}{Remedy(e)}", e);
        }
    }

    /// <inheritdoc cref="Ask{T}"/>
    public void Ask(string failure, Func<Task> ask) => Ask(failure, async () =>
    {
        await ask();
        return true;
    });

    /// <summary>Whether a failure is that VirtualBox is not there.</summary>
    public static bool IsLost(Exception e) => e is VBoxManageNotFoundException or TimeoutException
        || e is VBoxManageException failed && failed.Result.Errors.Contains("Failed to create the VirtualBox object", StringComparison.Ordinal);

    /// <summary>
    /// Asks what changes nothing, and asks again beside it when the answer takes long: now and then VBoxManage stands still for ten seconds, and whoever
    /// looks at a whole host can't wait for that several times.
    /// </summary>
    public static async Task<T> Hurry<T>(Func<CancellationToken, Task<T>> ask)
    {
        using var end = new CancellationTokenSource();
        var first = ask(end.Token);
        if (await Task.WhenAny(first, Task.Delay(Long, CancellationToken.None)) == first) return await first;
        var second = ask(end.Token);
        var quicker = await Task.WhenAny(first, second);
        await end.CancelAsync();
        // it ends when VBoxManage has, and how is nobody's business
        var slower = quicker == first ? second : first;
        _ = slower.ContinueWith(slow => slow.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await quicker;
    }

    private static string End(Exception e) => e.Message.EndsWith('.') ? "" : ".";

    private static string Remedy(Exception e) => e switch
    {
        MachineLockedException => " Another program has opened it: VirtualBox's own window, or a command.",
        VBoxManageException { Code: ErrorCode.AccessDenied } => " Its settings file can't be read; VBoxManage showvminfo says why.",
        _ => "",
    };
}
