using Broker.Core.Settings;

namespace Broker.Backend.Requests;

/// <summary>This process among all back ends. It holds a lock on a file of its own for as long as it lives, however it dies.</summary>
public sealed class BackEndIdentity : IDisposable
{
    private readonly string _folder;
    private readonly FileStream _lock;

    /// <summary>Takes a new identity.</summary>
    public BackEndIdentity(BackEndSettings settings)
    {
        _folder = Path.Combine(settings.Run, "backends");
        Directory.CreateDirectory(_folder);
        _lock = new FileStream(PathOf(Id), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>Written into each claim.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>True when another back end of this machine is known to be dead: its lock file is there and nobody holds it.</summary>
    public bool IsDead(Guid other)
    {
        if (other == Id || !File.Exists(PathOf(other))) return false;
        try
        {
            using var file = new FileStream(PathOf(other), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private string PathOf(Guid id) => Path.Combine(_folder, $"{id}.lock");
}
