namespace Broker.Backend.VmManagers;

/// <summary>The host that this program runs on, where the domains of all managers run too.</summary>
internal static class ThisHost
{
    /// <summary>Another one after each start of the host; empty where the kernel does not tell.</summary>
    public static string BootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
