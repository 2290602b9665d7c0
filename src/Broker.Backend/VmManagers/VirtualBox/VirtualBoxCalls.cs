using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// Where calls that block meet the library, which doesn't: members of a node block, on its own workers. Its failures become sentences, and those that
/// mean that VirtualBox is not there at all are told apart.
/// </summary>
internal sealed class VirtualBoxCalls(string node)
{
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
            throw new VmException($"Node {node}: VirtualBox does not answer: {e.Message}{End(e)} Look whether VBoxSVC, its server, can start: VBoxManage list vms", e)
            {
                IsConnectionLost = true,
            };
        }
        catch (Exception e) when (e is VBoxManageException or MachineStateException or MediaInUseException or ExtensionPackException or ArgumentException or FormatException
            or IOException or UnauthorizedAccessException)
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
    public static bool IsLost(Exception e) =>
        e is VBoxManageNotFoundException or TimeoutException || e is VBoxManageException failed && failed.Result.Errors.Contains("Failed to create the VirtualBox object", StringComparison.Ordinal);

    private static string End(Exception e) => e.Message.EndsWith('.') ? "" : ".";

    private static string Remedy(Exception e) => e switch
    {
        MachineLockedException => " Another program has opened it: VirtualBox's own window, or a command.",
        VBoxManageException { Code: ErrorCode.AccessDenied } => " Its settings file can't be read; VBoxManage showvminfo says why.",
        _ => "",
    };
}
