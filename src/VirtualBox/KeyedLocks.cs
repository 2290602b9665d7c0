namespace VirtualBox;

/// <summary>Locks by name, that one at a time may hold; a name nobody waits for costs nothing.</summary>
internal sealed class KeyedLocks
{
    private readonly Dictionary<string, Gate> gates = [];

    /// <summary>Waits its turn.</summary>
    /// <returns>Ends the turn when disposed.</returns>
    public async Task<IDisposable> Enter(string name, CancellationToken cancel)
    {
        Gate? gate;
        lock (gates)
        {
            if (!gates.TryGetValue(name, out gate)) gates.Add(name, gate = new());
            gate.Users++;
        }
        try
        {
            await gate.Turn.WaitAsync(cancel);
        }
        catch
        {
            Forget(name, gate);
            throw;
        }
        return new Holder(this, name, gate);
    }

    /// <summary>How many names are held or waited for.</summary>
    internal int Count
    {
        get
        {
            lock (gates) return gates.Count;
        }
    }

    private void Forget(string name, Gate gate)
    {
        lock (gates)
        {
            if (--gate.Users == 0) gates.Remove(name);
        }
    }

    private sealed class Gate
    {
        public SemaphoreSlim Turn { get; } = new(1);
        public int Users { get; set; }
    }

    private sealed class Holder(KeyedLocks locks, string name, Gate gate) : IDisposable
    {
        private bool ended;

        public void Dispose()
        {
            if (ended) return;
            ended = true;
            gate.Turn.Release();
            locks.Forget(name, gate);
        }
    }
}
