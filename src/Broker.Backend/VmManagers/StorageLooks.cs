using System.Collections.Concurrent;

namespace Broker.Backend.VmManagers;

/// <summary>
/// Looks at folders of disk images. Who looks at one on a server that does not answer stands still inside the kernel; that is a thread of its own, one for
/// each folder, so that the other folders and the host's calls go on.
/// </summary>
/// <param name="folders">The folders, by name.</param>
/// <param name="look">Looks at one.</param>
/// <param name="longest">How long all of them are waited for.</param>
internal sealed class StorageLooks(IReadOnlyDictionary<string, string> folders, Func<string, string, StorageLook> look, TimeSpan longest)
{
    private readonly ConcurrentDictionary<string, Task<StorageLook>> _begun = [];

    /// <summary>What is there to say of each folder by now.</summary>
    public IReadOnlyList<StorageLook> All()
    {
        var looks = folders
            .Select(f => (Name: f.Key, Folder: f.Value, Look: _begun.GetOrAdd(f.Key, name => Task.Factory.StartNew(() => look(name, f.Value), TaskCreationOptions.LongRunning))))
            .ToList();
        Task.WaitAll([.. looks.Select(l => l.Look)], longest);
        return [.. looks.Select(l =>
        {
            if (!l.Look.IsCompleted) return new StorageLook(l.Name, l.Folder, 0, 0, $"The folder {l.Folder} does not answer. Look at its disk, or at the server that it is mounted from.");
            _begun.TryRemove(l.Name, out _);
            return l.Look.GetAwaiter().GetResult();
        })];
    }
}
